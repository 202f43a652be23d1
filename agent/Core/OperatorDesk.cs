using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>The controller's side of operator requests: refuses with all reasons, or starts the change and answers when it is over.</summary>
internal sealed class OperatorDesk(CoreFaults faults)
{
    /// <summary>What is still under way then is answered as unknown.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>An agent that is greeted answers at once; a packet or two may be lost.</summary>
    public static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(8);
    private readonly List<Call> _open = [];

    /// <summary>Why the leader is to be given up, and by whose leave without proof: until the epoch is closed, and the next one open.</summary>
    public (long Epoch, string Reason, NodeId? Preferred, NodeId? LossAccepted)? Failover { get; private set; }

    /// <summary>An answer at once, or the command to propose (null: nothing to propose) and a promise to answer later.</summary>
    public (OperatorAnswer? AtOnce, ClusterCommand? Command) Take(Instant now, NodeId origin, long callId, OperatorRequest request, ControllerInput seen, AuditEntry? entry)
    {
        var epoch = seen.State.Current?.Number ?? 0;
        if (request.SeenEpoch != 0 && request.SeenEpoch != epoch && !faults.IgnoresSeenEpoch)
        {
            return (Refused("other-epoch", $"asked under epoch {request.SeenEpoch}, but the current one is {epoch}"), null);
        }

        if (Alone.Against(seen, request) is { } alone)
        {
            return (Refused([alone]), null);
        }

        ClusterCommand? command = null;
        OperatorAnswer? whenDone = null;
        switch (request)
        {
            case PlanSwitchoverRequest wish:
                var planned = TakePlan(wish, seen);
                if (planned.Answer.Outcome != OperatorOutcome.Done || planned.Command is null)
                {
                    return (planned.Answer, null);
                }

                (whenDone, command) = planned;
                break;
            case CancelSwitchoverRequest:
                var cancelled = TakeCancel(seen);
                if (cancelled.Command is null)
                {
                    return (cancelled.Answer, null);
                }

                (whenDone, command) = cancelled;
                break;
            case DrillRequest drill:
                var against = DrillPolicy.Refusals(seen);
                if (!against.IsEmpty || drill.DryRun)
                {
                    return (against.IsEmpty ? DrillPolicy.WhatWouldHappen(seen) : Refused(against), null);
                }

                break;
            case SwitchoverRequest or StepDownRequest or SwitchoverCheckRequest:
                var target = request switch
                {
                    SwitchoverRequest wish => wish.To,
                    SwitchoverCheckRequest wish => wish.To,
                    _ => null,
                };
                var refusals = ControllerPolicy.SwitchoverRefusals(seen, target);
                if (!refusals.IsEmpty)
                {
                    return (Refused(refusals), null);
                }

                if (request is SwitchoverCheckRequest)
                {
                    var able = ControllerPolicy.SwitchoverTargets(seen).Where(n => target is null || n == target);
                    var names = string.Join(" or ", able.Select(n => Name(seen.State, n)));
                    return (new OperatorAnswer(OperatorOutcome.Done, new Reason(
                        "can-switch-over", $"nothing is in the way: {names} would lead epoch {epoch + 1}. Nothing was changed")), null);
                }

                command = ControllerPolicy.SwitchoverTo(
                    seen, seen.State.Current!, target, request is StepDownRequest ? "an operator asked the leader to step down" : "an operator asked for a switchover");
                break;
            case PauseRequest pause:
                command = new SetPaused(pause.Paused);
                break;
            case MaintenanceRequest { ForMilliseconds: null } over:
                if (!seen.State.Maintenance.TryGetValue(over.Node, out var ending))
                {
                    return (Refused("not-in-maintenance", $"{Name(seen.State, over.Node)} is not in maintenance"), null);
                }

                command = new EndMaintenance(over.Node, ending.Until, "an operator ended it");
                break;
            case MaintenanceRequest { ForMilliseconds: { } time } wish:
                var wrong = Wishes.Refusals(seen, wish.Node, time);
                if (!wrong.IsEmpty)
                {
                    return (Refused(wrong), null);
                }

                command = new BeginMaintenance(wish.Node, new Maintenance(seen.WallClock, seen.WallClock + time, wish.Reason ?? ""));
                break;
            case FailoverRequest { AcceptDataLoss: true, To: null }:
                return (Refused("no-target", "accepting data loss needs a named node: which one shall lead"), null);
            case FailoverRequest failover:
                if (failover.To is { } to && !seen.Voters.Contains(to))
                {
                    return (Refused("not-a-voter", $"{to} is no voter of this cluster"), null);
                }

                Failover = (epoch, "an operator asked for a failover", failover.To, failover.AcceptDataLoss ? failover.To : null);
                break;
            case VotersRequest { Count: not (3 or 5 or 7) } voters:
                return (Refused("bad-count", $"voters {voters.Count}: 3, 5 or 7 is allowed"), null);
            case VotersRequest voters:
                command = new SetVotersTarget(voters.Count);
                break;
            case RemoveRequest remove:
                var needed = ControllerPolicy.RemoveRefusals(seen, remove.Node);
                if (!needed.IsEmpty)
                {
                    return (Refused(needed), null);
                }

                if (remove.DryRun)
                {
                    var first = seen.State.Current?.Leader == remove.Node ? "; it leads, and another node takes over first" : "";
                    return (Done("can-remove", $"nothing is in the way: {Name(seen.State, remove.Node)} would be removed{first}. Nothing was changed"), null);
                }

                command = new StartLeaving(new Departure(remove.Node, Stays: false, "an operator removed it"));
                break;
            case AddRequest add:
                var unwelcome = VoteWishes.AddRefusals(seen, add);
                if (!unwelcome.IsEmpty)
                {
                    return (Refused(unwelcome), null);
                }

                break;
            case VotingRequest vote:
                var impossible = VoteWishes.Refusals(seen, vote.Node, vote.Votes);
                if (!impossible.IsEmpty)
                {
                    return (Refused(impossible), null);
                }

                command = new SetMember(seen.State.Members[vote.Node] with { Votes = vote.Votes });
                break;
            case RollingRequest or StopRollingRequest:
                var rolled = RollingCalls.Take(request, seen, origin, callId, entry);
                if (rolled.Command is null)
                {
                    return (rolled.Answer, null);
                }

                (whenDone, command) = rolled;
                break;
            default:
                return (Refused("unknown-verb", $"the controller takes no {request.GetType().Name}"), null);
        }

        _open.Add(new Call(origin, callId, request, epoch, now + Patience) { Command = command, WhenDone = whenDone, Entry = entry });
        return (null, command);
    }

