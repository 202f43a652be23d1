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

    public static IReadOnlyList<Contender> All { get; } = [Lan, Fast, GroupDefault, GroupTuned, Single];

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
    public bool FailsOver => this != Single;

    /// <summary>One address for clients, part of what is measured.</summary>
    public bool HasProxy => this == Lan || this == Fast;

    /// <summary>The timings differ in leases only: commits do not see them.</summary>
    public bool Writes => this != Fast;

    public BenchmarkedCluster Cluster(BenchmarkNetwork network, string home)
    {
        var own = Path.Combine(home, Id);
        return this == Lan ? new AgentCluster(network, own, "lan")
            : this == Fast ? new AgentCluster(network, own, "fast")
            : this == GroupDefault ? new GroupReplication(network, own)
            : this == GroupTuned ? new GroupReplication(network, own, [.. GroupTuning])
            : new SingleServer(network, own);
    }
}
