using System.Collections.Immutable;
using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// When a planned switchover begins, and when it never will. It is an appointment and no matter of safety: the wall clock of whoever
/// controls decides, once it begins it is a switchover like any other, and a plan is used up by its beginning.
/// </summary>
public static class PlanPolicy
{
    /// <summary>How long it is tried again where it cannot begin at its time.</summary>
    public static readonly TimeSpan TriedFor = TimeSpan.FromMinutes(1);

    /// <summary>Found later than this, because nobody controlled then or a clock jumped, it is not begun any more.</summary>
    public static readonly TimeSpan LatestStart = TimeSpan.FromMinutes(10);

    /// <summary>How far ahead one may be planned.</summary>
    public static readonly TimeSpan Furthest = TimeSpan.FromDays(31);

    /// <summary>Every reason why a switchover cannot be planned; empty: it can, whatever is in its way now.</summary>
    /// <param name="at">Unix milliseconds.</param>
    public static ImmutableArray<Reason> Refusals(ControllerInput seen, NodeId? target, long at)
    {
        if (seen.State.Current is not { Closed: false } open)
        {
            return [new Reason("no-leader", "there is no leader to switch from")];
        }

        var reasons = ImmutableArray.CreateBuilder<Reason>();
        if (at <= seen.WallClock)
        {
            reasons.Add(new Reason("in-the-past", $"{Text(at)} is past: by the controller's clock it is {Text(seen.WallClock)}"));
        }
        else if (at - seen.WallClock > Furthest.TotalMilliseconds)
        {
            reasons.Add(new Reason("too-far", $"{Text(at)} is more than {Furthest.TotalDays:0} days ahead, which is the most"));
        }

        if (seen.State.Plan is { } plan)
        {
            reasons.Add(new Reason("planned-already", $"{Describe(seen.State, plan)} is planned already; cancel it first"));
        }

        if (target == open.Leader)
        {
            reasons.Add(new Reason("leads-already", $"{seen.State.NameOf(open.Leader)} leads already"));
        }
        else if (target is { } node && !seen.Voters.Contains(node))
        {
            reasons.Add(new Reason("not-a-voter", $"{seen.State.NameOf(node)} does not vote, so it cannot lead"));
        }

        var older = seen.Reports.Values.Where(r => r.Understands < MemberReport.HandOvers).Select(r => seen.State.NameOf(r.Node));
        if (string.Join(", ", older) is { Length: > 0 } names)
        {
            reasons.Add(new Reason("older-agent", $"the agent of {names} is older and knows no plans; upgrade it first"));
        }

        return reasons.ToImmutable();
    }

    /// <summary>What to do about the plan under an open epoch in which no switchover is under way; null: nothing.</summary>
    internal static ClusterCommand? Decide(ControllerInput seen, EpochRecord open)
    {
        if (seen.State.Plan is not { } plan)
        {
            return null;
        }

        if (Outlived(seen, open, plan) is { } over)
        {
            return Drop(seen, plan, over);
        }

        if (seen.PlanDueFor is not { } due)
        {
            return null;
        }

        if (seen.PlanFoundLate > LatestStart)
        {
            return Drop(seen, plan, $"its time was over by {Span(seen.PlanFoundLate)} when a controller came to it; "
                + $"it is begun at most {Span(LatestStart)} late");
        }

        var refusals = Against(seen, plan);
        if (due <= TriedFor && refusals.IsEmpty)
        {
            return Placement.Start(seen, open, plan.Target, $"an operator planned a switchover for {Text(plan.At)}") with
            {
                Plan = seen.Faults.KeepsBegunPlans ? null : plan,
            };
        }

        return due <= TriedFor && refusals.All(r => r.Code != "leads-already")
            ? null
            : Drop(seen, plan, refusals.IsEmpty
                ? $"there was no leader to switch from for {Span(TriedFor)}"
                : string.Join("; ", refusals.Select(r => r.Text)));
    }

    /// <summary>What keeps a plan that is due from beginning.</summary>
    internal static IEnumerable<Reason> Waiting(ControllerInput seen)
    {
        if (seen.State.Plan is { } plan && seen.PlanDueFor is not null
            && Against(seen, plan) is { IsEmpty: false } refusals)
        {
            yield return new Reason("plan-waits", $"{Describe(seen.State, plan)} cannot begin yet and is tried for {Span(TriedFor)}: "
                + string.Join("; ", refusals.Select(r => r.Text)));
        }
    }

    /// <summary>An operator's own switchover is begun in a pause; one that comes by itself is not.</summary>
    private static ImmutableArray<Reason> Against(ControllerInput seen, PlannedSwitchover plan) =>
    [
        .. ControllerPolicy.SwitchoverRefusals(seen, plan.Target),
        .. seen.State.Paused && !seen.Faults.IgnoresPause ? [new Reason("paused", "the cluster is paused")] : Array.Empty<Reason>(),
    ];

    /// <summary>"the switchover to n2 (10.0.0.2) at 2026-03-01 14:00:00Z".</summary>
    public static string Describe(ClusterState state, PlannedSwitchover plan)
    {
        var to = plan.Target is not { } target ? ""
            : state.Members.TryGetValue(target, out var member) ? $" to {member.Name} ({member.Address.Host})" : $" to {target.Short}";
        return $"the switchover{to} at {Text(plan.At)}";
    }

    /// <summary>"2026-03-01 14:00:00Z".</summary>
    public static string Text(long unixMilliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string? Outlived(ControllerInput seen, EpochRecord open, PlannedSwitchover plan) => plan.Target switch
    {
        null when open.Leader != plan.From && !seen.Faults.PlansOutliveLeaders =>
            $"it was to replace {seen.State.NameOf(plan.From)}, "
                + $"but {seen.State.NameOf(open.Leader)} leads epoch {open.Number}",
        { } target when !seen.State.Members.ContainsKey(target) => $"{target.Short} is no member any more",
        _ => null,
    };

    private static DropPlan Drop(ControllerInput seen, PlannedSwitchover plan, string why) => new(plan, why, seen.WallClock);

    private static string Span(TimeSpan time) => time < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min");
}
