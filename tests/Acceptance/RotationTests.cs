using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using MySqlHa.Replication;
using MySqlHa.Ring;
using MySqlHa.Tests.Cli;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// Three real nodes, each with a key file of its own, get another key under writers, by the command that an operator would run. Nobody
/// notices; and who was left behind is refused.
/// </summary>
[Collection(AgentRoom.Name)]
public sealed class RotationTests(ITestOutputHelper output) : OwnAgents
{
    private static readonly int First = int.Parse(SandboxCluster.BaseIp.Split('.')[3], CultureInfo.InvariantCulture) + 3;


    private static IEnumerable<int> Lasts => Enumerable.Range(First, 3);

    private string NewKey => Path.Combine(Home, "new.key");

    public override Task InitializeAsync()
    {
        foreach (var last in Lasts)
        {
            var node = new AgentNode(Home, last, Lasts.Where(l => l != last));
            var own = Path.Combine(node.Directory, "ring.key");
            RingKey.Load(node.KeyFile).Save(own);
            node.KeyFile = own;
            node.Configure(RealMysqld.MysqldOnThisMachine.Mysqld, Lasts.Where(l => l != last));
            Nodes.Add(node);
        }

        RingKey.Create("rotated").Save(NewKey);
        return Task.CompletedTask;
    }

    [Fact]
    [Trait("Length", "long")]
    public async Task A_cluster_gets_another_key_and_no_client_notices()
    {
        Nodes.ForEach(n => n.Start());
        var (leader, host) = (0, "");
        await Nodes[0].UntilAsync("there is a leader", async () => (host = await Nodes[0].LeaderAsync()).Length > 0, within: 120);
        leader = Nodes.FindIndex(n => n.Host == host);
        await UntilWholeAsync();
        await using var held = await ConnectAsync(leader, 10);
        var session = await SessionAsync(held);
        var before = await Nodes[leader].ViewAsync();
        await using var probe = await WritersProbe.StartAsync(ConnectAsync, [0, 1, 2], leader);
        var since = Stopwatch.GetTimestamp();

        foreach (var step in (string[])["accept", "use", "finish"])
        {
            foreach (var node in Nodes.OrderBy(_ => Random.Shared.Next()).ToList())
            {
                var run = await RotateAsync(node, step);
                Assert.True(run.Exit == 0, $"{step} on {node.Host}: {run.Errors}");
                if (step == "accept" && node == Nodes[0])
                {
                    // Not all have this behind them, unless this one is the last.
                    output.WriteLine(run.Output);
                }
            }

            output.WriteLine($"{step}: {(await RotateAsync(Nodes[0], step)).Output}");
        }

        // Every link was made anew; then they go on for some heartbeats.
        var to = RingKey.Load(NewKey).Fingerprint;
        await Nodes[0].UntilAsync("all use the new key alone", async () => (await Nodes[0].ViewAsync()).GetProperty("members").EnumerateArray()
            .All(m => m.GetProperty("ringKeys").EnumerateArray().Select(k => k.GetString()).SequenceEqual([to])), within: 20);
        await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 10);
        var after = await Nodes[leader].ViewAsync();
        foreach (var name in (string[])["epoch", "term", "leader", "controller", "ackersVersion"])
        {
            Assert.Equal((name, before.GetProperty(name).ToString()), (name, after.GetProperty(name).ToString()));
        }

        Assert.Equal((0, 0), (probe.Refused(since), probe.Unanswered(since)));
        Assert.Equal(session, await SessionAsync(held));
        output.WriteLine($"{probe.Count} rows; the longest time without one {probe.LargestGap(since).TotalMilliseconds:0} ms");
        Assert.True(probe.LargestGap(since).TotalSeconds < 1.5, $"the writers waited {probe.LargestGap(since)}");

        await OldKeyAloneIsRefusedAsync(leader);
        Assert.Equal((0, 0), (probe.Refused(since), probe.Unanswered(since)));
    }

    /// <summary>A follower whose file was put back from an old copy.</summary>
    private async Task OldKeyAloneIsRefusedAsync(int leader)
    {
        var behind = Nodes.First(n => n != Nodes[leader]);
        RingKeyFile.Replace(behind.KeyFile, RingKeys.Load(Path.Combine(Home, "ring.key")));
        await Nodes[leader].UntilPrintedAsync("one of the two missed a step of a rotation: compare 'mysqlha ring show' on both", within: 20);
        await Nodes[leader].UntilAsync("it is not heard", async () => (await Nodes[leader].ViewAsync()).GetProperty("members").EnumerateArray()
            .Single(m => m.GetProperty("address").GetProperty("host").GetString() == behind.Host).GetProperty("ringKeys").GetArrayLength() == 0, within: 30);
        var other = Nodes.Single(n => n != behind && n != Nodes[leader]);
        var refused = await RotateAsync(other, "accept", Path.Combine(Home, "ring.key"));
        Assert.True(refused.Exit == 0, refused.Errors);
        refused = await RotateAsync(other, "use", Path.Combine(Home, "ring.key"));
        Assert.Equal(4, refused.Exit);
        Assert.Contains($"{behind.Host} is not heard of", refused.Errors, StringComparison.Ordinal);
        output.WriteLine(refused.Errors);
    }

    private async Task UntilWholeAsync() => await Nodes[0].UntilAsync("two followers acknowledge", async () =>
    {
        var view = await Nodes[0].ViewAsync();
        return view.GetProperty("members").EnumerateArray().Count(m => m.GetProperty("acker").GetBoolean()
                && m.GetProperty("role").ToString() is not "" && m.GetProperty("receiverRunning").GetBoolean()) == 2
            && view.GetProperty("established").GetBoolean() && (await Nodes[0].LeaderAsync()).Length > 0;
    }, within: 120);

    private async Task<(int Exit, string Output, string Errors)> RotateAsync(AgentNode node, string step, string? key = null)
    {
        var run = await CommandLineRun.OfAsync(
            ["ring", "rotate", "--key", node.KeyFile, "--new", key ?? NewKey, "--step", step, .. Nodes.SelectMany(n => (string[])["--address", n.Host])]);
        return (run.Code, run.Output, run.Error);
    }

    private Task<DbConnection> ConnectAsync(int node, double within)
    {
        var lines = File.ReadAllLines(Path.Combine(Nodes[node].Data, "client.cnf"));
        string Value(string key) => lines.Single(l => l.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..];
        return SandboxCluster.OpenAsync(MysqlDriver.Remote(Nodes[node].Host, 3306, Value("user"), Value("password")), within);
    }

    private static async Task<long> SessionAsync(DbConnection connection) =>
        (await Column.ReadAsync(connection, "SELECT CONNECTION_ID()", value => Convert.ToInt64(value, CultureInfo.InvariantCulture))).Single();
}
