namespace MySqlHa.Tests.Benchmarks;

/// <summary>Something that is measured.</summary>
/// <param name="Id">In the raw numbers, and for words given to tests/benchmark.</param>
/// <param name="Name">For people.</param>
/// <param name="Colour">By which a plot tells whose it is: a class of its style.</param>
internal sealed record Contender(string Id, string Name, string Colour)
{
    public static Contender Lan { get; } = new("ours-lan", "ours, lan", "ours");

    public static Contender Fast { get; } = new("ours-fast", "ours, fast", "ours");

    public static Contender GroupDefault { get; } = new("gr-default", "Group Replication, defaults", "group");

    public static Contender GroupTuned { get; } = new("gr-tuned", "Group Replication, tuned", "group");

    public static Contender Single { get; } = new("single", "one server, no replication", "alone");

    /// <summary>
    /// For what is measured of the way to a leader: its servers let clients in without TLS, and many of them. Its lease is three times as
    /// long: no change of leader is to come between, though a thousand clients at full speed leave its agents little of the machine.
    /// </summary>
    public static Contender LanPlain { get; } = new("ours-lan-plain", "ours, clients without TLS", "ours");

    public static IReadOnlyList<Contender> All { get; } = [Lan, Fast, GroupDefault, GroupTuned, Single, LanPlain];

    public static Contender OwnProxy { get; } = new("own-proxy", "ours, port 6446", "ours");

    public static Contender Haproxy { get; } = new("haproxy", "HAProxy", "group");

    public static Contender Router { get; } = new("mysql-router", "MySQL Router", "group");

    public static Contender Direct { get; } = new("direct", "direct to the leader", "alone");

    /// <summary>How clients may come to a leader: measured side by side on one cluster.</summary>
    public static IReadOnlyList<Contender> Ways { get; } = [OwnProxy, Haproxy, Router, Direct];

    /// <summary>
    /// What is known to make a failover of Group Replication shorter (no time between suspicion and expulsion), and commits cheaper with
    /// one primary (one consensus leader). The five seconds before a suspicion cannot be set.
    /// </summary>
    public static IReadOnlyList<string> GroupTuning { get; } =
    [
        "loose_group_replication_member_expel_timeout = 0",
        "loose_group_replication_paxos_single_leader = ON",
    ];

    /// <summary>Without followers there is nothing to fail over to.</summary>
    public bool FailsOver => this != Single && !Races;

    /// <summary>Whether the ways to its leader are measured, and nothing else.</summary>
    public bool Races => this == LanPlain;

    /// <summary>One address for clients, part of what is measured.</summary>
    public bool HasProxy => this == Lan || this == Fast;

    /// <summary>The timings differ in leases only: commits do not see them.</summary>
    public bool Writes => this != Fast && !Races;

    public BenchmarkedCluster Cluster(BenchmarkNetwork network, string home)
    {
        var own = Path.Combine(home, Id);
        return this == Lan ? new AgentCluster(network, own, "lan")
            : this == Fast ? new AgentCluster(network, own, "fast")
            : this == LanPlain ? new AgentCluster(network, own, "balanced", ProxyRace.Settings)
            : this == GroupDefault ? new GroupReplication(network, own)
            : this == GroupTuned ? new GroupReplication(network, own, [.. GroupTuning])
            : new SingleServer(network, own);
    }
}
