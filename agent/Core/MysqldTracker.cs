using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>What the core knows of its mysqld, and which effects on it are under way.</summary>
internal sealed class MysqldTracker(Timing timing)
{
    private static readonly TimeSpan CrashLoopWindow = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestHoldDown = TimeSpan.FromSeconds(30);
    private readonly Dictionary<long, (long Epoch, ImmutableSortedDictionary<NodeId, ReportStamp> Witnesses)> _markers = [];
    private long _nextId = 1;
    private Effect? _underWay;
    private (long Id, Instant Since)? _look;
    private Instant _nextLook = Instant.Zero;
    private Instant _lookedAt = Instant.Zero;
    private long _looksThatCount;
    private bool _killSent;
    private Instant _startedAt = Instant.Zero;
    private int _deaths;
    private int _clonesFailed;
    private Instant _heldUntil = Instant.Zero;
    private Instant _accessHeldUntil = Instant.Zero;
    private Instant _sourceHeldUntil = Instant.Zero;
    private long _eventsId;
    private long _eventsEpoch;
    private Instant _eventsHeldUntil = Instant.Zero;

    public MysqldState State { get; private set; } = MysqldState.Unknown;
    public MysqldDuty Duty { get; private set; }
    public long DutyEpoch { get; private set; }
    public MysqldStatus? Status { get; private set; }
    public GtidSet FinalSet { get; private set; } = GtidSet.Empty;
    public ReplicationAccess? Access { get; private set; }
    public Instant DemotedAt { get; private set; }

    /// <summary>When mysqld last ended, as far as this agent saw.</summary>
    public Instant StoppedAt { get; private set; } = Instant.Zero;
    public int Pid { get; private set; }
    public Reason? Problem { get; private set; }

    /// <summary>Grows each time mysqld stops: an answer about the epochs counts only for the life that it was asked for.</summary>
    public long Stops { get; private set; }

    /// <summary>
    /// Shorter where others wait for what the next look tells; made shorter, the next is due at once. Made longer, it may wait: clients do
    /// so just then, and a look takes a busy host some milliseconds.
    /// </summary>
    public TimeSpan LookEvery
    {
        get;
        set
        {
            _nextLook = value < field ? Instant.Zero
                : value > field && _nextLook > Instant.Zero ? Instant.Later(_nextLook, _lookedAt + value)
                : _nextLook;
            field = value;
        }
    } = timing.Probe;

    public bool Busy => _underWay is not null || _killSent;

    public bool CanBeKilled => State is MysqldState.Starting or MysqldState.Running or MysqldState.Hung && !_killSent;

    public MysqldView View(Instant now) => new()
    {
        State = _killSent ? MysqldState.Stopping : State,
        Duty = Duty,
        DutyEpoch = DutyEpoch,
        Status = Status,
        Busy = Busy,
        HeldDown = now < _heldUntil,
        Hung = IsHung(now),
        MarkerUnderWay = _markers.Count > 0,
        FinalSet = FinalSet,
        ClonesFailed = _clonesFailed,
        Access = Access,
        AccessHeldBack = now < _accessHeldUntil,
        SourceHeldBack = now < _sourceHeldUntil,
        EventsSeenTo = _eventsId > 0 || _eventsEpoch == DutyEpoch || now < _eventsHeldUntil,
    };

    public MysqldState ShownState(Instant now) => IsHung(now) ? MysqldState.Hung : _killSent ? MysqldState.Stopping : State;

    public string Activity => _underWay switch
    {
        ReseedServer r => $"cloning from {r.Donor.Address.Host}",
        InitialiseData { Adopt: true } => "taking over the data of its own",
        InitialiseData => "making the data directory",
        RewindBinlog => "cutting off what was not acknowledged",
        StartMysqld => "starting mysqld",
        _ => "",
    };

    public void Begin(MysqldState state, int pid)
    {
        (State, Pid) = (state, pid);
        if (state == MysqldState.Running)
        {
            _nextLook = Instant.Zero;
        }
    }

    public long NextId() => _nextId++;