    private static (OperatorAnswer Answer, PlanSwitchover? Command) TakePlan(PlanSwitchoverRequest wish, ControllerInput seen)
    {
        var furthest = (long)PlanPolicy.Furthest.TotalMilliseconds;
        var at = wish.At?.ToUnixTimeMilliseconds() ?? (seen.WallClock + Math.Clamp(wish.InMilliseconds ?? 0, 0, furthest + 1));
        var refusals = PlanPolicy.Refusals(seen, wish.To, at);
        var now = refusals.Any(r => r.Code == "no-leader") ? [] : ControllerPolicy.SwitchoverRefusals(seen, wish.To);
        if (!refusals.IsEmpty || (wish.DryRun && !now.IsEmpty))
        {
            return (Refused(wish.DryRun ? [.. refusals.Concat(now).DistinctBy(r => r.Code)] : refusals), null);
        }

        var plan = new PlannedSwitchover(seen.State.Current!.Leader, wish.To, at, seen.WallClock);
        var what = PlanPolicy.Describe(seen.State, plan);
        if (wish.DryRun)
        {
            return (Done("can-be-planned", $"nothing is in the way of {what} now. Nothing was changed"), null);
        }

        var hint = now.IsEmpty ? "" : $". As it is now it could not begin: {string.Join("; ", now.Select(r => r.Text))}";
        return (Done("planned", $"{what} is planned{hint}"), new PlanSwitchover(plan));
    }

    private static (OperatorAnswer Answer, ClusterCommand? Command) TakeCancel(ControllerInput seen)
    {
        const string Why = "an operator cancelled it";
        var current = seen.State.Current;
        if (seen.State.Switchover is { } begun && begun.Epoch == current?.Number)
        {
            if (current.Closed || seen.Reports.GetValueOrDefault(current.Leader)?.Released >= current.Number)
            {
                return (TooLate(), null);
            }

            return begun.Target == current.Leader
                ? (Refused("change-of-members", "what is under way is the cluster's own: who acknowledges changes, the leader stays"), null)
                : (Done("cancelled", $"the switchover is cancelled; {Name(seen.State, current.Leader)} leads on"),
                    new DropSwitchover(begun.Epoch, Why) { When = seen.WallClock, Cancelled = true });
        }

        if (seen.State.HandingOver() is not null)
        {
            return (TooLate(), null);
        }

        return seen.State.Plan is { } plan
            ? (Done("cancelled", $"{PlanPolicy.Describe(seen.State, plan)} is cancelled"),
                new DropPlan(plan, Why, seen.WallClock) { Cancelled = true })
            : (Refused("nothing-to-cancel", "no switchover is planned or under way"), null);
    }

