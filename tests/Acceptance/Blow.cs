namespace MySqlHa.Tests.Acceptance;

/// <summary>Something bad that is done to a whole cluster; what it leaves dead, frozen, cut off or broken is mended after it.</summary>
/// <remarks>
/// The matrix: what is struck (<see cref="ProcessBlows"/>: mysqld, agent, guard or all of a node, of the leader, a follower, both or all;
/// killed, frozen, restarted; together, and in the middle of a clone, a switchover or another failover), what is between nodes
/// (<see cref="NetworkBlows"/>: both ways and one way, the ring, the data or both, one link, flapping, lossy), what is below them
/// (<see cref="DiskBlows"/>: full, read-only, stalled, slow), and what they go by (<see cref="TimeBlows"/>: wall clocks that jump,
/// followers 30 s behind). Left out: mysqld ended by SIGTERM or SHUTDOWN from outside, which tells waiting clients OK for what no follower
/// has, and a clock of the host that runs at another speed, which the simulation has.
/// </remarks>
/// <param name="Strike">With the leader's number and those of its followers.</param>
public sealed record Blow(string Name, Func<FaultCluster, int, int[], Task> Strike)
{
    public static readonly IReadOnlyList<Blow> All = [.. ProcessBlows.All, .. NetworkBlows.All, .. DiskBlows.All, .. TimeBlows.All];

    /// <summary>Why it cannot be dealt on this machine; null: it can.</summary>
    public string? Refusal { get; init; }

    /// <summary>Nobody is left who could go on until it is mended.</summary>
    public bool Ends { get; init; }

    /// <summary>No reason to take the lead away from anybody.</summary>
    public bool Harmless { get; init; }

    /// <summary>Who must not lead before it is mended, by its place among the followers; -1: anybody may.</summary>
    public int Unfit { get; init; } = -1;

    public override string ToString() => Name;
}
