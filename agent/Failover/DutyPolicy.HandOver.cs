using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>What the old leader does while the next one begins (R8).</summary>
public static partial class DutyPolicy
{
    /// <summary>The next epoch is open, and its leader waits for this one's last word.</summary>
    private static DutyAct? StopToHandOver(DutyInput seen) => seen.Mysqld switch
    {
        { Duty: MysqldDuty.Leading, DutyEpoch: var epoch } when seen.State.HandingOver() is { } own && own.Number == epoch && own.Leader == seen.Self =>
            seen.SuccessorIsKnown || seen.Faults.StopsUnannounced ? new DutyAct.Demote(epoch, new Reason("hand-over", own.CloseReason))
            : Hold("announcing", "about to hand over; the other nodes' clients leave first"),
        { Duty: MysqldDuty.Demoted, DutyEpoch: var epoch } when seen.State.Current is { } open && epoch < open.Number && seen.Local.Released < epoch =>
            seen.Reports.GetValueOrDefault(open.Leader) is var leader && !Leads(leader, open) && Lately(seen, open)
                ? Hold("waiting-for-leader", $"read-only; {seen.State.NameOf(open.Leader)} was told with what, and does not lead yet")
            : LeavesTheFirstCommitAlone(seen, open, leader)
                ? Hold("waiting-for-first-commit", $"read-only; {seen.State.NameOf(open.Leader)} leads epoch {open.Number}")
            : new DutyAct.Release(epoch, new Reason("released", "read-only, and the next leader was told with what")),
        _ => null,
    };

    /// <summary>
    /// The leader of an epoch that was handed over to it has all that it needs: what this node has to do to follow, or to write down that
    /// it leads no more, would be in the way of the clients' first commits.
    /// </summary>
    private static bool LeavesTheFirstCommitAlone(DutyInput seen, EpochRecord open, MemberReport? leader) => Lately(seen, open)
        && (leader?.Status?.AttachedAckers >= open.AcksNeeded || seen.Faults.FollowsTheEstablished);

    /// <summary>It was handed over, and a first commit is not overdue.</summary>
    private static bool Lately(DutyInput seen, EpochRecord open) => open is { HandedOver: true, Established: false }
        && (seen.HandedOverLately || seen.Faults.WaitsForTheAttached || seen.Faults.FollowsTheEstablished);

    private static bool Leads(MemberReport? leader, EpochRecord open) =>
        leader is { Leading: true, Status.Writable: true } && leader.RoleEpoch == open.Number;
}
