using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// What one or more steps ask of the outside, in any order and with no promise needed: everything here may be lost.
/// <see cref="Exchanges"/> go over tcp (<see cref="Swim.Members"/> has the address); both kinds are encoded by <see cref="GossipCodec"/>.
/// </summary>
public sealed record SwimOutput
{
    public static readonly SwimOutput Nothing = new();

    public ImmutableArray<((string Host, int Port) To, GossipMessage Message)> Datagrams { get; init; } = [];

    public ImmutableArray<(NodeId To, StateExchange Message)> Exchanges { get; init; } = [];

    /// <summary>In the order in which they happened.</summary>
    public ImmutableArray<MemberChange> Changes { get; init; } = [];
}
