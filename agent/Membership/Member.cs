using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>Another member in this node's table. <see cref="Suspicion"/> is there exactly while the status is suspect.</summary>
/// <param name="From">Who first said what the record says.</param>
/// <param name="Since">When the status last changed here.</param>
internal sealed record Member(MemberRecord Record, NodeId From, Instant Since, Suspicion? Suspicion)
{
    public bool IsLiving => Record.Status is MemberStatus.Alive or MemberStatus.Suspect;

    public MemberUpdate Update => new(Record, From);
}
