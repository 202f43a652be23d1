using System.Collections.Immutable;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Failover;
using MySqlHa.Membership;

namespace MySqlHa.Core;

/// <summary>
/// One node, pure: gossip, Raft, the controller's decision and the node's own duty in one step function. No clock, socket, disk,
/// SQL or process inside; the same inputs at the same instants give the same outputs, so the running agent and the simulator drive the same code.
/// </summary>
public sealed partial class NodeCore
{
    private readonly CoreOptions _options;
    private readonly Random _random;
    private readonly Swim _swim;
    private readonly Founding _founding;
    private readonly LeaseDesk _desk;
    private readonly LeaseHolder _lease;
    private readonly OperatorDesk _operators;
    private readonly MysqldTracker _mysqld;
    private readonly Dictionary<NodeId, (MemberReport Report, Instant At)> _reports = [];
    private ImmutableSortedDictionary<NodeId, MemberReport> _fresh = ImmutableSortedDictionary<NodeId, MemberReport>.Empty;
    private Instant _freshUntil = Instant.Never; // none of the fresh reports is too old before
    private RaftCore? _raft;
    private LocalRecord _local;
    private ClusterState _state = ClusterState.Empty;
    private long _applied;
    private readonly long _announced;
    private Instant _now;
    private long _wall;
    private readonly OutputBuilder _out = new();

    public NodeCore(CoreOptions options, CoreRestored restored, Random random, Instant now)
    {
        (_options, _random, _now, _startedAt) = (options, random, now, now);
        _local = restored.Local with { Life = restored.Local.Life + 1, Group = restored.Local.ClusterId.Length > 0 ? options.Group.Group : "" };
        _announced = restored.Announced;
        _founding = new Founding(options);
        _desk = new LeaseDesk(options.Timing, options.Faults);
        _lease = new LeaseHolder(options.Timing, options.Faults);
        _lease.StartNumbersAt((_local.Life * 1_000_000_000) + 1);
        _operators = new OperatorDesk(options.Faults);
        _mysqld = new MysqldTracker(options.Timing);
        _mysqld.Begin(restored.Mysqld, restored.MysqldPid);
        if (restored.Mysqld == MysqldState.Running && !options.Faults.ForgetsLeaseAtRestart)
        {
            _lease.Resume(_local.Led, restored.LeaseUntil);
        }

        var adopts = options.Adopts && _local.ClusterId.Length == 0;
        var facts = new MemberFacts(options.Group.Group, options.Name, _local.ClusterId, options.AgentVersion, adopts);
        _swim = new Swim(new MemberRecord(options.Self, options.Address, 0, MemberStatus.Alive, facts), SwimOptions.From(options.Timing), random, now);
        _swim.AddSeeds(options.Seeds);
        _greeted.UnionWith(options.Seeds);
        if (_local is { ClusterId.Length: > 0, RemovedBecause: "" })
        {
            StartRaft(restored.Raft);
        }

        _out.KeepLocal(_local);
    }

    public LocalRecord Local => _local;

    public ClusterState State => _state;

    /// <summary>The log index that <see cref="State"/> is the result of.</summary>
    public long AppliedIndex => _applied;

    /// <summary>Empty until founded; the cluster's secret is in <see cref="Local"/>.</summary>
    public string ClusterId => _local.ClusterId;

    public bool IsController => _raft is { LeaderIsReady: true };

    /// <summary>Raft's role here, for the simulator's checks and the census.</summary>
    public RaftRole RaftRole => _raft?.Role ?? RaftRole.Follower;

    /// <summary>Who votes, as far as this node's log tells; empty before it has one.</summary>
    public ImmutableSortedSet<NodeId> Voters => _raft?.Configuration.Voters ?? [];

    public long RaftTerm => _raft?.Term ?? 0;

    /// <summary>The node's mysqld may be taking writes: it is not left alone by an agent that cannot go on.</summary>
    public bool MysqldMayBeWritable => _mysqld.Duty is MysqldDuty.Leading or MysqldDuty.Demoted || _mysqld.Status is { Writable: true };

    /// <summary>Whether this node may be writable at the instant.</summary>
    public bool MayLead(Instant at) => at < _lease.Until;

