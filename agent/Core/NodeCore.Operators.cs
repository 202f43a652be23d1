using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>Operator requests: taken by any node, brought to who must act, answered where they were asked.</summary>
public sealed partial class NodeCore
{
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(35);
    private readonly Dictionary<long, (Instant Deadline, OperatorRequest Request)> _calls = [];

    private void TakeCall(OperatorCalled call)
    {
        if (call.Refused is { } why)
        {
            var refused = new OperatorAnswer(OperatorOutcome.Refused, why);
            SendAudit(_options.Self, new OperatorAsk(call.CallId, call.Request, call.Caller), refused);
            _out.Reply(call.CallId, refused);
            return;
        }

        var destination = call.Request is ReinitRequest reinit ? IsMember(reinit.Node) ? reinit.Node : null : _raft?.Leader;
        if (destination is not { } to || AddressOf(to) is null)
        {
            _out.Reply(call.CallId, OperatorDesk.Refused("no-controller", call.Request is ReinitRequest
                ? "no such member"
                : "no majority of the voters is reached from here, so nobody may decide; try again or ask another node"));
            return;
        }

        _calls[call.CallId] = (_now + CallPatience, call.Request);
        Send(to, new OperatorAsk(call.CallId, call.Request, call.Caller));
    }

    private void TakeOperatorAsk(NodeId from, OperatorAsk ask)
    {
        if (ask.Request is ReinitRequest)
        {
            var done = TakeReinit();
            SendAudit(from, ask, done);
            Send(from, new OperatorAnswered(ask.CallId, done));
            return;
        }

        if (!IsController)
        {
            Send(from, new OperatorAnswered(ask.CallId, OperatorDesk.Refused("not-controller", "the controller just changed; try again")));
            return;
        }

        if (ask.Request is ConfigRequest or RestartRequest)
        {
            TakeAside(from, ask);
            return;
        }

        var entry = EntryOf(from, ask);
        var (answer, command) = _operators.Take(_now, from, ask.CallId, ask.Request, Observe(), entry);
        if (answer is not null)
        {
            _ = entry is null || Keep(entry.With(answer));
        }
        else if (!Keep(entry) || (command is not null && !Propose(command)))
        {
            answer = OperatorDesk.Refused("not-controller", "the controller is just changing; try again");
        }

        if (answer is not null)
        {
            Send(from, new OperatorAnswered(ask.CallId, answer));
        }
        else if (ask.Request is DrillRequest)
        {
            var open = _state.Current!;
            _out.Event("drill", $"an operator asked for a drill: {Name(open.Leader)} is to kill its mysqld", open.Leader, open.Number);
            Send(open.Leader, new DrillBlow(open.Number));
        }
    }

    private long _drilled;

    /// <summary>Once: a blow that comes late finds another epoch, or a mysqld that does not lead.</summary>
    private void TakeDrillBlow(NodeId from, DrillBlow blow)
    {
        if (_raft?.Leader == from && _state.IsOpenFor(_options.Self, blow.Epoch)
            && _mysqld.Duty == MysqldDuty.Leading && _mysqld.DutyEpoch == blow.Epoch)
        {
            _drilled = blow.Epoch;
            _ = Kill(new Reason("drill", "an operator asked for a drill"));
        }
    }

    /// <summary>The leader knows all that is applied here, and has not let go: it leads on.</summary>
    private bool LeaderLeadsOn() => _state.Current is { Closed: false } open && _reports.TryGetValue(open.Leader, out var known)
        && known.Report.AppliedIndex >= _applied && known.Report.Released < open.Number;

    private OperatorAnswer TakeReinit()
    {
        if (_state.Current is not { Closed: false } current)
        {
            return OperatorDesk.Refused("no-leader", "there is no leader to clone from behind");
        }

        if (current.Leader == _options.Self)
        {
            return OperatorDesk.Refused("leads", "this node leads; switch over first");
        }

        _reinitAsked = true;
        return new OperatorAnswer(OperatorOutcome.Done, new Reason("reinit", "the node's data will be made anew from another member"));
    }

    private void SettleOperators()
    {
        Invite();
        foreach (var (origin, callId, answer, entry) in _operators.Settle(_now, _state, LeaderLeadsOn(), Invited))
        {
            Send(origin, new OperatorAnswered(callId, answer));
            if (entry is not null && _state.Audit.Any(e => e.Via == entry.Via && e.Call == entry.Call && e.At == entry.At))
            {
                _ = Propose(new NoteAnswer(entry.Via, entry.Call, entry.At, AuditEntry.Short(answer)));
            }
        }
    }

    private void AnswerCall(long callId, OperatorAnswer answer)
    {
        if (_calls.Remove(callId))
        {
            _out.Reply(callId, answer);
        }
    }

    private void SettleCalls()
    {
        if (_calls.Count == 0)
        {
            return;
        }

        // Where the controller changed meanwhile, what this node has applied still tells that it is done.
        foreach (var (callId, (_, request)) in _calls.Where(c => c.Value.Request is VotersRequest or RemoveRequest or VotingRequest).ToList())
        {
            var done = request is RemoveRequest { Node: var node } && node == _options.Self && _local.RemovedBecause.Length > 0
                ? new OperatorAnswer(OperatorOutcome.Done, new Reason("removed", "this node is no member any more; its data is left alone"))
                : OperatorDesk.DoneBy(request, _state);
            if (done is not null)
            {
                AnswerCall(callId, done);
            }
        }

        foreach (var (callId, _) in _calls.Where(c => _now >= c.Value.Deadline).ToList())
        {
            AnswerCall(callId, new OperatorAnswer(OperatorOutcome.Unknown, new Reason("timed-out", "no answer from the controller; look at the census")));
        }
    }

    private Instant NextCallDeadline() => _calls.Count == 0 ? Instant.Never : _calls.Values.Min(c => c.Deadline.Micros) is var micros ? new Instant(micros) : Instant.Never;
}