    public void Started(Effect effect, Instant now)
    {
        switch (effect)
        {
            case KillMysqld:
                _killSent = true;
                return;
            case LookAtMysqld:
                _look = (effect.Id, now);
                (_lookedAt, _nextLook) = (now, now + LookEvery);
                return;
            case EnableEvents:
                _eventsId = effect.Id;
                return;
            case WriteMarker:
                throw new InvalidOperationException("a marker is started with what it is to witness");
            case InitialiseData:
                State = MysqldState.Initialising;
                break;
            case StartMysqld:
                State = MysqldState.Starting;
                _startedAt = now;
                break;
            case PromoteServer promote:
                (Duty, DutyEpoch) = (MysqldDuty.Leading, promote.Epoch);
                (_eventsEpoch, _eventsHeldUntil) = (0, Instant.Zero); // a demotion before stopped them
                _nextLook = Instant.Later(_nextLook, now + timing.Probe);
                break;
            case DemoteServer:
                _nextLook = Instant.Later(_nextLook, now + timing.Probe);
                break;
            case ReseedServer:
                State = MysqldState.Cloning;
                Forget();
                break;
            case StopReceiving or FollowSource:
                (Duty, DutyEpoch) = (MysqldDuty.None, 0);
                break;
        }

        _underWay = effect;
    }

    public void MarkerStarted(WriteMarker marker, ImmutableSortedDictionary<NodeId, ReportStamp> witnesses) => _markers[marker.Id] = (marker.Epoch, witnesses);

    /// <summary>Null: no marker of this mysqld's life has that number.</summary>
    public (long Epoch, ImmutableSortedDictionary<NodeId, ReportStamp> Witnesses)? MarkerEnded(long id) => _markers.Remove(id, out var marker) ? marker : null;

    public bool ManyMarkers => _markers.Count >= 4;

    /// <summary>Each holds a connection.</summary>
    public bool TooManyMarkers => _markers.Count >= 16;

    /// <summary>Whether this result is that of the events' effect. It is tried again a lease after it failed.</summary>
    public bool EventsEnded(long id, EffectResult result, Instant now)
    {
        if (id != _eventsId)
        {
            return false;
        }

        _eventsId = 0;
        _eventsEpoch = result.Ok ? DutyEpoch : _eventsEpoch;
        _eventsHeldUntil = result.Ok ? Instant.Zero : now + timing.Lease;
        return true;
    }

    /// <summary>The effect that this result ends, or null where it belongs to an earlier life of mysqld.</summary>
    public Effect? Ended(long id, EffectResult result, Instant now)
    {
        if (_look?.Id == id)
        {
            _look = null;
            if (result.Status is { } status && id >= _looksThatCount && State == MysqldState.Running)
            {
                Status = status;
                Pid = result.MysqldPid > 0 ? result.MysqldPid : Pid;
            }

            return null;
        }

        if (_underWay?.Id != id)
        {
            return null;
        }

        var ended = _underWay;
        _underWay = null;
        _looksThatCount = _nextId;
        Status = result.Status ?? (State != MysqldState.Running ? Status : Known(ended, result));
        _nextLook = result.Status is not null ? now + LookEvery
            : ended is PromoteServer or DemoteServer && Status is not null ? now + timing.ProbeWhilePlacing
            : Instant.Zero;
        Problem = result.Failure;
        Settle(ended, result, now);
        return ended;
    }

    /// <summary>mysqld is gone, whatever was under way with it.</summary>
    public void Exited(Instant now)
    {
        Stops++;
        StoppedAt = now;
        _killSent = false;
        if (_underWay is not (ReseedServer or InitialiseData or RewindBinlog))
        {
            _underWay = null;
        }

        _deaths = now - _startedAt < CrashLoopWindow ? _deaths + 1 : 0;
        HoldDown(now);
        Forget();
        State = MysqldState.Stopped;
    }

    /// <summary>It is ended on purpose and started again: no death that its next start is held down for.</summary>
    public void Restarting() => (_deaths, _startedAt) = (0, Instant.Zero);

