using System.Collections.Immutable;
using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>A node that operators work on for a while.</summary>
/// <param name="Since">Unix milliseconds by the wall clock of the controller of then, as <paramref name="Until"/>.</param>
public sealed record Maintenance(long Since, long Until, string Reason);

/// <summary>
/// R13: what operators want of nodes, by tags or for a time. It chooses among what is safe, and makes nothing safe: where only such a node
/// can lead it does, and hands over when another one can.
/// </summary>
internal static class Wishes
{
    /// <summary>The shortest and the longest time for which a node is in maintenance at once.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromDays(31);

    /// <summary>Why a node should rather not lead; null: it may as well as any.</summary>
    public static Reason? AgainstLeading(ControllerInput seen, NodeId node) =>
        seen.Faults.IgnoresWishes ? null
        : seen.State.Maintenance.ContainsKey(node)
            ? new Reason("maintenance", $"{seen.State.NameOf(node)} is in maintenance")
        : Tags(seen.State, node).NoFailover
            ? new Reason("nofailover", $"{seen.State.NameOf(node)} is tagged nofailover")
        : null;

    public static NodeTags Tags(ClusterState state, NodeId node) => state.Members.GetValueOrDefault(node)?.Tags ?? NodeTags.None;

    /// <summary>The least is taken first: who may lead, then who is tagged, then who may be switched off at any moment.</summary>
    public static int Rank(ControllerInput seen, NodeId node) => AgainstLeading(seen, node)?.Code switch { null => 0, "nofailover" => 1, _ => 2 };

    /// <summary>The least is taken first: by rank, then the higher priority.</summary>
    public static int Order(ControllerInput seen, NodeId node) =>
        (Rank(seen, node) * 10_000) - (seen.Faults.IgnoresWishes ? 0 : Tags(seen.State, node).Priority);

    /// <summary>
    /// Of those that could acknowledge, those that shall: all but the ones tagged nosync, unless too few of the others live. With only
    /// dead ones to wait for, commits would wait for ever; and who replaces a dead one has to see a commit before it counts.
    /// </summary>
    public static ImmutableSortedSet<NodeId> Acknowledging(ControllerInput seen, ImmutableSortedSet<NodeId> able)
    {
        var wanted = able.Where(n => !Tags(seen.State, n).NoSync).ToImmutableSortedSet();
        var enough = seen.Faults.WaitsForTheDead ? !wanted.IsEmpty
            : !wanted.IsEmpty && Living(seen, wanted) >= ControllerPolicy.AcksNeeded(seen, wanted);
        return enough && !seen.Faults.IgnoresWishes ? wanted : able;
    }

    /// <summary>
    /// Too few of those that could establish the epoch live, and by another one more could acknowledge. Its leader holds what it has
    /// committed in it, told or not, and so may lead that one too.
    /// </summary>
    public static string? StandsInVain(ControllerInput seen, EpochRecord open) =>
        !open.Established && !seen.Faults.StandsInVain && Living(seen, open.Ackers) < open.AcksNeeded
        && ControllerPolicy.Ackers(seen, open.Leader) is var next && Living(seen, next) >= ControllerPolicy.AcksNeeded(seen, next)
            ? "too few of those that could acknowledge its commits live"
            : null;

    private static int Living(ControllerInput seen, ImmutableSortedSet<NodeId> nodes) => nodes.Count(node => Lives(seen, node));

    /// <summary>
    /// Not known to be dead. Behind a closed epoch that is too little to go by: nobody is known to be dead so soon, not even the leader
    /// that was lost. Then its mysqld runs, and a leader has let go of the epoch.
    /// </summary>
    private static bool Lives(ControllerInput seen, NodeId node) => !seen.Dead.Contains(node)
        && (seen.State.Current is not { Closed: true } closed || seen.Faults.CountsTheSilent
            || (seen.Reports.GetValueOrDefault(node) is { Mysqld: MysqldState.Running } report
                && (node != closed.Leader || report.Released >= closed.Number)));

