using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Failover;
using MySqlHa.Membership;

namespace MySqlHa.Core;

/// <summary>Collects what one step asks of the outside, then what the next one does.</summary>
internal sealed class OutputBuilder
{
    private readonly ImmutableArray<RaftOutput>.Builder _raft = ImmutableArray.CreateBuilder<RaftOutput>();
    private readonly ImmutableArray<(string, int, GossipMessage)>.Builder _datagrams = ImmutableArray.CreateBuilder<(string, int, GossipMessage)>();
    private readonly ImmutableArray<(NodeId, NodeAddress, PeerMessage)>.Builder _frames = ImmutableArray.CreateBuilder<(NodeId, NodeAddress, PeerMessage)>();
    private readonly ImmutableArray<Effect>.Builder _effects = ImmutableArray.CreateBuilder<Effect>();
    private readonly ImmutableArray<OperatorReply>.Builder _replies = ImmutableArray.CreateBuilder<OperatorReply>();
    private readonly ImmutableArray<ClusterEvent>.Builder _events = ImmutableArray.CreateBuilder<ClusterEvent>();
    private LocalRecord? _local;
    private ClientRoutes? _routes;

    public void Save(RaftOutput output) => _raft.Add(output);

    public void KeepLocal(LocalRecord record) => _local = record;

    public void Datagram(string host, int port, GossipMessage message) => _datagrams.Add((host, port, message));

    public void Frame(NodeId to, NodeAddress address, PeerMessage message) => _frames.Add((to, address, message));

    public void Begin(Effect effect) => _effects.Add(effect);

    public void Reply(long callId, OperatorAnswer answer) => _replies.Add(new OperatorReply(callId, answer));

    public void Route(ClientRoutes routes) => _routes = routes;

    /// <summary>This node alone saw or did it.</summary>
    public void Event(string code, string text, NodeId? node = null, long epoch = 0) =>
        _events.Add(new ClusterEvent(code, text, EventScope.Node, node, epoch));

    /// <summary>The cluster agreed on it: each member says the same.</summary>
    public void Agreed(string code, string text, NodeId? node = null, long epoch = 0) =>
        _events.Add(new ClusterEvent(code, text, EventScope.Cluster, node, epoch) { Index = Index });

    /// <summary>Of the log's entry that is being told; 0: none is.</summary>
    public long Index { private get; set; }

    /// <summary>All since it was asked last.</summary>
    public CoreOutput Take(Instant leaseUntil, Instant fenceAt, bool forgetPromises)
    {
        var local = forgetPromises && _local is not null ? _local with { Promise = null } : _local;
        var routes = _routes;
        (_local, _routes) = (null, null);
        return new CoreOutput
        {
            RaftSaves = Take(_raft),
            Local = local,
            Datagrams = Take(_datagrams),
            Frames = Take(_frames),
            Effects = Take(_effects),
            Replies = Take(_replies),
            Events = Take(_events),
            LeaseUntil = leaseUntil,
            FenceAt = fenceAt,
            Routes = routes,
        };
    }

    private static ImmutableArray<T> Take<T>(ImmutableArray<T>.Builder collected)
    {
        if (collected.Count == 0)
        {
            return [];
        }

        var all = collected.ToImmutable();
        collected.Clear();
        return all;
    }
}
