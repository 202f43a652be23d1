using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// One datagram between members; it may be lost, doubled, delayed and reordered. Every message carries news (<paramref name="Updates"/>) as
/// far as it has room.
/// A closed family, from the SWIM paper; <see cref="Nack"/> from Lifeguard.
/// </summary>
/// <param name="Sequence">Chosen by the one who asks, repeated by the one who answers. Not negative.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "t")]
[JsonDerivedType(typeof(Ping), "p")]
[JsonDerivedType(typeof(Ack), "a")]
[JsonDerivedType(typeof(PingRequest), "r")]
[JsonDerivedType(typeof(Nack), "n")]
[JsonDerivedType(typeof(News), "u")]
public abstract record GossipMessage(NodeId Sender, long Sequence, ImmutableArray<MemberUpdate> Updates);

/// <summary>Asks for an <see cref="Ack"/>. With its own record, and what is held against the receiver.</summary>
/// <param name="Target">Who is meant; null for whoever is at that address (a seed).</param>
public sealed record Ping(NodeId Sender, long Sequence, NodeId? Target, ImmutableArray<MemberUpdate> Updates)
    : GossipMessage(Sender, Sequence, Updates);

/// <summary>The answer to a ping, direct or passed on.</summary>
/// <param name="Of">Who is shown to live: the sender, or the member that the sender asked on request. Another one than the ping meant
/// proves nothing of that one.</param>
public sealed record Ack(NodeId Sender, long Sequence, NodeId Of, ImmutableArray<MemberUpdate> Updates)
    : GossipMessage(Sender, Sequence, Updates);

/// <summary>Asks the receiver to ping the target, and to pass the answer on.</summary>
public sealed record PingRequest(NodeId Sender, long Sequence, NodeId Target, string Host, int Port, ImmutableArray<MemberUpdate> Updates)
    : GossipMessage(Sender, Sequence, Updates);

/// <summary>The asked one is well and heard nothing from the target yet: the asking one's own network and speed are not to blame.</summary>
public sealed record Nack(NodeId Sender, long Sequence, NodeId Of, ImmutableArray<MemberUpdate> Updates)
    : GossipMessage(Sender, Sequence, Updates);

/// <summary>News only; not answered.</summary>
public sealed record News(NodeId Sender, long Sequence, ImmutableArray<MemberUpdate> Updates)
    : GossipMessage(Sender, Sequence, Updates);

/// <summary>News of a member.</summary>
/// <param name="From">Who first said so; for an accusation the accuser: accusations of different members count separately.</param>
public sealed record MemberUpdate(MemberRecord Record, NodeId From);
