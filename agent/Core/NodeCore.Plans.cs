using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>The controller's diary: when a planned switchover is due, and how long the last change of leader took.</summary>
public sealed partial class NodeCore
{
    private readonly PhaseClock _phases = new();
    private readonly ChangeBook _changes = new();

    // What the log held when this agent began happened before: its times are not known.
    private long _replayedUpTo;

    // The plan that this controller found due, when that was, and how late it was then by the wall clock.
    private (PlannedSwitchover Plan, Instant Since, TimeSpan Late)? _planDue;

    /// <summary>By the wall clock once; from there on by this node's own, which does not jump.</summary>
    private void NotePlan()
    {
        if (_state.Plan is not { } plan || _wall < plan.At)
        {
            _planDue = null;
        }
        else if (_planDue?.Plan != plan)
        {
            _planDue = (plan, _now, TimeSpan.FromMilliseconds(_wall - plan.At));
        }
    }

    /// <summary>A wall clock that is set forwards meanwhile is noticed at the next heartbeat.</summary>
    private Instant NextPlanDeadline() =>
        _state.Plan is { } plan && plan.At > _wall ? _now + TimeSpan.FromMilliseconds(plan.At - _wall) : Instant.Never;

    private void ObservePhases()
    {
        if (_raft is not null && _applied >= _replayedUpTo)
        {
            var asked = IsController && _operators.Failover?.Epoch == _state.Current?.Number;
            _phases.Observe(_now, _state, IsController && _desk.Lapsed(_now), asked, _reports);
        }
    }

    /// <summary>How the current epoch came about, once all of it was seen, or nothing more is to be expected.</summary>
    private ClusterCommand? PhasesToNote()
    {
        if (_state.Current is not { Closed: false, Established: true, Phases: null } current || _phases.Of(current.Number) is not { } phases
            || phases is { Clients: null } && !_phases.EstablishedBefore(_now - (_options.Timing.Lease * 2))
            || FreshReports().Values.Any(r => r.Understands < MemberReport.HandOvers))
        {
            return null;
        }

        return new NotePhases(current.Number, phases);
    }
}
