using System.Diagnostics;
using MySqlHa.Tests.Acceptance;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>What a leader is struck by, and how its node is given back.</summary>
/// <param name="Mend">Null: nothing is to be done, the node comes back from the blow itself.</param>
internal sealed record Fault(
    string Name, Func<BenchmarkedCluster, int, Task> Strike, Func<BenchmarkedCluster, int, Task>? Mend = null)
{
    // Of each writer while the old leader returns: on one machine three nodes and writers at full speed leave nothing to catch up with.
    private static readonly TimeSpan Slowly = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Seconds: of a cut-off node nothing comes, and what writers wait for it in vain is no part of a failover. Far above what any answer
    /// or login takes otherwise.
    /// </summary>
    private const double Patience = 0.25;

    public static Fault MysqldKilled { get; } = new("mysqld killed", (cluster, leader) => cluster.KillMysqldAsync(leader));

    public static Fault NodeKilled { get; } = new(
        "node killed",
        (cluster, leader) => cluster.KillNodeAsync(leader),
        (cluster, leader) =>
        {
            cluster.StartNode(leader);
            return Task.CompletedTask;
        });

    public static Fault NodeCut { get; } = new(
        "node cut off",
        (cluster, leader) => cluster.CutAsync(leader),
        (cluster, leader) => cluster.HealAsync(leader));

    public static Fault Switchover { get; } = new(
        "switchover", (cluster, leader) => cluster.SwitchoverAsync(leader, (leader % cluster.Nodes.Count) + 1)) { Times = 5 };

    /// <summary>The same, for writers that keep a connection to every node.</summary>
    public static Fault StandingSwitchover { get; } = Switchover with { Name = "switchover, standing connections", Standing = true };

    /// <summary>The same, for writers that know one address only: a proxy's.</summary>
    public static Fault ProxiedSwitchover { get; } = Switchover with { Name = "switchover, through one port", Proxied = true };

    public static IReadOnlyList<Fault> All { get; } =
        [MysqldKilled, NodeKilled, NodeCut, Switchover, StandingSwitchover, ProxiedSwitchover];

    /// <summary>Only a cluster that has proxies can be struck by it.</summary>
    public bool Proxied { get; init; }

    private bool Standing { get; init; }

    /// <summary>How often a run measures it: what is over in milliseconds is scattered by whatever else the machine does.</summary>
    private int Times { get; init; } = 1;

    /// <summary>
    /// Strikes the leader under four writers. gap: the longest time without an acknowledged write until another node acknowledges.
    /// return: until the old leader follows in good order, from when its node was given back (from the blow, where nothing is to be done),
    /// with forty writes a second meanwhile. stall: the longest time without an acknowledged write in that time. lost: acknowledged rows
    /// that the new leader does not have. Of writers through one port also: statements that were refused and that ended without an answer
    /// since the blow, and the seconds that a login of the same client takes when nothing else goes on.
    /// </summary>
    public async Task<IReadOnlyList<(string Kind, double Value)>> MeasureAsync(BenchmarkedCluster cluster)
    {
        var all = new List<(string Kind, double Value)>();
        for (var time = 0; time < Times; time++)
        {
            all.AddRange(await MeasureOnceAsync(cluster));
        }

        return all;
    }

    private static async Task<double> LoginAsync(BenchmarkedCluster cluster)
    {
        var times = new List<double>();
        for (var time = 0; time < 9; time++)
        {
            var began = Stopwatch.GetTimestamp();
            await using var connection = await cluster.ConnectThroughAsync(cluster.Nodes[0], within: 5);
            times.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return times.Order().ElementAt(times.Count / 2);
    }

    private async Task<IReadOnlyList<(string Kind, double Value)>> MeasureOnceAsync(BenchmarkedCluster cluster)
    {
        var leader = await cluster.ReadyAsync(within: 60);
        await using var probe = Proxied
            ? await WritersProbe.StartAsync(
                cluster.ConnectThroughAsync, [cluster.Nodes[0]], cluster.Nodes[0], whose: cluster.WhoseAsync, patience: Patience)
            : await WritersProbe.StartAsync(cluster.ConnectAsync, cluster.Nodes, leader, standing: Standing, patience: Patience);
        await Task.Delay(1000); // as steady as a service that nobody touches
        var struck = Stopwatch.GetTimestamp();
        await Strike(cluster, leader);
        await probe.ProgressAsync(struck, within: 90, notBy: leader);
        var over = Stopwatch.GetTimestamp();
        var gap = probe.LargestGap(struck);
        probe.Slow(Slowly);
        var next = probe.Writable;
        var given = struck;
        if (Mend is not null)
        {
            given = Stopwatch.GetTimestamp();
            await Mend(cluster, leader);
        }

        await BenchmarkedCluster.UntilAsync("the old leader follows", within: 90, () => cluster.FollowsAsync(leader, next));
        var back = Stopwatch.GetElapsedTime(given);
        var stall = probe.LargestGap(over);
        await probe.StopAsync();
        (string, double)[] errors = !Proxied ? [] :
        [
            ("refused", probe.Refused(struck)), ("unanswered", probe.Unanswered(struck)), ("login", await LoginAsync(cluster)),
        ];
        return
        [
            ("gap", gap.TotalSeconds), ("return", back.TotalSeconds), ("stall", stall.TotalSeconds), ("lost", await probe.LostAsync(next)),
            .. errors,
        ];
    }
}
