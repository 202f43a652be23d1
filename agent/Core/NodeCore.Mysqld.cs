using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>The node's duty towards its own mysqld: the decision is <see cref="DutyPolicy"/>'s, this turns it into effects.</summary>
public sealed partial class NodeCore
{
    private (string? What, Instant Since) _difference;
    private bool _reinitAsked;
    private string _activity = "";
    private Reason _duty = new("starting", "the agent starts");
    private DutyInput? _decidedOn; // the same gives the same act: most steps change nothing
    private DutyAct _act = null!;
    private Instant _nextMarker = Instant.Zero;
    private string _switchoverProblem = "";
    private string _diskProblem = "";
    private bool _waitsForRoom;
    private string _guardProblem = "";

    private bool DoDuty()
    {
        _mysqld.LookEvery = LookEvery();
        if (_mysqld.LookIsDue(_now))
        {
            var look = new LookAtMysqld(_mysqld.NextId());
            _mysqld.Started(look, _now);
            _out.Begin(look);
        }

        FollowSettings();
        NoteStuckSwitchover();
        NoteNamedArchive();
        NoteDifference();
        var seen = Situation();
        if (seen != _decidedOn)
        {
            (_decidedOn, _act) = (seen, DutyPolicy.Decide(seen));
        }

        var act = _act;
        if (act.Why.Code is not ("busy" or "marker" or "access" or "events" or "forget-source") && act.Why != _duty)
        {
            _duty = act.Why;
            _out.Event("duty", act.Why.Text);
        }

        return Do(act);
    }

    private DutyInput Situation() => new()
    {
        Self = _options.Self,
        Host = _options.Address.Host,
        State = _state,
        Local = _local,
        Mysqld = _mysqld.View(_now),
        BootId = _options.BootId,
        LeaseHeld = _lease.Held(_now, ServedEpoch ?? _state.Current?.Number ?? 0),
        Fresh = IsFresh,
        Reports = FreshReports(),
        DiskFull = _diskProblem.Length > 0,
        WaitsForRoom = _waitsForRoom,
        Unguarded = _guardProblem.Length > 0,
        SuccessorMayCome = _now - Instant.Later(_mysqld.StoppedAt, _startedAt) < _options.Timing.Lease * 2,
        DifferenceStands = _difference is { What: not null } known && _now - known.Since >= _options.Timing.Lease * 3,
        ReportsMayCome = _now - _startedAt < _options.Timing.Lease,
        SuccessorIsKnown = SuccessorIsKnown,
        HandedOverLately = _now - _placingSince < _options.Timing.FirstCommit,
        ReinitAsked = _reinitAsked,
        MarkerAcknowledged = _markerAcknowledged == _state.Current?.Number,
        MarkedAfter = _markedAfter,
        AttachedAt = _attachedAt,
        ReceiptsSurvivePowerLoss = _options.ReceiptsSurvivePowerLoss,
        Faults = _options.DutyFaults,
    };

    /// <summary>True where something changed that another decision may depend on.</summary>
    private bool Do(DutyAct act)
    {
        switch (act)
        {
            case DutyAct.Hold:
                return false;
            case DutyAct.Initialise:
                DoubtOldData(0);
                var adopt = _state.Adopter == _options.Self && _state.Current is null;
                Begin(new InitialiseData(_mysqld.NextId(), _local.ClusterSecret, [.. _state.Members.Keys], adopt));
                return true;
            case DutyAct.Rewind rewind:
                Begin(new RewindBinlog(_mysqld.NextId(), rewind.Epoch, rewind.ServerUuid, rewind.Began, rewind.Keep));
                return true;
            case DutyAct.ForgoRewind:
                ForgoRewind();
                return true;
            case DutyAct.Start:
                ForgoRewind();
                Begin(new StartMysqld(_mysqld.NextId()) { Settings = SettingsToStart() });
                return true;
            case DutyAct.Kill kill:
                return Kill(kill.Why);
            case DutyAct.Release release:
                KeepLocal(_local with { Released = release.Epoch });
                _reportDue = true;
                return true;
            case DutyAct.MakePromise promise:
                _promiseReceipts = promise.Receipts;
                Begin(new StopReceiving(_mysqld.NextId(), promise.Epoch));
                return true;
            case DutyAct.Follow follow when _state.Members.TryGetValue(follow.Leader, out var leader):
                KeepLocal(_local with { Attachment = follow.Attachment, Rewindable = 0 });
                Begin(new FollowSource(_mysqld.NextId(), follow.Epoch, leader with { Address = AddressOf(leader.Id) ?? leader.Address }, follow.SemiSync));
                return true;
            case DutyAct.NoteChecked:
                KeepLocal(_local with { Unchecked = "" });
                return true;
            case DutyAct.BecomeWhole whole:
                KeepLocal(_local with { Attachment = whole.Attachment });
                _reportDue = true;
                return true;
            case DutyAct.Promote promote:
                KeepLocal(_local with { Led = promote.Epoch, Rewindable = promote.AcksNeeded > 0 || _options.DutyFaults.RewindsAlone ? promote.Epoch : 0 });
                _switchoverProblem = "";
                _final = null;
                Begin(new PromoteServer(_mysqld.NextId(), promote.Epoch, promote.AcksNeeded, promote.Access, promote.After) { ClosedToClients = promote.ClosedToClients });
                return true;
            case DutyAct.ForgetSource:
                Begin(new ForgetSource(_mysqld.NextId()));
                return true;
            case DutyAct.SetAccess set:
                Begin(new SetAccess(_mysqld.NextId(), set.Access));
                return true;
            case DutyAct.Mark mark:
                return Mark(mark);
            case DutyAct.OpenToClients:
                Begin(new OpenServerToClients(_mysqld.NextId()));
                return true;
            case DutyAct.EnableEvents:
                var events = new EnableEvents(_mysqld.NextId());
                _mysqld.Started(events, _now);
                _out.Begin(events);
                return true;
            case DutyAct.Demote demote:
                Begin(new DemoteServer(_mysqld.NextId(), demote.Epoch, _options.Timing.Lease * 2));
                return true;
            case DutyAct.Reseed reseed when _state.Members.TryGetValue(reseed.Donor, out var donor):
                _reinitAsked = false;
                ForgoRewind();
                DoubtOldData(_state.Current?.Number ?? 0);
                Begin(new ReseedServer(_mysqld.NextId(), donor with { Address = AddressOf(donor.Id) ?? donor.Address }, reseed.Extra, reseed.Why));
                return true;
            default:
                return false;
        }
    }

