using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// Whose receivers a leader's server lets in (R5): its ackers, and who has promised to take nothing from earlier epochs. Anybody else
/// may still have a receiver that acknowledges, set up when its acknowledgement counted; it would count again. Its account is locked.
/// </summary>
public sealed record ReplicationAccess(ImmutableSortedSet<NodeId> LetIn, ImmutableSortedSet<NodeId> LockedOut)
{
    public static ReplicationAccess Of(DutyInput seen, EpochRecord open)
    {
        var others = seen.State.Members.Keys.Where(m => m != seen.Self).ToImmutableSortedSet();
        var letIn = others.Where(m => open.Ackers.Contains(m) || seen.Faults.LetEverybodyIn
            || (seen.Mysqld is { Duty: MysqldDuty.Leading, Access: { } before } && seen.Mysqld.DutyEpoch == open.Number && before.LetIn.Contains(m))
            || seen.Reports.GetValueOrDefault(m)?.Promise?.Epoch >= open.Number - 1).ToImmutableSortedSet();
        return new ReplicationAccess(letIn, seen.Faults.LetEverybodyIn ? [] : others.Except(letIn).Union(seen.State.Removed.Keys));
    }

    public bool Equals(ReplicationAccess? other) =>
        other is not null && LetIn.SetEquals(other.LetIn) && LockedOut.SetEquals(other.LockedOut);

    public override int GetHashCode() => HashCode.Combine(LetIn.Count, LockedOut.Count);
}
