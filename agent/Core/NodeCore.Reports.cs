using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>What this node tells the ring about itself.</summary>
public sealed partial class NodeCore
{
    private Instant _nextReport = Instant.Zero;
    private bool _reportDue = true;
    private long _sequence;
    private GtidSet? _owed;
    private bool _catchingUp = true;

    private void TakeReport(NodeId from, MemberReport report)
    {
        if (report.Node != from || report.ClusterId != _local.ClusterId || _raft is null || !IsMember(from))
        {
            return;
        }

        if (!_reports.TryGetValue(from, out var known) || report.IsNewerThan(known.Report))
        {
            Keep(from, report);
        }
    }

    private void Report()
    {
        if (_raft is null)
        {
            _nextReport = Instant.Never;
            return;
        }

        if (!_reportDue && _now < _nextReport)
        {
            return;
        }

        _reportDue = false;
        _nextReport = _now + _options.Timing.Heartbeat;
        var report = MakeReport();
        Keep(_options.Self, report);
        var frame = new ReportFrame(report);
        foreach (var member in _state.Members.Keys.Where(m => m != _options.Self))
        {
            Send(member, frame);
        }
    }

    /// <summary>
    /// A follower that was just attached has applied all that it received: nothing yet. How far it is behind is known only once it has
    /// what the leader had then.
    /// </summary>
    private void NoteCatchingUp()
    {
        if (_mysqld is not { Duty: MysqldDuty.Following, Status: { ReceiverRunning: true } status })
        {
            (_owed, _catchingUp) = (null, true);
            return;
        }

        if (_catchingUp)
        {
            _owed ??= _state.Current is { } open && FreshReports().TryGetValue(open.Leader, out var leader) && leader.RoleEpoch == open.Number
                ? leader.Status?.Executed
                : null;
            _catchingUp = _owed is null || !status.Executed.Contains(_owed);
            _reportDue |= !_catchingUp;
        }
    }

    private MemberReport MakeReport() => new()
    {
        Node = _options.Self,
        ClusterId = _local.ClusterId,
        Stamp = new ReportStamp(_local.Life, ++_sequence),
        BootId = _options.BootId,
        Mysqld = _mysqld.ShownState(_now),
        Status = _mysqld.Status,
        Promise = _local.Promise,
        Led = _local.Led,
        Released = _local.Released,
        RoleEpoch = _mysqld.Duty is MysqldDuty.Following or MysqldDuty.Leading ? _mysqld.DutyEpoch : 0,
        Leading = _mysqld.Duty == MysqldDuty.Leading,
        CatchingUp = _mysqld.Duty == MysqldDuty.Following && _catchingUp,
        AttachedAt = _attachedAt,
        Reaches = _reached,
        ReceiptsInDoubt = _local.Attachment is { Receipts: not Receipts.Whole },
        MarkedAfter = _markedAfter,
        MarkerAcknowledged = _markerAcknowledged,
        Final = _final is { } last && _state.Epochs.Any(e => e.Number == last.Epoch && e.Closed) ? last : null,
        FirstSet = _mysqld is { Duty: MysqldDuty.Leading } && _began.Epoch == _mysqld.DutyEpoch ? _began.Set : null,
        Understands = MemberReport.Present,
        LeaseMilliseconds = (int)_options.Timing.Lease.TotalMilliseconds,
        Tags = EffectiveTags(),
        Settings = SettingsToReport(),
        Restarted = _restarted,
        RingKeys = _ringKeys.Fingerprints,
        MysqldEndedAgo = _mysqld is { State: MysqldState.Stopped } && _mysqld.StoppedAt > Instant.Zero
            ? (int)Math.Min((_now - _mysqld.StoppedAt).TotalMilliseconds, int.MaxValue)
            : null,
        Demoted = _mysqld is { Duty: MysqldDuty.Demoted, State: MysqldState.Running },
        Drilled = _drilled,
        RestartedLeading = _restartedLeading,
        SwitchoverProblem = _switchoverProblem,
        DiskFull = _diskProblem.Length > 0,
        Unguarded = _guardProblem.Length > 0,
        AppliedIndex = _applied,
        AgentPid = _options.AgentPid,
        MysqldPid = _mysqld.Pid,
        AgentVersion = _options.AgentVersion,
        Activity = _activity.Length > 0 ? _activity : _mysqld.Activity,
        Problems = [.. Problems()],
        Archived = _local.Archived,
        ControllerReasons = IsController ? _decision.Reasons : [],
    };

    private IEnumerable<Reason> Problems()
    {
        if (_duty.Code is not ("leading" or "following" or "busy" or "promised" or "promote" or "follow" or "marker" or "open" or "start" or "access"))
        {
            yield return _duty;
        }

        if (_diskProblem.Length > 0)
        {
            yield return new Reason("disk-full", _diskProblem);
        }

        if (_guardProblem.Length > 0)
        {
            yield return new Reason("unguarded", _guardProblem);
        }

        if (_suitability.Problem.Length > 0)
        {
            yield return new Reason("unsuitable", _suitability.Problem);
        }

        if (_accessProblem.Length > 0)
        {
            yield return new Reason("api-access", _accessProblem);
        }

        foreach (var reason in SettingsProblems())
        {
            yield return reason;
        }

        if (_ringKeys.Problem.Length > 0)
        {
            yield return new Reason("ring-key", _ringKeys.Problem);
        }

        if (_difference is { What: { } difference } && _now - _difference.Since >= _options.Timing.Lease * 3)
        {
            yield return new Reason("differs-from-leader", difference);
        }

        if (_mysqld.Duty == MysqldDuty.Following && _catchingUp)
        {
            yield return new Reason("catching-up", "it does not have all yet that the leader had when it began to follow");
        }

        if (_mysqld.Problem is { } problem)
        {
            yield return problem;
        }

        if (_mysqld.Status is { ApplierError.Length: > 0 } broken)
        {
            yield return new Reason("applier-error", broken.ApplierError);
        }
    }
}
