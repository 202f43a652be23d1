using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// What is held of one member. Address and facts are the member's own words as of <paramref name="Incarnation"/>;
/// <paramref name="Status"/> is what the ring says of that incarnation.
/// </summary>
/// <param name="Incarnation">0 to 2^50. Raised by nobody but the member: to refute, to change a fact, to leave, or after a restart to get
/// above its former life.</param>
public sealed record MemberRecord(NodeId Id, NodeAddress Address, long Incarnation, MemberStatus Status, MemberFacts Facts)
{
    /// <summary>Where its gossip arrives.</summary>
    internal (string Host, int Port) Gossip => (Address.Host, Address.RingPort);

    /// <summary>The same, for a sentence.</summary>
    internal string Place => $"{Address.Host}:{Address.RingPort}";
}
