using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// Whose mysqld reaches whose. A leader whose agent is heard and whose mysqld is out of its followers' reach gets no commit acknowledged;
/// it is given up only for one that would, as its ackers measured themselves (I4). It is no matter of safety.
/// </summary>
public static class DataPlane
{
    /// <summary>
    /// Its mysqld runs, receives nothing, and did not get an answer from the leader's. False too where nothing was measured.
    /// </summary>
    public static bool IsParted(MemberReport report, NodeId leader) =>
        report is { Mysqld: MysqldState.Running, Status.ReceiverRunning: false, Reaches: { } reached }
        && report.Node != leader && !reached.Contains(leader);

    /// <summary>Whose commits would be acknowledged, where those of the open epoch's leader cannot be; null: nobody's.</summary>
    public static NodeId? Better(ControllerInput seen) =>
        seen.State.Current is { Closed: false } open && IsCutOff(seen, open) ? Better(seen, open) : null;

    /// <summary>Why the epoch should be closed; null: no reason.</summary>
    internal static string? Failed(ControllerInput seen, EpochRecord open) =>
        seen.DataCutPatienceOver && !seen.Faults.StaysWhenCutOff && seen.State.HandingOver() is null
        && seen.State.Switchover?.Epoch != open.Number && Better(seen) is not null
            ? "the leader's mysqld is cut off from its followers"
            : null;

    internal static IEnumerable<Reason> Reasons(ControllerInput seen, EpochRecord open)
    {
        if (!IsCutOff(seen, open))
        {
            yield break;
        }

        var parted = Names(seen, open.Ackers.Where(a => IsParted(seen, a, open)));
        var what = Better(seen, open) is { } better
            ? $"{seen.State.NameOf(better)} can take over"
            : $"nobody else would do better: {string.Join("; ", open.Ackers.Select(a => WhyNot(seen, open, a)).OfType<string>())}";
        yield return new Reason(
            "data-plane-cut", $"writes wait: the mysqld of {seen.State.NameOf(open.Leader)} is out of reach of {parted}; {what}");
    }

    /// <summary>Fewer of its ackers than its commits will need may reach it; who did not measure may.</summary>
    internal static bool IsOutOfReach(ControllerInput seen, NodeId node)
    {
        var ackers = ControllerPolicy.Ackers(seen, node);
        var able = ackers.Count(a => seen.Reports.GetValueOrDefault(a)?.Reaches?.Contains(node) != false);
        return able < ControllerPolicy.AcksNeeded(seen, ackers);
    }

    /// <summary>No W of the ackers can acknowledge. Who is not heard of may, unless the leader says that too few are attached.</summary>
    private static bool IsCutOff(ControllerInput seen, EpochRecord open)
    {
        if (seen.Reports.GetValueOrDefault(open.Leader) is not { Mysqld: MysqldState.Running, Status: { Writable: true } status })
        {
            return false;
        }

        var able = open.Ackers.Count(a => seen.Reports.GetValueOrDefault(a) is { } report
            ? report.Mysqld == MysqldState.Running && !IsParted(report, open.Leader)
            : status.AttachedAckers >= open.AcksNeeded);
        return able < (seen.Faults.CutOffFromOne ? open.Ackers.Count : open.AcksNeeded) && open.Ackers.Any(a => IsParted(seen, a, open));
    }

    private static NodeId? Better(ControllerInput seen, EpochRecord open) =>
        open.Ackers.Where(a => WhyNot(seen, open, a) is null).Select(a => (NodeId?)a).FirstOrDefault();

    /// <summary>Why a failover to the acker would not bring a leader whose commits are acknowledged; null: it would.</summary>
    private static string? WhyNot(ControllerInput seen, EpochRecord open, NodeId node)
    {
        var name = seen.State.NameOf(node);
        if (seen.Reports.GetValueOrDefault(node) is not
            { Mysqld: MysqldState.Running, ReceiptsInDoubt: false, DiskFull: false, Unguarded: false, Status: { } status }
            || seen.State.Leaving?.Node == node)
        {
            return $"{name} cannot lead now";
        }

        var ackers = ControllerPolicy.Ackers(seen, node);
        var reaching = ackers.Count(a => a != open.Leader
            && seen.Reports.GetValueOrDefault(a) is { Mysqld: MysqldState.Running, Reaches: { } reached } && reached.Contains(node));
        if (reaching < ControllerPolicy.AcksNeeded(seen, ackers) && !seen.Faults.LeavesForNobody)
        {
            return $"{name} is reached by {reaching}, and needs {ControllerPolicy.AcksNeeded(seen, ackers)}";
        }

        var covered = open.Ackers.Count(a => seen.Reports.GetValueOrDefault(a) is
            { Mysqld: MysqldState.Running, ReceiptsInDoubt: false, Status: { } other } && status.Holds.Contains(other.Holds));
        return covered < open.PromisesNeeded ? $"{name} does not hold all that others received" : null;
    }

    private static bool IsParted(ControllerInput seen, NodeId node, EpochRecord open) =>
        seen.Reports.GetValueOrDefault(node) is { } report && IsParted(report, open.Leader);

    private static string Names(ControllerInput seen, IEnumerable<NodeId> nodes) =>
        string.Join(", ", nodes.Select(n => seen.State.NameOf(n)));
}