    /// <summary>A maintenance whose time is over ends whatever else is the matter: its mysqld may be what everything waits for.</summary>
    public static EndMaintenance? Over(ControllerInput seen) => seen.State.Maintenance
        .Where(m => m.Value.Until <= seen.WallClock)
        .Select(m => new EndMaintenance(m.Key, m.Value.Until, "its time was over")).FirstOrDefault();

    /// <summary>Away from a leader that should rather not lead. What came to nothing is tried again, but not at once.</summary>
    public static StartSwitchover? Decide(ControllerInput seen, EpochRecord open) =>
        MovesAway(seen, open) is { } why && (seen.State.SwitchoverDropped.Length == 0 || seen.SwitchoverLongAgo) && !ControllerPolicy.SwitchoverTargets(seen).IsEmpty
            ? Placement.Start(seen, open, null, why.Text)
            : null;

    /// <summary>Why the leader should hand over, and does not yet.</summary>
    public static IEnumerable<Reason> Waiting(ControllerInput seen, EpochRecord open)
    {
        if (MovesAway(seen, open) is { } why)
        {
            yield return new Reason("hands-over", $"{why.Text} and leads: "
                + (seen.State.SwitchoverDropped.Length > 0 ? $"it leads on for now, {seen.State.SwitchoverDropped}" : "nobody else is able to lead"));
        }
    }

    private static Reason? MovesAway(ControllerInput seen, EpochRecord open) =>
        open.Established && !seen.State.Paused ? AgainstLeading(seen, open.Leader) : null;

    /// <summary>Every reason why a node cannot be put into maintenance now; empty: it can.</summary>
    public static ImmutableArray<Reason> Refusals(ControllerInput seen, NodeId node, long milliseconds)
    {
        var name = seen.State.NameOf(node);
        if (!seen.State.Members.ContainsKey(node))
        {
            return [new Reason("no-member", $"{node} is no member of this cluster")];
        }

        var reasons = ImmutableArray.CreateBuilder<Reason>();
        if (milliseconds < Shortest.TotalMilliseconds || milliseconds > Longest.TotalMilliseconds)
        {
            reasons.Add(new Reason("bad-time", string.Create(
                CultureInfo.InvariantCulture, $"{milliseconds} ms: {Shortest.TotalSeconds:0} s to {Longest.TotalDays:0} days are allowed")));
        }

        var away = seen.State.Maintenance.Keys.Where(seen.Voters.Contains).Append(node).Distinct().Count(seen.Voters.Contains);
        var majority = (seen.Voters.Count / 2) + 1;
        if (seen.Voters.Contains(node) && seen.Voters.Count - away < majority)
        {
            var others = seen.State.Maintenance.Keys.Where(n => n != node).Select(n => seen.State.NameOf(n));
            reasons.Add(new Reason("too-many-away", $"{string.Join(", ", others)} in maintenance already: without {name} too, "
                + $"{seen.Voters.Count - away} of {seen.Voters.Count} voters would be left, and {majority} are needed"));
        }

        if (seen.State.Current is { Closed: false } open && open.Leader == node)
        {
            if (seen.State.Paused)
            {
                reasons.Add(new Reason("paused", $"{name} leads and the cluster is paused: switch over first"));
            }
            else if (!ControllerPolicy.SwitchoverTargets(seen).Any(n => n != node))
            {
                reasons.Add(new Reason("no-candidate", $"{name} leads and nobody else is able to"));
            }
        }

        if (seen.Reports.Values.Where(r => r.Understands < MemberReport.Wishes).Select(r => seen.State.NameOf(r.Node)).ToList() is { Count: > 0 } older)
        {
            reasons.Add(new Reason("older-agent", $"the agent of {string.Join(", ", older)} is older and knows no maintenance; upgrade it first"));
        }

        return reasons.ToImmutable();
    }

    /// <summary>A member whose configuration has other tags than the state knows; null: none, or an agent that cannot read them is there.</summary>
    public static SetMember? Retagged(ControllerInput seen) =>
        seen.Reports.Values.Any(r => r.Understands < MemberReport.Wishes) ? null
        : seen.Reports.Values.Where(r => seen.State.Members.TryGetValue(r.Node, out var known) && known.Tags != r.Tags)
            .Select(r => new SetMember(seen.State.Members[r.Node] with { Tags = r.Tags })).FirstOrDefault();
}