    /// <summary>From here on nothing that this node acknowledged or committed before is taken to be on it.</summary>
    private void DoubtOldData(long epoch)
    {
        if (epoch > 0 || _local.Attachment is not null || _local.Led > 0)
        {
            KeepLocal(_local with { Attachment = new Attachment(Math.Max(epoch, _local.Attachment?.Epoch ?? 0), _options.BootId, Receipts.Replaced) });
        }
    }

    /// <summary>Kept before what follows is begun.</summary>
    private void ForgoRewind()
    {
        if (_local.Rewindable > 0)
        {
            KeepLocal(_local with { Rewindable = 0 });
        }
    }

    private void Begin(Effect effect)
    {
        _mysqld.Started(effect, _now);
        _activity = _mysqld.Activity;
        _out.Begin(effect);
        _reportDue = true;
    }

    private bool Kill(Reason why)
    {
        if (!_mysqld.CanBeKilled)
        {
            return false;
        }

        _out.Event("fence", $"killing mysqld: {why.Text}");
        Begin(new KillMysqld(_mysqld.NextId(), why));
        return true;
    }

    private bool Mark(DutyAct.Mark mark)
    {
        // Those under way may wait for ever: who is cloned from here has them, and acknowledges only what it receives. One more completes them.
        if (_now < _nextMarker || _mysqld.TooManyMarkers
            || (_mysqld.ManyMarkers && (_now < _nextMarker + _options.Timing.Lease || _options.Faults.FewMarkers)))
        {
            return false;
        }

        _nextMarker = _now + _options.Timing.Heartbeat;
        var witnesses = _reports.Values.Where(r => r.Report.RoleEpoch == mark.Epoch).ToImmutableSortedDictionary(r => r.Report.Node, r => r.Report.Stamp);
        var marker = new WriteMarker(_mysqld.NextId(), mark.Epoch);
        _mysqld.MarkerStarted(marker, witnesses);
        _out.Begin(marker);
        return false;
    }

    /// <summary>
    /// A mysqld that was writable when this agent came belongs to the epoch that the agent's earlier life led. That clients are let in does
    /// not say that a commit of it was acknowledged: behind a hand-over they are at once.
    /// </summary>
    private void AdoptDuty()
    {
        if (_mysqld is { Duty: MysqldDuty.None, State: MysqldState.Running, Status: { Writable: true, OfflineMode: false } } && _local.Led > _local.Released)
        {
            _mysqld.SetDuty(MysqldDuty.Leading, _local.Led);
            var established = _options.Faults.AdoptsForEstablished || _state.Epochs.Any(e => e.Number == _local.Led && e.Established);
            _markerAcknowledged = established ? _local.Led : 0;
            _out.Event("adopted", $"mysqld runs and is writable in epoch {_local.Led}; this agent takes it over");
        }
    }

    private void NoteDisk(DiskNoted disk)
    {
        var problem = disk.Problem;
        if (problem != _diskProblem)
        {
            _out.Event("disk-full", problem.Length > 0 ? problem : "the disk has room again");
            _diskProblem = problem;
            _waitsForRoom = problem.Length == 0 && disk.RanOut && _mysqld.State is MysqldState.Running or MysqldState.Hung;
            _reportDue = true;
        }
    }

    private void NoteGuard(string problem)
    {
        if (problem != _guardProblem)
        {
            _out.Event("unguarded", problem.Length > 0 ? problem : "the guard is there again");
            _guardProblem = problem;
            _reportDue = true;
        }
    }

    private void NoteDifference()
    {
        var leader = _state.Current is { } open && _reports.TryGetValue(open.Leader, out var known) ? known.Report : null;
        var what = DataCheck.DifferenceOf(_local, _state, _mysqld.Status, leader);
        _difference = what == _difference.What ? _difference : (what, _now);
    }

    private void NoteNamedArchive()
    {
        if (_local.Archived is { } tail && _state.Epochs.Any(e => e.Archived.Any(a => a.Node == tail.Node && a.Path == tail.Path)))
        {
            KeepLocal(_local with { Archived = null });
        }
    }

    private void NoteStuckSwitchover()
    {
        if (_mysqld.Duty == MysqldDuty.Demoted && _state.Switchover is not null && _switchoverProblem.Length == 0
            && _local.Released < _mysqld.DutyEpoch && _now - _mysqld.DemotedAt > _options.Timing.Lease * 3)
        {
            _switchoverProblem = "no follower held every commit in time";
            _reportDue = true;
        }
    }
}
