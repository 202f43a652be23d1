using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Failover;
using MySqlHa.Membership;

namespace MySqlHa.Core;

/// <summary>
/// What one step asks of the outside, in this order: 1. <see cref="RaftSaves"/> and <see cref="Local"/> are made durable (fsync);
/// 2. messages are sent; 3. effects are begun and operators answered. A promise that was sent but not kept is broken after a restart.
/// (A promotion is begun first, and writes nothing before 1. is done.)
/// </summary>
public sealed record CoreOutput
{
    public ImmutableArray<RaftOutput> RaftSaves { get; init; } = [];

    /// <summary>The whole local record, where it changed.</summary>
    public LocalRecord? Local { get; init; }
    public ImmutableArray<(string Host, int Port, GossipMessage Message)> Datagrams { get; init; } = [];
    public ImmutableArray<(NodeId To, NodeAddress Address, PeerMessage Message)> Frames { get; init; } = [];
    public ImmutableArray<Effect> Effects { get; init; } = [];
    public ImmutableArray<OperatorReply> Replies { get; init; } = [];

    /// <summary>What a person should read in the log, and programs are told; each once, when it changed.</summary>
    public ImmutableArray<ClusterEvent> Events { get; init; } = [];

    /// <summary>Where clients of this node's proxy go from now on, before an effect of this step stops a leader; null: as before.</summary>
    public ClientRoutes? Routes { get; init; }

    /// <summary>Until when this node may be writable; <see cref="Instant.Zero"/>: it may not.</summary>
    public Instant LeaseUntil { get; init; }

    /// <summary>
    /// When the guard kills this node's mysqld unless it is told a later instant: known to the guard before an effect makes mysqld
    /// writable. <see cref="Instant.Never"/>: mysqld is not writable and nothing makes it so.
    /// </summary>
    public Instant FenceAt { get; init; } = Instant.Never;
}

public sealed record OperatorReply(long CallId, OperatorAnswer Answer);
