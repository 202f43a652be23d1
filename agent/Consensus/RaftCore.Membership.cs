using MySqlHa.Cluster;

namespace MySqlHa.Consensus;

/// <summary>Configuration changes, one voter at a time (thesis §4.1): old and new majorities then always overlap.</summary>
public sealed partial class RaftCore
{
    public ProposeOutcome ProposeConfiguration(Instant now, RaftConfiguration next)
    {
        ArgumentNullException.ThrowIfNull(next);
        _now = Instant.Later(_now, now);
        if (Role != RaftRole.Leader)
        {
            return ProposeOutcome.NotLeader;
        }

        if (_transferTo is not null)
        {
            return ProposeOutcome.Transferring;
        }

        // Ongaro's correction of 2015: a leader first commits an entry of its own term, or two leaders' changes could both
        // be one step from the same base and two steps from each other.
        var waits = !LeaderIsReady || _log.ConfigurationIndex > CommitIndex;
        if (waits && !_faults.ChangesWithoutWaiting)
        {
            return ProposeOutcome.ChangePending;
        }

        if (!IsOneStep(Configuration, next))
        {
            return ProposeOutcome.Invalid;
        }

        AppendOwn(EntryKind.Configuration, ConfigurationCodec.Encode(next));
        return ProposeOutcome.Accepted;
    }

    private static bool IsOneStep(RaftConfiguration from, RaftConfiguration to) =>
        !to.Voters.IsEmpty &&
        !to.Voters.Overlaps(to.Learners) &&
        to.Voters.Count + to.Learners.Count <= ConfigurationCodec.MaxMembers &&
        from.Voters.SymmetricExcept(to.Voters).Count <= 1;
}