    /// <summary>When <see cref="Tick"/> is due, at the latest.</summary>
    public Instant NextDeadline
    {
        get
        {
            var next = Instant.Earlier(_swim.NextDeadline, _raft?.NextDeadline ?? NextFoundingDeadline());
            next = Instant.Earlier(next, WaitsForTheLog ? _nextJoin : Instant.Never);
            next = Instant.Earlier(next, _mysqld.NextDeadline(_now));
            next = Instant.Earlier(next, _nextReport);
            next = Instant.Earlier(next, NextLeaseDeadline());
            next = Instant.Earlier(next, NextFreshDeadline());
            next = Instant.Earlier(next, IsController ? Instant.Earlier(_desk.Ends > _now ? _desk.Ends : Instant.Never, _operators.NextDeadline) : Instant.Never);
            next = Instant.Earlier(next, IsController ? Instant.Earlier(NextPlanDeadline(), ClientsTold ? Instant.Never : NextHandOver) : Instant.Never);
            next = Instant.Earlier(next, NextSettingsDeadline());
            next = Instant.Earlier(next, NextDemotion);
            return Instant.Earlier(next, NextCallDeadline());
        }
    }

    /// <summary>
    /// Takes one input and returns what is due. <paramref name="wallClock"/> (Unix milliseconds) is shown to people, and says when
    /// what they planned is due.
    /// Inputs must come in the order of their instants.
    /// </summary>
    public CoreOutput Step(Instant now, long wallClock, CoreInput input)
    {
        _now = Instant.Later(_now, now);
        _wall = wallClock;
        Take(input);
        Drive();
        return _out.Take(_lease.Until, FenceAt, _options.Faults.ForgetPromises);
    }

    private void Take(CoreInput input)
    {
        switch (input)
        {
            case Tick:
                break;
            case DatagramReceived when _options.Standalone:
                break; // it has no ring: others would only hold it for a part of theirs
            case DatagramReceived d:
                _swim.StepDatagram(_now, (d.Host, d.Port), d.Message);
                break;
            case FrameReceived f:
                TakeFrame(f.From, f.Message);
                break;
            case EffectDone done:
                TakeEffect(done);
                break;
            case MysqldExited exited:
                _out.Event("mysqld-exited", $"mysqld is gone: {exited.How}");
                _mysqld.Exited(_now);
                _waitsForRoom = false;
                _reportDue = true;
                break;
            case SuitabilityNoted noted:
                NoteSuitability(noted);
                break;
            case DiskNoted disk:
                NoteDisk(disk);
                break;
            case GuardNoted guard:
                NoteGuard(guard.Problem);
                break;
            case ActivityNoted activity:
                _activity = activity.Text;
                break;
            case AccessNoted access:
                NoteAccess(access.Problem);
                break;
            case RingKeysNoted keys:
                NoteRingKeys(keys);
                break;
            case OperatorCalled call:
                TakeCall(call);
                break;
            case StopAsked:
                _handsOver = !HandOverRaft("the agent stops");
                BeginRest();
                break;
            default:
                throw new InvalidOperationException($"a node takes no {input.GetType().Name}");
        }
    }

    /// <summary>Runs all parts until none has more to do. Bounded: a part that never settles is a bug, not a reason to spin.</summary>
    private void Drive()
    {
        if (_now >= _swim.NextDeadline)
        {
            _swim.Tick(_now);
        }

        DrainSwim();
        GreetMembers();
        if (_raft is null)
        {
            FoundOrJoin();
        }
        else if (WaitsForTheLog)
        {
            Join(_local.ClusterId);
        }

        if (_raft is not null && _now >= _raft.NextDeadline)
        {
            _raft.Tick(_now);
        }

        for (var round = 0; round < 16; round++)
        {
            var moved = DrainRaft();
            ObservePhases();
            moved |= Control();
            moved |= KeepLease();
            moved |= AskForEpochs();
            moved |= DoDuty();
            if (!moved)
            {
                break;
            }
        }

        SettleCalls();
        MeasureReach();
        Report();
        Route();
        TellWhetherLeading();
    }

