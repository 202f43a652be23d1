using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>The controller's side of operator requests: refuses with all reasons, or starts the change and answers when it is over.</summary>
internal sealed class OperatorDesk(CoreFaults faults)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<Call> _open = [];

    /// <summary>Why the leader is to be given up, and by whose leave without proof: until the epoch is closed, and the next one open.</summary>
    public (long Epoch, string Reason, NodeId? Preferred, NodeId? LossAccepted)? Failover { get; private set; }

    /// <summary>An answer at once, or the command to propose (null: nothing to propose) and a promise to answer later.</summary>
    public (OperatorAnswer? AtOnce, ClusterCommand? Command) Take(Instant now, NodeId origin, long callId, OperatorRequest request, ControllerInput seen)
    {
        var epoch = seen.State.Current?.Number ?? 0;
        if (request.SeenEpoch != 0 && request.SeenEpoch != epoch && !faults.IgnoresSeenEpoch)
        {
            return (Refused("other-epoch", $"asked under epoch {request.SeenEpoch}, but the current one is {epoch}"), null);
        }

        ClusterCommand? command = null;
        switch (request)
        {
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
                    return (Refused(refusals[0].Code, string.Join("; ", refusals.Select(r => r.Text))), null);
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
                var against = ControllerPolicy.RemoveRefusals(seen, remove.Node);
                if (!against.IsEmpty)
                {
                    return (Refused(against[0].Code, string.Join("; ", against.Select(r => r.Text))), null);
                }

                command = new StartLeaving(new Departure(remove.Node, Stays: false, "an operator removed it"));
                break;
            default:
                return (Refused("unknown-verb", $"the controller takes no {request.GetType().Name}"), null);
        }

        _open.Add(new Call(origin, callId, request, epoch, now + Patience));
        return (null, command);
    }

    /// <summary>Answers that became due.</summary>
    public ImmutableArray<(NodeId Origin, long CallId, OperatorAnswer Answer)> Settle(Instant now, ClusterState state)
    {
        var due = ImmutableArray.CreateBuilder<(NodeId, long, OperatorAnswer)>();
        foreach (var call in _open.ToList())
        {
            // Until its command is applied, what the state says of a switchover is about an earlier one.
            call.Begun |= call.Request is RemoveRequest { Node: var node } ? state.Leaving?.Node == node : state.Switchover?.Epoch == call.Epoch;
            var answer = Outcome(call, state)
                ?? (now >= call.Deadline ? new OperatorAnswer(OperatorOutcome.Unknown, new Reason("timed-out", "still under way after 30 s; look at the census")) : null);
            if (answer is not null)
            {
                _ = _open.Remove(call);
                due.Add((call.Origin, call.CallId, answer));
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

    /// <summary>What the state alone tells to be done; null: nothing does.</summary>
    public static OperatorAnswer? DoneBy(OperatorRequest request, ClusterState state) => request switch
    {
        VotersRequest voters when state.VotersTarget == voters.Count =>
            new OperatorAnswer(OperatorOutcome.Done, new Reason("voters", $"{voters.Count} members shall vote; the census shows how far that is")),
        RemoveRequest remove when state.Removed.TryGetValue(remove.Node, out var removed) =>
            new OperatorAnswer(OperatorOutcome.Done, new Reason("removed", $"{removed.Name} ({removed.Host}) is no member any more; its data is left alone")),
        _ => null,
    };

    private static string Name(ClusterState state, NodeId node) => state.Members.GetValueOrDefault(node)?.Name ?? node.Short;

    private static OperatorAnswer? Outcome(Call call, ClusterState state)
    {
        var (request, epoch, current) = (call.Request, call.Epoch, state.Current);
        switch (request)
        {
            case PauseRequest pause when state.Paused == pause.Paused:
                return new OperatorAnswer(OperatorOutcome.Done, new Reason(pause.Paused ? "paused" : "resumed", pause.Paused ? "automatic failover is paused" : "automatic failover is on"));
            case PauseRequest:
                return null;
            case VotersRequest or RemoveRequest when DoneBy(request, state) is { } done:
                return done;
            case RemoveRequest when call.Begun && state is { Leaving: null, LeavingDropped.Length: > 0 }:
                return Refused("leaving-dropped", state.LeavingDropped);
            case VotersRequest or RemoveRequest:
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
    }
}
