using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>What the log's entries are called in the node's own.</summary>
public sealed partial class NodeCore
{
    private void Announce(ClusterCommand command)
    {
        switch (command)
        {
            case OpenEpoch open:
                _out.Event("epoch-opened", $"epoch {open.Epoch.Number}: {Name(open.Epoch.Leader)} leads ({open.Epoch.OpenReason})");
                break;
            case HandOver hand:
                _out.Event("handed-over", $"epoch {hand.Epoch} is handed over, epoch {hand.Next.Number}: {Name(hand.Next.Leader)} leads ({hand.Reason})");
                break;
            case AbandonPlacement:
                _out.Event("placement-abandoned", "the followers do not get behind the next leader in time: the leader stops first");
                break;
            case CloseEpoch close:
                _closedAt = _now;
                _out.Event("epoch-closed", $"epoch {close.Epoch} is closed: {close.Reason}");
                break;
            case EstablishEpoch establish:
                _out.Event("epoch-established", $"epoch {establish.Epoch} is established");
                break;
            case AdmitMember admit:
                _out.Event("admitted", $"{Name(admit.Member.Id)} is a member from here on");
                break;
            case StartLeaving { Departure: var departure }:
                _out.Event("leaving", $"{Name(departure.Node)} {(departure.Stays ? "will vote no more" : "is leaving")}: {departure.Reason}");
                break;
            case DropLeaving drop:
                _out.Event("leaving-dropped", drop.Reason);
                break;
            case EndLeaving end when _state.Removed.TryGetValue(end.Node, out var removed):
                _ = _reports.Remove(end.Node);
                _fresh = _fresh.Remove(end.Node);
                _out.Event("removed", $"{removed.Name} ({removed.Host}) is no member any more: {removed.Reason}");
                break;
            case SetVotersTarget target:
                _out.Event("voters-target", $"{target.Count} members shall vote");
                break;
            case RestLeader { Milliseconds: > 0 } rest:
                NoteRest(rest);
                break;
            case DropSwitchover drop:
                _out.Event("switchover-dropped", $"the switchover was dropped: {drop.Reason}");
                break;
            case PlanSwitchover { Plan: var plan }:
                _out.Event("switchover-planned", $"{PlanPolicy.Describe(_state, plan)} is planned");
                break;
            case DropPlan drop:
                _out.Event("plan-dropped", $"{PlanPolicy.Describe(_state, drop.Plan)} was dropped: {drop.Reason}");
                break;
            case NotePhases note:
                _out.Event("phases", $"epoch {note.Epoch}: {note.Phases}");
                break;
        }
    }
}
