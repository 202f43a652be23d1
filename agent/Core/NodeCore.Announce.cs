using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>What the log's entries are called in the node's own.</summary>
public sealed partial class NodeCore
{
    private long CurrentEpoch => _state.Current?.Number ?? 0;

    private void Announce(ClusterCommand command)
    {
        switch (command)
        {
            case OpenEpoch open:
                _out.Agreed(
                    "epoch-opened", $"epoch {open.Epoch.Number}: {Name(open.Epoch.Leader)} leads ({open.Epoch.OpenReason})", open.Epoch.Leader, open.Epoch.Number);
                break;
            case HandOver hand:
                _out.Agreed(
                    "handed-over",
                    $"epoch {hand.Epoch} is handed over, epoch {hand.Next.Number}: {Name(hand.Next.Leader)} leads ({hand.Reason})",
                    hand.Next.Leader,
                    hand.Next.Number);
                break;
            case AbandonPlacement:
                _out.Agreed("placement-abandoned", "the followers do not get behind the next leader in time: the leader stops first", epoch: CurrentEpoch);
                break;
            case CloseEpoch close:
                _closedAt = _now;
                _out.Agreed("epoch-closed", $"epoch {close.Epoch} is closed: {close.Reason}", _state.Current?.Leader, close.Epoch);
                break;
            case EstablishEpoch establish:
                _out.Agreed("epoch-established", $"epoch {establish.Epoch} is established", _state.Current?.Leader, establish.Epoch);
                break;
            case AdmitMember admit:
                _out.Agreed("admitted", $"{Name(admit.Member.Id)} is a member from here on", admit.Member.Id);
                break;
            case StartLeaving { Departure: var departure }:
                _out.Agreed("leaving", $"{Name(departure.Node)} {(departure.Stays ? "will vote no more" : "is leaving")}: {departure.Reason}", departure.Node);
                break;
            case DropLeaving drop:
                _out.Agreed("leaving-dropped", drop.Reason);
                break;
            case EndLeaving left when _state.Removed.TryGetValue(left.Node, out var removed):
                _ = _reports.Remove(left.Node);
                _fresh = _fresh.Remove(left.Node);
                _out.Agreed("removed", $"{removed.Name} ({removed.Host}) is no member any more: {removed.Reason}", left.Node);
                break;
            case SetVotersTarget voters:
                _out.Agreed("voters-target", $"{voters.Count} members shall vote");
                break;
            case NoteRequest { Entry: var asked }:
                _out.Agreed("asked", $"{asked.Caller.Name} ({asked.Caller.From}) asks for: {asked.Request}");
                break;
            case SetPaused pause:
                _out.Agreed(pause.Paused ? "paused" : "resumed", $"automatic failover is {(pause.Paused ? "paused" : "resumed")}");
                break;
            case StartSwitchover start:
                var to = start.Target is { } target ? Name(target) : "the best follower";
                _out.Agreed("switchover-started", $"a switchover to {to} begins: {start.Reason}", start.Target, start.Epoch);
                break;
            case DropSwitchover drop:
                _out.Agreed("switchover-dropped", $"the switchover was dropped: {drop.Reason}", epoch: CurrentEpoch);
                break;
            case PlanSwitchover { Plan: var plan }:
                _out.Agreed("switchover-planned", $"{PlanPolicy.Describe(_state, plan)} is planned", plan.Target);
                break;
            case DropPlan drop:
                _out.Agreed("plan-dropped", $"{PlanPolicy.Describe(_state, drop.Plan)} was dropped: {drop.Reason}", drop.Plan.Target);
                break;
            case BeginMaintenance { Node: var node, Maintenance: var maintenance }:
                var until = PlanPolicy.Text(maintenance.Until);
                _out.Agreed("maintenance", $"{Name(node)} is in maintenance until {until}{(maintenance.Reason.Length > 0 ? ": " : "")}{maintenance.Reason}", node);
                break;
            case EndMaintenance end:
                _out.Agreed("maintenance-over", $"the maintenance of {Name(end.Node)} is over: {end.Why}", end.Node);
                break;
            case ChangeSettings change:
                _out.Agreed("configuration", $"version {_state.Settings.Version} of the configuration: {Described(change.Set, change.Unset)}");
                break;
            case SetRolling { Text.Length: > 0 } rolling:
                AnnounceRolling(rolling.Next, rolling.Text);
                break;
            case NotePhases note:
                _out.Agreed("phases", $"epoch {note.Epoch}: {note.Phases}", _state.Current?.Leader, note.Epoch);
                break;
        }
    }
}
