using MySqlHa.Cluster;
using MySqlHa.Configuration;
using Xunit;

namespace MySqlHa.Tests.Cli;

[Collection(CommandLineRun.Collection)]
public sealed class AgentCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mysqlha-agent-command-").FullName;

    public AgentCommandTests()
    {
        File.WriteAllText(At("ring.key"), "");
        File.WriteAllText(At("mysqld"), "");
        File.SetUnixFileMode(At("mysqld"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Flags_alone_start_an_agent_and_its_exit_code_is_the_programs()
    {
        var run = await CommandLineRun.OfAsync(
            "agent", "--group", "production", "--topology", "leader", "--listen", "127.0.61.1", "--peer", "127.0.61.2",
            "--peer", "127.0.61.3", "--data", _directory, "--ring-key", At("ring.key"), "--mysqld", At("mysqld"),
            "--timing", "fast", "--voters", "5", "--name", "n1", "--adopt");

        run.Expect(17);
        var options = run.Started!;
        Assert.Equal(("mysql.production", "n1", 5, true), (options.ServiceGroup.ToString(), options.Name, options.Voters, options.Adopt));
        Assert.Equal(Timing.Fast, options.Timing);
        Assert.Equal([new PeerAddress("127.0.61.2", 9638), new PeerAddress("127.0.61.3", 9638)], options.Peers.AsEnumerable());
    }

    [Fact]
    public async Task Flags_win_over_the_file()
    {
        await File.WriteAllTextAsync(
            At("agent.yaml"),
            "listen: 127.0.61.1\ndata: .\nring-key: ring.key\nmysqld: mysqld\npeers: [127.0.61.2]\ngroup: a\nadopt: true\n");

        var run = await CommandLineRun.OfAsync("agent", "--config", At("agent.yaml"), "--group", "b", "--adopt", "false");

        run.Expect(17);
        Assert.Equal(("b", false, _directory), (run.Started!.Group, run.Started.Adopt, run.Started.Data));
    }

    [Fact]
    public async Task A_check_reads_the_configuration_and_starts_nothing()
    {
        const string Good = "listen: 127.0.61.1\ndata: .\nring-key: not-there-yet\npeers: [127.0.61.2]\nname: n1\ngroup: a\n";
        await File.WriteAllTextAsync(At("agent.yaml"), Good);
        var run = await CommandLineRun.OfAsync("agent", "--config", At("agent.yaml"), "--check");
        run.Expect(0);
        Assert.Null(run.Started);
        Assert.Equal("n1 of group a: the configuration is in order", run.Output.Trim());

        await File.WriteAllTextAsync(At("agent.yaml"), Good + "tags: {priority: 1001}\n");
        run = await CommandLineRun.OfAsync("agent", "--config", At("agent.yaml"), "--check");
        run.Expect(2);
        Assert.Null(run.Started);
        Assert.Contains("tags.priority: '1001' is not allowed", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_used_ends_with_all_its_mistakes_and_starts_nothing()
    {
        var run = await CommandLineRun.OfAsync("agent", "--listen", "here", "--voters", "4", "--peer", "127.0.61.2");

        run.Expect(2);
        Assert.Null(run.Started);
        Assert.Contains("4 to mend", run.Error, StringComparison.Ordinal);
        Assert.Contains("listen: 'here' is not allowed (--listen)", run.Error, StringComparison.Ordinal);
        Assert.Contains("voters: '4' is not allowed (--voters); allowed: 3, 5 or 7", run.Error, StringComparison.Ordinal);
        Assert.Contains("data: is missing", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_this_machine_knows_is_checked_before_the_start()
    {
        var run = await CommandLineRun.OfAsync(
            "agent", "--listen", "192.0.2.7", "--peer", "127.0.61.2", "--data", _directory,
            "--ring-key", At("no.key"), "--mysqld", At("mysqld"));

        run.Expect(2);
        Assert.Null(run.Started);
        Assert.Contains("'192.0.2.7' is no address of this machine", run.Error, StringComparison.Ordinal);
        Assert.Contains("ring-key", run.Error, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_directory, name);
}
