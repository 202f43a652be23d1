using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>Making a follower's data anew, by a copy of another member's.</summary>
public static partial class DutyPolicy
{
    /// <summary>
    /// What this node held is gone. A copy is all that the leader has; its binary logs tell only what was logged. Where commits wait for
    /// this very node, it follows at once: CLONE would wait for them.
    /// </summary>
    private static bool MayWaitForAClone(DutyInput seen, EpochRecord open, MemberReport leader) =>
        seen.Local.Attachment?.Receipts == Receipts.Replaced && leader.RoleEpoch == open.Number
        && leader.Status!.AttachedAckers >= open.AcksNeeded && !seen.Faults.ReplaysWhatWasLost;

    private static DutyAct Reseed(DutyInput seen, EpochRecord open, GtidSet extra, Reason why)
    {
        if (seen.State.Maintenance.ContainsKey(seen.Self) && !seen.ReinitAsked)
        {
            return Hold("maintenance", $"{why.Text}; nothing is made anew in maintenance");
        }

        if (seen.State.Paused && !seen.ReinitAsked && !seen.Faults.ClonesWhilePaused)
        {
            return Hold("paused", $"{why.Text}; nothing is made anew while the cluster is paused");
        }

        if (seen.Local.Archived is not null)
        {
            return Hold("archive-unnamed", $"{why.Text}; waiting until the history names what was archived here last");
        }

        // Cut from the binary log, and in the engine all the same: it is archived already.
        extra = seen.State.Epochs.SelectMany(e => e.Archived).Where(a => a.Node == seen.Self)
            .Aggregate(extra, (rest, a) => rest.Minus(a.Transactions));
        // A follower where there is one, else the leader. A donor must itself be attached to this epoch.
        var donors = seen.Reports.Values
            .Where(r => r.Node != seen.Self && r is { Mysqld: MysqldState.Running, Status: not null } && r.RoleEpoch == open.Number && seen.State.Members.ContainsKey(r.Node))
            .OrderBy(r => r.Node == open.Leader).ThenByDescending(r => Wishes.Tags(seen.State, r.Node).CloneFrom).ThenBy(r => r.Status!.LagSeconds ?? double.MaxValue).ThenBy(r => r.Node)
            .ToList();
        // A donor serves one clone at a time (ER_CLONE_TOO_MANY_CONCURRENT_CLONES), and says so only when the old data is gone.
        var cloning = seen.Reports.Values.Count(r => r.Node != seen.Self && r.Mysqld == MysqldState.Cloning);
        return donors.Count <= cloning
            ? Hold("no-donor", $"{why.Text}; waiting for a member to clone from{(donors.Count > 0 ? " that serves nobody else just now" : "")}")
            // Where it failed, the next one is tried: a donor may be there and not to be reached from here.
            : new DutyAct.Reseed(donors[(cloning + seen.Mysqld.ClonesFailed) % donors.Count].Node, seen.Faults.ArchiveNothing ? GtidSet.Empty : extra, why);
    }
}
