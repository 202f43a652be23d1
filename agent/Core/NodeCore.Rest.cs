using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>
/// A restart of the leader's agent on purpose (an upgrade, a changed configuration). Back within a lease nothing happened, but a lease is
/// short and a slow machine needs more: so the agent asks first to be left in peace for a few leases, by a majority and durably. It
/// costs nothing but time: while it is away, a leader that is lost altogether is missed that much later. Write safety never
/// hangs on a lease.
/// </summary>
public sealed partial class NodeCore
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);
    private (long Epoch, Instant Asked, int Milliseconds, bool Granted)? _rest;

    /// <summary>Nobody would wait for this agent if it ended now: Raft's leadership is handed over, and a leader's rest is granted.</summary>
    public bool MayStop => (RaftRole != RaftRole.Leader || _raft!.Configuration.Voters.Count == 1) && _rest is null or { Granted: true };

    private void BeginRest()
    {
        var epoch = LeaseEpoch();
        if (_raft is null || _rest is not null || epoch == 0 || !_lease.Held(_now, epoch))
        {
            return;
        }

        _rest = (epoch, _now, (int)_options.Timing.Rest.TotalMilliseconds, false);
        _lease.AskSoon();
    }

    private void TakeRestAsk(NodeId from, RestAsk ask)
    {
        if (IsController && _proposedIndex <= _applied && _closing != ask.Epoch && _state.Switchover is null && _state.IsOpenFor(from, ask.Epoch))
        {
            _ = Propose(new RestLeader(ask.Epoch, Math.Clamp(ask.Milliseconds, 1, (int)LongestRest.TotalMilliseconds), ask.Life));
        }
    }

    /// <summary>
    /// It was applied here, or is again behind a start of this agent: every later controller has it in its log before it leads.
    /// </summary>
    private void NoteRest(RestLeader? applied, bool again)
    {
        if (applied is null || (again && _options.Faults.ReplaysNoRests))
        {
            return;
        }

        if (applied.Milliseconds == 0)
        {
            _desk.RestIsOver(applied.Epoch);
            return;
        }

        var length = TimeSpan.FromMilliseconds(applied.Milliseconds);
        if (!_options.Faults.RestIsNotShared || IsController)
        {
            _desk.Rests(_now, applied.Epoch, length);
        }

        if (_rest is { Granted: false } rest && rest.Epoch == applied.Epoch
            && applied.Life == _local.Life && _state.Current?.Leader == _options.Self)
        {
            // Counted from the first question: which of them was granted is not known.
            _rest = rest with { Granted = true };
            _lease.Rest(rest.Epoch, rest.Asked, length);
        }
    }

    private ClusterCommand? RestThatIsOver() =>
        _state.Current is { Closed: false, RestMilliseconds: > 0 } current && _now >= _desk.RestEnds ? new RestLeader(current.Number, 0, 0) : null;
}