    private void TakeFrame(NodeId from, PeerMessage message)
    {
        if (message is not ExchangeFrame && (ToldThatItWasRemoved(from) || IsOfNoConcern(from, message)))
        {
            return;
        }

        switch (message)
        {
            case ExchangeFrame when _options.Standalone:
                break;
            case ExchangeFrame exchange:
                _swim.StepExchange(_now, from, exchange.Exchange);
                break;
            case RaftFrame frame when _raft is not null && frame.ClusterId == _local.ClusterId:
                _raft.Step(_now, from, frame.Message);
                break;
            case RaftFrame:
                break;
            case ReportFrame report:
                TakeReport(from, report.Report);
                break;
            case LeaseAsk ask:
                TakeLeaseAsk(from, ask);
                break;
            case LeaseAnswer answer:
                _lease.Answered(_now, answer);
                break;
            case RestAsk ask:
                TakeRestAsk(from, ask);
                break;
            case FreshAsk ask:
                TakeFreshAsk(from, ask);
                break;
            case FreshAnswer answer:
                TakeFreshAnswer(answer);
                break;
            case JoinAsk ask:
                TakeJoinAsk(from, ask);
                break;
            case JoinWelcome welcome:
                TakeWelcome(welcome);
                break;
            case JoinRefused refused:
                TakeRefusal(refused);
                break;
            case RemovedNotice notice:
                TakeRemoval(from, notice);
                break;
            case OperatorAsk ask:
                TakeOperatorAsk(from, ask);
                break;
            case AuditFrame audit:
                _ = Keep(audit.Entry);
                break;
            case DrillBlow blow:
                TakeDrillBlow(from, blow);
                break;
            case SettingsAsk ask:
                TakeSettingsAsk(from, ask);
                break;
            case SettingsTried tried:
                TakeSettingsTried(tried);
                break;
            case RestartBlow blow:
                TakeRestartBlow(from, blow);
                break;
            case OperatorAnswered answered:
                AnswerCall(answered.CallId, answered.Answer);
                break;
            default:
                TakeFounding(from, message);
                break;
        }
    }

    private void DrainSwim()
    {
        var output = _swim.TakeOutput();
        foreach (var ((host, port), message) in output.Datagrams)
        {
            _out.Datagram(host, port, message);
        }

        foreach (var (to, exchange) in output.Exchanges)
        {
            Send(to, new ExchangeFrame(exchange));
        }

        foreach (var change in output.Changes.Where(ConcernsThisGroup))
        {
            _membersMoved = true;
            _out.Event("member-" + change.After.Status.ToString().ToLowerInvariant(), change.Reason, change.After.Id);
            if (IsOfAnotherCluster(change.After))
            {
                _out.Event("other-cluster", OtherCluster(change.After), change.After.Id);
            }
        }
    }

    /// <summary>The newest address that is known: a member's own word through gossip before what was replicated.</summary>
    private NodeAddress? AddressOf(NodeId node) =>
        _swim.Find(node)?.Address ?? _state.Members.GetValueOrDefault(node)?.Address;

    private void Send(NodeId to, PeerMessage message)
    {
        if (to == _options.Self)
        {
            TakeFrame(to, message);
        }
        else if (AddressOf(to) is { } address)
        {
            _out.Frame(to, address, message);
        }
    }

    private void KeepLocal(LocalRecord record)
    {
        _local = record;
        _out.KeepLocal(record);
    }

    private void Keep(NodeId node, MemberReport report)
    {
        _reports[node] = (report, _now);
        _fresh = _fresh.SetItem(node, report);
        _freshUntil = Instant.Earlier(_freshUntil, UntilFresh(node, _now));
    }

    private ImmutableSortedDictionary<NodeId, MemberReport> FreshReports()
    {
        if (_now > _freshUntil)
        {
            _freshUntil = Instant.Never;
            foreach (var (node, (_, at)) in _reports)
            {
                var until = UntilFresh(node, at);
                _fresh = until < _now ? _fresh.Remove(node) : _fresh;
                _freshUntil = until < _now ? _freshUntil : Instant.Earlier(_freshUntil, until);
            }
        }

        return _fresh;
    }

    private Instant UntilFresh(NodeId node, Instant at) => node == _options.Self ? Instant.Never : at + _options.Timing.ReportFresh;
}
