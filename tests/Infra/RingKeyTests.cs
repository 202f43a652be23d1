using MySqlHa.Infra.Plan;
using Xunit;

namespace MySqlHa.Tests.Infra;

/// <summary>The ring has the key that people gave it last; a machine that comes later gets that one.</summary>
[Collection(PulumiCollection.Name)]
public sealed class RingKeyTests : IDisposable
{
    private readonly DirectoryInfo _etc = Directory.CreateTempSubdirectory("mha-ring-key-");

    public void Dispose() => _etc.Delete(recursive: true);

    [Theory]
    [InlineData(false, "node3")]
    [InlineData(true, "node1")]
    public async Task It_is_read_of_a_member_or_at_first_of_the_first_machine_and_given_to_each(bool first, string from)
    {
        var run = await StackRun.OfAsync(leader: "node3", first: first);
        var read = run.Named("ring-key-now");
        Assert.Equal($"198.51.100.{from[4]}", read.Map("connection")["host"]);
        Assert.Equal($"ssh-ed25519 public-{from}-host-key", read.Map("connection")["hostKey"]);
        Assert.Equal($"{StackRun.Marker}-ring-key", read.Text("stdin"));
        Assert.All(
            new[] { 1, 2, 3 }, n => Assert.Equal($"{StackRun.Marker}-ring-key-now", run.Named($"node{n}-ring-key").Text("stdin")));
    }

    [Fact]
    public async Task Another_machine_has_it_read_again_and_those_that_are_there_are_left_alone()
    {
        var five = await StackRun.OfAsync(new Dictionary<string, string> { ["nodes"] = "5" });
        var read = five.Named("ring-key-now");
        Assert.Equal(Enumerable.Range(1, 5).Select(n => $"node{n}-machine-id"), read.List<string>("triggers"));
        Assert.Superset(new HashSet<string> { "connection", "create", "stdin" }, read.Options.IgnoreChanges.ToHashSet());
        Assert.All(new[] { 1, 5 }, n => Assert.Equal(["stdin"], five.Named($"node{n}-ring-key").Options.IgnoreChanges));
        Assert.NotEqual(true, read.Options.Protect); // it could not be read again
    }

    [Fact]
    public async Task A_node_says_what_it_has_and_a_machine_that_is_none_yet_what_it_is_told()
    {
        Assert.Equal((0, "the first\n"), await RunAsync(Steps.CurrentRingKey(), "the first"));
        Write("release", "0123456789ab");
        var (code, output) = await RunAsync(Steps.CurrentRingKey(), "the first");
        Assert.Equal(1, code);
        Assert.Contains("it is a node and has no ring key in", output, StringComparison.Ordinal);
        Write("ring.key", "two keys,\nthe second accepted\n");
        Assert.Equal((0, "two keys,\nthe second accepted\n"), await RunAsync(Steps.CurrentRingKey(), "the first"));
    }

    [Fact]
    public async Task A_machine_takes_a_key_once()
    {
        var put = Steps.PutRingKey(Good.Plan().Nodes[1]).Replace("chown mysqlha:mysqlha", "true", StringComparison.Ordinal);
        Assert.Equal((1, "node2 (10.20.1.11): no ring key came over standard input: run pulumi up again\n"), await RunAsync(put, ""));
        Assert.Equal((0, ""), await RunAsync(put, "one"));
        Assert.Equal((0, ""), await RunAsync(put, "one"));
        Assert.Equal((0, "node2: keeps the ring key that it has\n"), await RunAsync(put, "another"));
        Assert.Equal("one", File.ReadAllText(Path.Combine(_etc.FullName, "ring.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_etc.FullName, "ring.key")));
        _ = Assert.Single(_etc.GetFiles());
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_etc.FullName, file), text);

    /// <summary>Runs a command in a folder of ours, as whoever runs this test.</summary>
    private Task<(int Code, string Output)> RunAsync(string command, string stdin)
    {
        var here = command.Replace("/etc/mysqlha", _etc.FullName, StringComparison.Ordinal)
            .Replace("root='sudo -n'", "root=", StringComparison.Ordinal);
        return LocalShell.RunAsync("-s", $"printf %s {Shell.Quoted(stdin)} | {{ {here}\n}}");
    }
}