    private static OperatorAnswer TooLate() =>
        Refused("too-late", "too late: the leader has let go already; the census shows who leads next");

    /// <summary>Who is invited and no member yet.</summary>
    public IEnumerable<AddRequest> Invitations => _open.Select(c => c.Request).OfType<AddRequest>();

    /// <summary>Answers that became due.</summary>
    /// <param name="leaderLeadsOn">The leader knows the state as it is here, and has not let go.</param>
    /// <param name="invited">How an invitation ended without coming to be; for how long it has been under way is given along.</param>
    public ImmutableArray<(NodeId Origin, long CallId, OperatorAnswer Answer, AuditEntry? Entry)> Settle(
        Instant now, ClusterState state, bool leaderLeadsOn, Func<AddRequest, TimeSpan, OperatorAnswer?> invited)
    {
        if (Failover is null && _open.Count == 0)
        {
            return [];
        }

        var due = ImmutableArray.CreateBuilder<(NodeId, long, OperatorAnswer, AuditEntry?)>();
        foreach (var call in _open.ToList())
        {
            // Until its command is applied, what the state says of a switchover is about an earlier one.
            call.Begun |= call.Request is RemoveRequest { Node: var node } ? state.Leaving?.Node == node : state.Switchover?.Epoch == call.Epoch;
            var answer = Outcome(call, state, leaderLeadsOn)
                ?? (call.Request is AddRequest add ? invited(add, now - (call.Deadline - Patience)) : null)
                ?? (now >= call.Deadline ? new OperatorAnswer(OperatorOutcome.Unknown, new Reason("timed-out", "still under way after 30 s; look at the census")) : null);
            if (answer is not null)
            {
                _ = _open.Remove(call);
                // Of a rolling restart the audit tells how it ended, not that it began.
                due.Add((call.Origin, call.CallId, answer, call.Request is RollingRequest && answer.Outcome == OperatorOutcome.Done ? null : call.Entry));
            }
        }

        if (Failover is { } failover && state.Current is { Closed: false } current && current.Number > failover.Epoch)
        {
            Failover = null;
        }

        return due.ToImmutable();
    }

    /// <summary>This node controls no more; who asked looks at the census or asks again.</summary>
    public void Clear()
    {
        _open.Clear();
        Failover = null;
    }

    public Instant NextDeadline => _open.Count == 0 ? Instant.Never : _open.Min(c => c.Deadline);

    public static OperatorAnswer Refused(string code, string text) => new(OperatorOutcome.Refused, new Reason(code, text));

    internal static OperatorAnswer Refused(ImmutableArray<Reason> reasons) =>
        Refused(reasons[0].Code, string.Join("; ", reasons.Select(r => r.Text)));

    internal static OperatorAnswer Done(string code, string text) => new(OperatorOutcome.Done, new Reason(code, text));

    /// <summary>What the state alone tells to be done; null: nothing does.</summary>
    public static OperatorAnswer? DoneBy(OperatorRequest request, ClusterState state) => request switch
    {
        VotersRequest voters when state.VotersTarget == voters.Count =>
            new OperatorAnswer(OperatorOutcome.Done, new Reason("voters", $"{voters.Count} members shall vote; the census shows how far that is")),
        RemoveRequest { DryRun: false } remove when state.Removed.TryGetValue(remove.Node, out var removed) =>
            new OperatorAnswer(OperatorOutcome.Done, new Reason("removed", $"{removed.Name} ({removed.Host}) is no member any more; its data is left alone")),
        AddRequest add when state.Members.Values.FirstOrDefault(m => m.Address.Host == add.Host && m.Address.RingPort == add.Port) is { } member =>
            Done("added", $"{member.Name} ({member.Address.Host}) is a member; it gets the data, then follows{(add.Votes == false ? " without a vote" : "")}"),
        VotingRequest vote when state.Members.GetValueOrDefault(vote.Node)?.Votes == vote.Votes =>
            Done("vote-wished", $"{Name(state, vote.Node)} {(vote.Votes ? "votes as soon as it can" : "votes no more as soon as it can be done without")}"),
        _ => null,
    };

    private static string Name(ClusterState state, NodeId node) => state.Members.GetValueOrDefault(node)?.Name ?? node.Short;

