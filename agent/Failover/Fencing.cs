using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>When a node kills its own mysqld, whatever else is under way.</summary>
internal static class Fencing
{
    public static DutyAct.Kill? Decide(DutyInput seen)
    {
        var mysqld = seen.Mysqld;
        if (mysqld.State is not (MysqldState.Running or MysqldState.Hung or MysqldState.Starting or MysqldState.Cloning))
        {
            return null;
        }

        // A switchover's read-only server is no danger: its commits are complete and it takes no more.
        if ((mysqld.Duty is MysqldDuty.Leading or MysqldDuty.Demoted || mysqld.Status is { Writable: true })
            && !seen.Faults.PromisesUnfenced)
        {
            var epoch = mysqld.Duty is MysqldDuty.Leading or MysqldDuty.Demoted ? mysqld.DutyEpoch : seen.Local.Led;
            if (mysqld.Duty != MysqldDuty.Demoted && !seen.LeaseHeld)
            {
                return Kill("lease-lapsed", $"the lease for epoch {epoch} ran out");
            }

            if (mysqld.Duty != MysqldDuty.Demoted && seen.State.Current is { } current
                && !(seen.State.HandingOver() is { } own && own.Number == epoch && own.Leader == seen.Self)
                && (current.Number > epoch || (current.Number == epoch && (current.Closed || current.Leader != seen.Self))))
            {
                return Kill("epoch-over", $"epoch {epoch} is over: {(current.Number > epoch ? $"epoch {current.Number} was opened" : current.CloseReason)}");
            }
        }

        // Read-only, but whose doing was it? An earlier life of this agent may have sent the statement of a demotion and died before it
        // returned: the variable reads 1, and clients may still be told OK. Only who saw it return may release the epoch (R8).
        if (seen.Local.Led > seen.Local.Released && mysqld is { Duty: MysqldDuty.None, Status.Writable: false }
            && !seen.Faults.TrustsReadOnly)
        {
            return Kill("demotion-unproven", $"it led epoch {seen.Local.Led} and is read-only, but this agent did not see it become so");
        }

        if ((seen.DiskFull || seen.Unguarded) && !seen.State.Paused && mysqld is { Duty: MysqldDuty.Leading, State: MysqldState.Running or MysqldState.Hung }
            && AnotherCanLead(seen, mysqld.DutyEpoch))
        {
            return seen.DiskFull
                ? Kill("disk-full", "the disk is full, and a follower has room to lead")
                : Kill("unguarded", "its guard is missing, and a follower that has one can lead");
        }

        // Until it looks, its receiver and its applier stand still. Started anew it goes on at once, with all that it acknowledged.
        if (seen.WaitsForRoom && mysqld is { Duty: MysqldDuty.None or MysqldDuty.Following or MysqldDuty.Promised })
        {
            return Kill("waits-for-room", "the disk has room again, which mysqld would notice within a minute; it is started anew");
        }

        return mysqld.Hung ? Kill("mysqld-hangs", "mysqld does not answer") : null;
    }

    /// <summary>On a full disk mysqld waits in the middle of a commit, so there is no gentle way: what was acknowledged is on the followers.</summary>
    private static bool AnotherCanLead(DutyInput seen, long epoch) =>
        seen.Reports.Values.Any(r => r.Node != seen.Self && r.RoleEpoch == epoch
            && r is { DiskFull: false, Unguarded: false, Mysqld: MysqldState.Running, Status.ReceiverRunning: true });

    private static DutyAct.Kill Kill(string code, string text) => new(new Reason(code, text));
}
