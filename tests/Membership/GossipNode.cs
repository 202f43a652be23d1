using MySqlHa.Cluster;
using MySqlHa.Membership;

namespace MySqlHa.Tests.Membership;

/// <summary>A node of the simulated ring: one machine's id, address and clock, with or without a running life.</summary>
internal sealed class GossipNode(int index, NodeId id, TimeSpan clockOffset)
{
    public int Index { get; } = index;

    public NodeId Id { get; } = id;

    public TimeSpan ClockOffset { get; } = clockOffset;

    public NodeAddress Address { get; set; } = new($"10.0.{index / 250}.{(index % 250) + 1}");

    public string ClusterId { get; set; } = "";

    public Swim? Swim { get; set; }

    public Instant PausedUntil { get; set; }

    public Instant Wake { get; set; }

    /// <summary>Counts starts and crashes: what was scheduled for an earlier life is void.</summary>
    public int Life { get; set; }

    public Queue<Action<Swim, Instant>> Inbox { get; } = new();

    public Instant Clock(Instant world) => world + ClockOffset;

    public MemberRecord? Sees(GossipNode other) => Swim!.Find(other.Id);
}