    private static OperatorAnswer? Outcome(Call call, ClusterState state, bool leaderLeadsOn)
    {
        var (request, epoch, current) = (call.Request, call.Epoch, state.Current);
        switch (request)
        {
            case PauseRequest pause when state.Paused == pause.Paused:
                return new OperatorAnswer(OperatorOutcome.Done, new Reason(pause.Paused ? "paused" : "resumed", pause.Paused ? "automatic failover is paused" : "automatic failover is on"));
            case PauseRequest:
                return null;
            case MaintenanceRequest { ForMilliseconds: null } over:
                return state.Maintenance.ContainsKey(over.Node) ? null : Done("maintenance-over", $"the maintenance of {Name(state, over.Node)} is over");
            case MaintenanceRequest wish when call.Command is BeginMaintenance { Maintenance: var maintenance }:
                return state.Maintenance.GetValueOrDefault(wish.Node) != maintenance ? null
                    : current is not { Closed: false } || current.Leader != wish.Node
                        ? Done("maintenance", $"{Name(state, wish.Node)} is in maintenance until {PlanPolicy.Text(maintenance.Until)}")
                    : state.SwitchoverDropped.Length > 0
                        ? Refused("leads-on", $"{Name(state, wish.Node)} is in maintenance and leads on: {state.SwitchoverDropped}")
                    : null;
            case PlanSwitchoverRequest when call.Command is PlanSwitchover { Plan: var plan }:
                return state.Plan == plan ? call.WhenDone
                    : current is not { Closed: false } || current.Leader != plan.From || state.Plan is not null
                        ? Refused("not-planned", "the leader changed, or another plan was made, at the same moment; look and try again")
                    : null;
            case CancelSwitchoverRequest when call.Command is DropPlan { Plan: var plan }:
                return current is { HandedOver: true } && current.Number > epoch ? TooLate()
                    : state.Plan != plan && state.Switchover?.Plan != plan ? call.WhenDone
                    : current is { Closed: true } ? TooLate()
                    : null;
            case RollingRequest or StopRollingRequest when call.Command is SetRolling { Next: var next }:
                return !(state.Rolling?.Revision >= next.Revision) ? null
                    : state.Rolling.At == next.At && (state.Rolling.Stopping is null) == (next.Stopping is null) ? call.WhenDone
                    : Refused("rolling-restart", "it went a step further, or another was begun, at the same moment; look and ask again");
            case CancelSwitchoverRequest:
                return current is not { Closed: false } || current.Number != epoch ? TooLate()
                    : state.Switchover is null && leaderLeadsOn ? call.WhenDone
                    : null;
            case VotersRequest or RemoveRequest or AddRequest or VotingRequest when DoneBy(request, state) is { } done:
                return done;
            case RemoveRequest when call.Begun && state is { Leaving: null, LeavingDropped.Length: > 0 }:
                return Refused("leaving-dropped", state.LeavingDropped);
            case VotersRequest or RemoveRequest or AddRequest or VotingRequest:
                return null;
            case SwitchoverRequest or StepDownRequest when call.Begun && current?.Number == epoch && state.SwitchoverDropped.Length > 0:
                return Refused("switchover-dropped", state.SwitchoverDropped);
            case SwitchoverRequest { To: { } to }
                when current is { Closed: false, Established: true } && current.Number > epoch && current.Leader != to:
                return Refused("another-leads", $"{Name(state, current.Leader)} leads epoch {current.Number} instead: "
                    + $"{Name(state, to)} did not promise in time, or the leader was lost meanwhile");
            default:
                var lossy = request is FailoverRequest { AcceptDataLoss: true };
                return current is { Closed: false } && current.Number > epoch && (current.Established || lossy)
                    ? new OperatorAnswer(OperatorOutcome.Done, new Reason("new-leader", $"{Name(state, current.Leader)} leads epoch {current.Number}"))
                    : null;
        }
    }

    /// <summary>A request that was taken and not answered yet.</summary>
    private sealed record Call(NodeId Origin, long CallId, OperatorRequest Request, long Epoch, Instant Deadline)
    {
        public bool Begun { get; set; }

        /// <summary>What was proposed for it, and what it is told once that is applied; null: that is told otherwise.</summary>
        public ClusterCommand? Command { get; init; }
        public OperatorAnswer? WhenDone { get; init; }

        /// <summary>What the audit holds of it; null: nothing.</summary>
        public AuditEntry? Entry { get; init; }
    }
}