    public bool LookIsDue(Instant now) => State == MysqldState.Running && _look is null && !_killSent && now >= _nextLook;

    public void LookNow() => _nextLook = Instant.Zero;

    public void SetDuty(MysqldDuty duty, long epoch) => (Duty, DutyEpoch) = (duty, epoch);

    public Instant NextDeadline(Instant now)
    {
        var next = Instant.Never;
        if (State == MysqldState.Running && !_killSent)
        {
            next = _look is { } look ? look.Since + timing.Hung : _nextLook;
        }

        return State == MysqldState.Stopped && now < _heldUntil ? Instant.Earlier(next, _heldUntil) : next;
    }

    private bool IsHung(Instant now) => State == MysqldState.Running && _look is { } look && now - look.Since >= timing.Hung;

    private void Settle(Effect ended, EffectResult result, Instant now)
    {
        switch (ended)
        {
            case InitialiseData:
                State = result.Ok ? MysqldState.Stopped : MysqldState.Absent;
                if (!result.Ok)
                {
                    _deaths++;
                    HoldDown(now);
                }

                break;
            case StartMysqld when result.Ok:
                State = MysqldState.Running;
                Pid = result.MysqldPid;
                break;
            case StartMysqld:
                Exited(now);
                break;
            case ReseedServer:
                Stops++;
                _clonesFailed = result.Ok ? 0 : _clonesFailed + 1;
                State = result.DataLost ? MysqldState.Absent : MysqldState.Stopped;
                if (!result.Ok)
                {
                    _deaths++;
                    HoldDown(now);
                }

                break;
            case FollowSource follow when result.Ok:
                (Duty, DutyEpoch) = (MysqldDuty.Following, follow.Epoch);
                break;
            case FollowSource:
                _deaths = Math.Min(_deaths + 1, 4);
                HoldDown(now);
                break;
            case StopReceiving stop when result.Ok:
                (Duty, DutyEpoch) = (MysqldDuty.Promised, stop.Epoch);
                break;
            case PromoteServer promote when result.Ok:
                // Locks are set before it opens; accounts that are missing are made after.
                Access = promote.Access with { LetIn = [] };
                break;
            case SetAccess set:
                Access = result.Ok ? set.Access : Access;
                _accessHeldUntil = result.Ok ? Instant.Zero : now + timing.Lease;
                break;
            case ForgetSource:
                _sourceHeldUntil = result.Ok ? Instant.Zero : now + timing.Lease;
                break;
            case DemoteServer demote when result.Ok:
                (Duty, DutyEpoch) = (MysqldDuty.Demoted, demote.Epoch);
                FinalSet = result.Set;
                DemotedAt = now;
                break;
        }
    }

    /// <summary>What is known without another look, which may wait: what the effect read back, and the rest as it was before.</summary>
    private MysqldStatus? Known(Effect ended, EffectResult result) => (Status, ended) switch
    {
        ({ } status, PromoteServer promoted) when result.Ok => status with
        {
            Writable = true,
            OfflineMode = status.OfflineMode || promoted.ClosedToClients,
            Executed = status.Executed.Union(result.Set),
            SemiSyncSource = promoted.AcksNeeded > 0,
        },
        ({ } status, DemoteServer) when result.Ok => status with { Writable = false, Executed = status.Executed.Union(result.Set) },
        _ => null,
    };

    private void Forget()
    {
        (Duty, DutyEpoch, Status, Pid, _look, Access) = (MysqldDuty.None, 0, null, 0, null, null);
        _markers.Clear();
        (_eventsId, _eventsEpoch, _eventsHeldUntil) = (0, 0, Instant.Zero);
        _looksThatCount = _nextId;
        _nextLook = Instant.Zero;
    }

    private void HoldDown(Instant now)
    {
        var wait = _deaths <= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds(0.25 * Math.Pow(2, Math.Min(_deaths, 10)));
        _heldUntil = now + (wait < LongestHoldDown ? wait : LongestHoldDown);
    }
}
