using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// R10: whether a crashed leader's unacknowledged tail is cut from its binary log before mysqld starts. A start would commit it, and cost
/// the node a clone; so the start waits for the next epoch's first set, as long as the others can open that epoch alone.
/// </summary>
internal static class Rewinding
{
    /// <summary>For a mysqld that is down and may be started. Null: start it as it is.</summary>
    public static DutyAct? Decide(DutyInput seen)
    {
        var epoch = seen.Local.Rewindable;
        if (epoch == 0 || epoch != seen.Local.Led || seen.State.Epochs.FirstOrDefault(e => e.Number == epoch) is not { FirstSetUnknown: false } own)
        {
            return null;
        }

        // What waits for nobody is acknowledged when it is written: such a tail is the data.
        if (own.AcksNeeded == 0)
        {
            return seen.Faults.RewindsAlone
                ? new DutyAct.Rewind(epoch, own.ServerUuid, own.FirstSet, own.FirstSet, new Reason("rewind", "what nobody acknowledged is cut"))
                : null;
        }

        // An epoch that was handed over may never have begun; what was acknowledged before is in the one behind it too.
        if (seen.State.Epochs.FirstOrDefault(e => e.Number > epoch && (!e.FirstSetUnknown || seen.Faults.CutsByUnknown)) is { } next)
        {
            var why = new Reason("rewind", $"what epoch {next.Number} did not begin with is cut");
            return new DutyAct.Rewind(epoch, own.ServerUuid, own.FirstSet, next.FirstSet, why);
        }

        return seen.SuccessorMayCome && !seen.State.Paused && OthersSuffice(seen) && !seen.Faults.StartsBeforeSuccessor
            ? new DutyAct.Hold(new Reason("waiting-for-successor", $"mysqld is started when it is known what follows epoch {epoch}"))
            : null;
    }

    /// <summary>A look at the leader shows that commits are complete without an acknowledgement.</summary>
    public static bool IsOver(DutyInput seen, MysqldStatus status) =>
        seen.Local.Rewindable > 0 && !status.SemiSyncSource && !seen.Faults.KeepsTheNote && !seen.Faults.RewindsAlone;

    private static bool OthersSuffice(DutyInput seen) => seen.State.EpochsToCover().All(epoch =>
        epoch.Ackers.Count(a => IsAble(seen, a)) >= epoch.PromisesNeeded || IsAble(seen, epoch.Leader));

    private static bool IsAble(DutyInput seen, NodeId node) => node != seen.Self && (seen.Reports.TryGetValue(node, out var report)
        ? report is { Mysqld: MysqldState.Running, ReceiptsInDoubt: false }
        : seen.ReportsMayCome);
}
