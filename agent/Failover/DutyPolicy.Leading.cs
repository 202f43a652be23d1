using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>What a leader looks at before it begins, and while it leads.</summary>
public static partial class DutyPolicy
{
    /// <summary>An agent that was restarted may not have been told again yet that the opening of the epoch that it leads is committed.</summary>
    private static DutyAct? AheadOfLog(DutyInput seen) => seen.Local.Led > Math.Max(seen.Local.Released, seen.State.Current?.Number ?? 0)
        ? Hold("log-behind", $"the log does not tell yet of epoch {seen.Local.Led}, which this node leads")
        : null;

    /// <summary>
    /// Opened for what this node held then, and its data was lost before it began: who led without that would have the others throw theirs
    /// away. It gives the epoch up.
    /// </summary>
    private static DutyAct.Release? LacksFirstSet(DutyInput seen, EpochRecord open) =>
        open.FirstSetUnknown || seen.Mysqld.Status!.Executed.Contains(open.FirstSet) || seen.Faults.LeadsWithLess || seen.Faults.PromoteBeforeApplied
            ? null
            : new DutyAct.Release(open.Number, new Reason(
                "first-set-lost", $"epoch {open.Number} was opened for what this node held, and it does not hold it any more: it gives it up"));

    /// <summary>
    /// Whether all that this node has applied is on as many ackers as a commit needs, and so in every later epoch. What it received last
    /// may be on no other: whoever read it here could see it undone, were this node lost before a commit of its own was acknowledged.
    /// </summary>
    private static bool Settled(DutyInput seen, EpochRecord open, GtidSet? last) =>
        last is not null || seen.Faults.ShowsUnsettled || open.Ackers.Count(a =>
            seen.Reports.GetValueOrDefault(a)?.StandingPromise(open.Number - 1)?.Set.Contains(seen.Mysqld.Status!.Executed) == true) >= open.AcksNeeded;

    /// <summary>
    /// Read-only by hand, or by a tool that knows nothing of the cluster: its agent leads on and keeps its lease, so nobody else could be
    /// written to either. In a pause what people do is left as it is.
    /// </summary>
    private static DutyAct.Promote? OpenAgain(DutyInput seen) =>
        seen is { Mysqld: { Duty: MysqldDuty.Leading, DutyEpoch: var epoch, Status.Writable: false }, State: { Paused: false, Current: { Closed: false } open } }
        && open.Number == epoch && open.Leader == seen.Self && seen.Local.Released < epoch && seen.State.Switchover?.Epoch != epoch
        && !seen.Faults.StaysReadOnly
            ? new DutyAct.Promote(
                epoch, open.AcksNeeded, ReplicationAccess.Of(seen, open), new Reason("read-only", $"somebody made the leader of epoch {epoch} read-only"))
            : null;

    /// <summary>
    /// CLONE waits at its end for every commit that is under way on its donor. Where nobody but this node has the data yet, a commit
    /// would wait for the very nodes that are cloned from here, and they for it.
    /// </summary>
    private static bool OthersCloneFirst(DutyInput seen, EpochRecord open, MysqldStatus status) =>
        seen.State.Adopter == seen.Self && !seen.State.Epochs.Any(e => e.Established) && status.AttachedAckers < open.AcksNeeded;

    private static bool WantsMarker(DutyInput seen, EpochRecord open, MemberReport report) =>
        report.RoleEpoch == open.Number && report is { ReceiptsInDoubt: true, Leading: false } && !seen.Faults.NoMarkerForDoubt
        && seen.MarkedAfter.GetValueOrDefault(report.Node) < report.AttachedAt;
}
