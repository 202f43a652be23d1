using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MySqlHa.Replication;
using MySqlHa.Tests.Cli;
using MySqlHa.Tests.RealMysqld;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>One node alone becomes three, takes a fourth in and lets it go, by the commands of an operator, while clients write.</summary>
[Collection(AgentRoom.Name)]
public sealed class GrowingTests(ITestOutputHelper output) : OwnAgents
{
    private static readonly int First = int.Parse(SandboxCluster.BaseIp.Split('.')[3], CultureInfo.InvariantCulture) + 3;


    [Fact]
    [Trait("Length", "long")]
    public async Task One_node_becomes_three_takes_a_fourth_in_and_nothing_is_lost()
    {
        var one = Add();
        one.Configure(MysqldOnThisMachine.Mysqld, [], "topology: standalone");
        one.Start();
        await one.UntilAsync("it leads itself", async () => await one.LeaderAsync() == one.Host, within: 120);
        Assert.Contains("topology standalone", await one.ReasonsAsync(), StringComparison.Ordinal);
        await RefusedAsync("topology leader", "switchover");
        await using var probe = await WritersProbe.StartAsync(ConnectAsync, [1], leader: 1);

        var since = Stopwatch.GetTimestamp();
        await CrashAsync(one);
        await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 60);
        Say("mysqld crashed and leads again", since, probe);

        // A setting that mysqld takes at its start only.
        await DoneAsync("config", "set", "innodb_read_io_threads=7");
        await RefusedAsync("--interrupt-writes", "restart", "1");
        await RefusedAsync("--interrupt-writes", "restart", "--rolling", "--all");
        since = Stopwatch.GetTimestamp();
        await DoneAsync("restart", "1", "--interrupt-writes", "--yes");
        var (person, secret) = Account();
        Assert.Equal(["7"], await one.ReadAsync("SELECT CAST(@@global.innodb_read_io_threads AS CHAR)", person, secret));
        await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 60);
        Say("mysqld was restarted and leads again", since, probe);

        since = Stopwatch.GetTimestamp();
        await one.StopAsync();
        one.Configure(MysqldOnThisMachine.Mysqld, [], "topology: leader");
        one.Start();
        await one.UntilAsync("it leads on", async () => await one.LeaderAsync() == one.Host, within: 60);
        var (two, three) = (Add(First), Add(First));
        two.Start();
        three.Start();
        await UntilVotersAsync(one, two, three);
        await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 20);
        Say("one became three", since, probe);

        await one.StopAsync();
        one.Configure(MysqldOnThisMachine.Mysqld, [], "topology: standalone");
        var (code, printed) = await one.RefusedAsync();
        Assert.Equal(1, code);
        Assert.Contains("a cluster does not shrink to one node", printed, StringComparison.Ordinal);
        one.Configure(MysqldOnThisMachine.Mysqld, []);
        one.Start();
        await UntilVotersAsync(one, two, three);

        var four = Add();
        await RefusedAsync("nobody answers", "add", four.Host);
        four.Start();
        var words = $"mysqlha add {four.Host}";
        await four.UntilAsync("it waits", async () => (await four.ReasonsAsync()).Contains(words, StringComparison.Ordinal), 60);
        await DoneAsync("add", four.Host, "--follower", "--timeout", "120s");
        await UntilVotersAsync(one, two, three);
        await RefusedAsync("is a member already", "add", four.Host);
        await DoneAsync("add", four.Host, "--voter", "--timeout", "120s");
        await one.UntilAsync(
            "it votes, as one of three, and the epoch with it is established",
            async () => await VotersAsync() is { Count: 3 } voters && voters.Contains(four.Host)
                && (await one.ViewAsync()).GetProperty("established").GetBoolean(),
            within: 60);
        await DoneAsync("remove", four.Host);
        await UntilVotersAsync(one, two, three);
        await RefusedAsync("empty its data directory", "add", four.Host);
        await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 20);

        output.WriteLine($"{probe.Count} rows");
        var (user, password) = Account();
        await probe.EveryRowIsEverywhereAsync([one.Host, two.Host, three.Host], user, password, within: 30);
    }

    private AgentNode Add(params int[] peers)
    {
        var node = new AgentNode(Home, First + Nodes.Count, peers);
        Nodes.Add(node);
        return node;
    }

    private void Say(string what, long since, WritersProbe probe) => output.WriteLine(
        $"{what}: {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s, the longest time without a row "
        + $"{probe.LargestGap(since).TotalSeconds:0.0} s");

    private static async Task CrashAsync(AgentNode node)
    {
        var pid = (await node.ViewAsync()).GetProperty("members")[0].GetProperty("mysqldPid").GetInt32();
        using var kill = Process.Start("kill", ["-KILL", pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private async Task UntilVotersAsync(params AgentNode[] nodes) => await nodes[0].UntilAsync(
        "these vote, and acknowledge but for the leader",
        async () => (await VotersAsync()).SequenceEqual(nodes.Select(n => n.Host))
            && await Nodes[0].ViewAsync() is var view && view.GetProperty("established").GetBoolean()
            && view.GetProperty("ackers").GetArrayLength() == nodes.Length - 1 && (await Nodes[0].LeaderAsync()).Length > 0,
        within: 180);

    private async Task<List<string>> VotersAsync() => [.. (await Nodes[0].ViewAsync()).GetProperty("members").EnumerateArray()
        .Where(m => m.GetProperty("standing").GetString() == "voter")
        .Select(m => m.GetProperty("address").GetProperty("host").GetString()!).Order(StringComparer.Ordinal)];

    private async Task DoneAsync(params string[] words)
    {
        var run = await AskAsync(words);
        output.WriteLine($"mysqlha {string.Join(' ', words)}:\n{run.Output}");
        Assert.True(run.Code == 0, $"{string.Join(' ', words)}: {run.Code}: {run.Error}");
    }

    private async Task RefusedAsync(string says, params string[] words)
    {
        var run = await AskAsync(words);
        Assert.True(run.Code == 4, $"{string.Join(' ', words)}: {run.Code}: {run.Output}{run.Error}");
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    private Task<CommandLineRun> AskAsync(string[] words) =>
        CommandLineRun.OfAsync([.. words, "--address", Nodes[0].Host, "--ring-key", Nodes[0].KeyFile]);

    private (string User, string Password) Account()
    {
        var lines = File.ReadAllLines(Path.Combine(Nodes[0].Data, "client.cnf"));
        string Value(string key) => lines.Single(l => l.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..];
        return (Value("user"), Value("password"));
    }

    /// <summary>Through the first node's proxy, whoever leads.</summary>
    private async Task<DbConnection> ConnectAsync(int node, double within)
    {
        var (user, password) = Account();
        return await SandboxCluster.OpenAsync(MysqlDriver.Remote(Nodes[node - 1].Host, 6446, user, password), within);
    }
}
