using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>Where the clients of this node's proxy go.</summary>
public sealed partial class NodeCore
{
    private ClientRoutes _routes = ClientRoutes.None;
    private (ClusterState State, ImmutableSortedDictionary<NodeId, MemberReport> Reports) _routedBy =
        (ClusterState.Empty, ImmutableSortedDictionary<NodeId, MemberReport>.Empty);

    private Instant _writerSeen = Instant.Zero;
    private bool _membersMoved;

    // Who leads behind an epoch, as clients were told, and when they were. It holds as long as the switchover is under way: what is in
    // place now may not be in the next moment, and in place again in the one behind.
    private (long Epoch, NodeId Node, Instant Told)? _successor;

    /// <summary>The newest.</summary>
    public ClientRoutes Routes => _routes;

    private void Route()
    {
        var reports = FreshReports();
        if (_routes.Writer is not null)
        {
            _writerSeen = _now;
        }

        if (ReferenceEquals(_routedBy.State, _state) && ReferenceEquals(_routedBy.Reports, reports) && !_membersMoved && !LeaderlessForLong)
        {
            return;
        }

        (_routedBy, _membersMoved) = ((_state, reports), false);
        NoteSuccessor(reports);
        var routes = MakeRoutes(reports);
        if (!routes.Equals(_routes))
        {
            _routes = routes;
            _out.Route(routes);
        }
    }

    private void NoteSuccessor(ImmutableSortedDictionary<NodeId, MemberReport> reports)
    {
        if (_state is not { Current: { Closed: false } open, Switchover: { Behind.IsEmpty: false } switchover } || switchover.Epoch != open.Number)
        {
            _successor = _options.Faults.KeepsTheSuccessor ? _successor : null;
        }
        else if (_successor?.Epoch != open.Number && Placement.Successor(_state, reports) is { } next)
        {
            _successor = (open.Number, next, _now);
        }
    }

    /// <summary>The controller's, as its own clients were told: those of other nodes hear the same reports.</summary>
    private bool ClientsTold => _now >= NextHandOver;

    private Instant NextHandOver =>
        _successor is { } told && told.Epoch == _state.Current?.Number ? told.Told + _options.Timing.Notice : Instant.Never;

    /// <summary>
    /// This leader's successor is known to every node that is heard: their clients are gone from here, and none is refused a statement
    /// by a server that has become read-only. Some may be too slow to be waited for.
    /// </summary>
    private bool SuccessorIsKnown => _now >= LastMoment
        || FreshReports().Values.All(r => r.Node == _options.Self || r.AppliedIndex >= _placingIndex);

    private Instant LastMoment => _placingSince + _options.Timing.LastMoment;

    /// <summary>When a leader that waits for others to hear of its successor waits no longer.</summary>
    private Instant NextDemotion =>
        _mysqld.Duty == MysqldDuty.Leading && _state.HandingOver()?.Number == _mysqld.DutyEpoch && _now < LastMoment ? LastMoment : Instant.Never;

    /// <summary>What is on followers is no older than the limit allows, unless nobody has been writable for as long as that.</summary>
    private bool LeaderlessForLong => _routes is { Writer: null, Readers.Length: > 0 } && _now - _writerSeen > _options.MostLag;

    private ClientRoutes MakeRoutes(ImmutableSortedDictionary<NodeId, MemberReport> reports)
    {
        var open = _state.Current is { Closed: false } current ? current : null;
        var leader = open is null ? null : reports.GetValueOrDefault(open.Leader);
        var stopped = leader is { Demoted: true };
        var writable = leader is { Leading: true, Status.Writable: true } && leader.RoleEpoch == open!.Number && Serves(leader);
        var writer = writable ? Target(leader!.Node) : _options.Faults.RoutesToTheLast ? _routes.Writer : null;
        var unbounded = writer is null && _now - _writerSeen <= _options.MostLag;
        var readers = reports.Values.Where(r => IsMember(r.Node) && Serves(r) && MayBeRead(r, unbounded))
            .Select(r => Target(r.Node)).OfType<RouteTarget>().ToImmutableArray();
        // Of a node that is alone, or not alone for long, there is no other copy yet.
        readers = readers.IsEmpty && writer is not null && open is { AcksNeeded: 0 } ? [writer] : readers;
        return new ClientRoutes(
            stopped ? 0 : open?.Number ?? 0,
            writer,
            _options.Faults.ReadersOfTheFirstEpoch && _routes.Readers.Length > 0 ? _routes.Readers
                : readers,
            [.. _reports.Keys.Where(KeepsItsReaders).Order()])
        {
            Next = writer is null && !stopped && leader is not null && Serves(leader) ? Target(leader.Node) : null,
            Successor = _successor is { } successor ? Target(successor.Node) : null,
            SuccessorEpoch = _successor?.Epoch + 1 ?? 0,
        };
    }

    /// <summary>
    /// An agent that is not heard may be about to come back, and its mysqld serves meanwhile; one that gossip holds for dead does not.
    /// </summary>
    private bool KeepsItsReaders(NodeId node) => IsMember(node) && !_state.Maintenance.ContainsKey(node) && Serves(_reports[node].Report)
        && Liveness(node, _swim.Find(node)) is MemberLiveness.Alive or MemberLiveness.Suspect;

    private static bool Serves(MemberReport report) => report is { Mysqld: MysqldState.Running, Status.OfflineMode: false };

    /// <param name="report">Of a server that serves.</param>
    /// <param name="unbounded">The leader is just changing: receivers stand still, and nothing newer is to be had anywhere.</param>
    private bool MayBeRead(MemberReport report, bool unbounded) =>
        report is { CatchingUp: false, Leading: false, Status.Writable: false, Tags.NoLoad: false }
        && !_state.Maintenance.ContainsKey(report.Node) && (unbounded
            || (report.Status is { ReceiverRunning: true, ApplierRunning: true, LagSeconds: { } lag }
                && lag <= _options.MostLag.TotalSeconds));

    private RouteTarget? Target(NodeId node) =>
        AddressOf(node) is { } address ? new RouteTarget(node, Name(node), address.Host, address.MysqlPort) : null;
}
