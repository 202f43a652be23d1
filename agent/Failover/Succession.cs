using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// Who leads behind a closed epoch. An acknowledged commit of an epoch is on its leader and on W of its ackers; |ackers| − W + 1
/// promises share a node with every such W. So a candidate whose promised set includes that many others' holds every acknowledged commit,
/// and because they promised, none can be added behind its back (I2).
/// </summary>
internal static class Succession
{
    /// <summary>The decision, and all that it rests on.</summary>
    public static Judgement Judge(ControllerInput seen, EpochRecord closed)
    {
        var promises = Promises(seen, closed);
        var candidates = Candidates(seen, promises);
        var able = Able(seen, promises, candidates);
        return new Judgement(
            Decide(seen, closed),
            promises.ToImmutableSortedDictionary(p => p.Key, p => p.Value.Set),
            [.. InOrder(seen, closed, able).Concat(InOrder(seen, closed, [.. candidates.Except(able)])).Select(r => r.Node)]);
    }

    public static ControllerDecision Decide(ControllerInput seen, EpochRecord closed)
    {
        var promises = Promises(seen, closed);
        if (seen.LossAccepted is { } chosen)
        {
            return OpenWithLoss(seen, closed, chosen);
        }

        var candidates = Candidates(seen, promises);
        if (candidates.Count == 0)
        {
            return ControllerDecision.Wait(WhomFor(seen, promises));
        }

        var able = Able(seen, promises, candidates);
        if (able.Count == 0)
        {
            var behind = candidates.Select(r => $"{seen.State.NameOf(r.Node)} has {promises[r.Node].Set.Minus(r.Status!.Executed).Count} transactions to apply{ApplierTrouble(r)}");
            return ControllerDecision.Wait(new Reason("applying", $"the next leader applies what it received: {string.Join("; ", behind)}"));
        }

        var best = InOrder(seen, closed, able).First();
        if ((Awaited(seen, closed, promises, best) ?? Applying(seen, closed, candidates, best)) is { } awaited)
        {
            return ControllerDecision.Wait(awaited);
        }

        return ControllerDecision.Propose(new OpenEpoch(ControllerPolicy.NewEpoch(seen, closed.Number + 1, best, closed.CloseReason)));
    }

    private static List<MemberReport> Candidates(ControllerInput seen, ImmutableSortedDictionary<NodeId, Counted> promises) =>
        [.. promises.Values.Where(p => Covers(seen, promises, p)).Select(p => seen.Reports[p.Node])];

    private static List<MemberReport> Able(
        ControllerInput seen, ImmutableSortedDictionary<NodeId, Counted> promises, List<MemberReport> candidates) =>
        [.. candidates.Where(r => r.Status!.Executed.Contains(promises[r.Node].Set) || seen.Faults.OpenBeforeApplied)];

    private static IEnumerable<MemberReport> InOrder(ControllerInput seen, EpochRecord closed, IEnumerable<MemberReport> reports) =>
        reports.OrderByDescending(r => r.Node == Wanted(seen, closed))
            .ThenBy(r => r.Node == seen.State.Leaving?.Node)
            .ThenBy(r => Wishes.Rank(seen, r.Node))
            .ThenBy(r => r.DiskFull || r.Unguarded)
            .ThenBy(r => DataPlane.IsOutOfReach(seen, r.Node))
            .ThenBy(r => Wishes.Order(seen, r.Node))
            .ThenBy(r => PurgedForOthers(seen, r))
            .ThenBy(r => r.Status!.LagSeconds ?? 0)
            .ThenBy(r => r.Node == closed.Leader)
            .ThenBy(r => r.Node);

    /// <summary>A promise that counts, and what it stands for.</summary>
    /// <param name="Whole">Its receipts count too; else only what it committed itself.</param>
    private sealed record Counted(NodeId Node, GtidSet Set, bool Whole);

    private static ImmutableSortedDictionary<NodeId, Counted> Promises(ControllerInput seen, EpochRecord closed) =>
        seen.Reports.Values
            .Where(r => seen.Voters.Contains(r.Node) && r is { Mysqld: MysqldState.Running, Status: not null })
            .Where(r => r.Led <= r.Released)
            .Select(r => (r.Node, Promise: r.StandingPromise(closed.Number)))
            .Where(p => p.Promise is { } promise && Counts(seen, closed, p.Node, promise))
            .ToImmutableSortedDictionary(p => p.Node, p => new Counted(p.Node, p.Promise!.Set, p.Promise.Receipts == Receipts.Whole || seen.Faults.CountDoubtful));

    /// <summary>The leader's own commits are in its synced binary log, not in receipts: a power loss does not touch them.</summary>
    private static bool Counts(ControllerInput seen, EpochRecord closed, NodeId node, Promise promise) =>
        promise.Receipts == Receipts.Whole
        || (promise.Receipts == Receipts.Doubtful && !seen.Faults.DoubtsTheLeader && Witnesses(seen, closed).Contains(node))
        || seen.Faults.CountDoubtful;

    /// <summary>Whose own binary log tells what was acknowledged: the leader's; and behind a hand-over that came to nothing, the one's before.</summary>
    private static IEnumerable<NodeId> Witnesses(ControllerInput seen, EpochRecord closed) => closed.FirstSetUnknown && !seen.Faults.DoubtsTheOlder
        ? seen.State.EpochsToCover().Select(e => e.Leader)
        : [closed.Leader];

    private static bool Covers(ControllerInput seen, ImmutableSortedDictionary<NodeId, Counted> promises, Counted candidate)
    {
        var held = promises.Values.Where(p => candidate.Set.Contains(p.Set)).ToImmutableSortedDictionary(p => p.Node, p => p.Whole);
        foreach (var epoch in seen.State.EpochsToCover())
        {
            // A leader held, applied, all that was acknowledged before its epoch, and has its own commits in its synced log.
            if (held.ContainsKey(epoch.Leader))
            {
                if (!epoch.FirstSetUnknown || seen.Faults.TrustsHandOver)
                {
                    return true;
                }

                // Handed over, and perhaps never begun: its leader stands for the commits of this epoch alone.
                continue;
            }

            // What the first leader brought was acknowledged before there was a cluster.
            if (epoch.Number == 1 && !candidate.Set.Contains(epoch.FirstSet) && !seen.Faults.ForgetAdopted)
            {
                return false;
            }

            if (epoch.Ackers.Count(a => held.GetValueOrDefault(a)) < epoch.PromisesNeeded - (seen.Faults.OnePromiseLess ? 1 : 0))
            {
                return false;
            }

            if (seen.Faults.CoversOnlyTheClosed)
            {
                return true;
            }
        }

        return true;
    }

    private static IEnumerable<Reason> WhomFor(ControllerInput seen, ImmutableSortedDictionary<NodeId, Counted> promises)
    {
        foreach (var epoch in seen.State.EpochsToCover())
        {
            var have = epoch.Ackers.Count(a => promises.TryGetValue(a, out var promise) && promise.Whole);
            if (have >= epoch.PromisesNeeded || promises.ContainsKey(epoch.Leader))
            {
                continue;
            }

            var missing = epoch.Ackers.Where(a => !promises.ContainsKey(a)).Select(a => $"{seen.State.NameOf(a)}: {Why(seen, a)}");
            yield return new Reason("waiting-for-promises",
                $"epoch {epoch.Number} needs {epoch.PromisesNeeded - have} more of {string.Join("; ", missing)}; or its leader {seen.State.NameOf(epoch.Leader)}: {Why(seen, epoch.Leader)}");
        }
    }

    private static string Why(ControllerInput seen, NodeId node) => seen.Reports.GetValueOrDefault(node) switch
    {
        null => "not heard of",
        { Mysqld: not MysqldState.Running } down => $"mysqld is {down.Mysqld.ToString().ToLowerInvariant()}",
        { Promise.Receipts: Receipts.Doubtful } => "its host was restarted, so what it received may be lost",
        { Promise.Receipts: Receipts.Replaced } => "its data was made anew",
        var r when r.Led > r.Released => "not fenced yet",
        _ => "has not promised yet",
    };

    /// <summary>
    /// Who shall lead next is about to promise: without this the old leader of a switchover, which promises as soon as any, leads on.
    /// </summary>
    private static Reason? Awaited(
        ControllerInput seen, EpochRecord closed, ImmutableSortedDictionary<NodeId, Counted> promises, MemberReport best)
    {
        var wanted = Wanted(seen, closed);
        var unwanted = wanted is null && Wishes.AgainstLeading(seen, best.Node) is not null;
        var inPlace = wanted is null ? best.Node != closed.Leader || seen.State.Switchover?.Epoch != closed.Number : best.Node == wanted;
        if ((inPlace && !unwanted) || seen.WantedPatienceOver)
        {
            return null;
        }

        var late = closed.Ackers.Add(closed.Leader)
            .Where(n => unwanted ? Wishes.AgainstLeading(seen, n) is null : wanted is null ? n != closed.Leader : n == wanted)
            .Where(n => !promises.ContainsKey(n) && seen.Reports.GetValueOrDefault(n) is { Mysqld: MysqldState.Running })
            .Select(n => (NodeId?)n).FirstOrDefault();
        return late is { } node
            ? new Reason("waiting-for-wanted", $"{seen.State.NameOf(node)} is to lead and has not promised yet")
            : null;
    }

    /// <summary>R13: who should rather not lead could at once, and another one as soon as it has applied what it holds.</summary>
    private static Reason? Applying(ControllerInput seen, EpochRecord closed, List<MemberReport> candidates, MemberReport best) =>
        !seen.WantedPatienceOver && Wanted(seen, closed) is null && Wishes.AgainstLeading(seen, best.Node) is { } why
        && candidates.Find(c => Wishes.AgainstLeading(seen, c.Node) is null && c.Status!.ApplierRunning) is { } better
            ? new Reason("applying", $"{seen.State.NameOf(better.Node)} applies what it received; {why.Text}")
            : null;

    private static string ApplierTrouble(MemberReport report) => report.Status is not { ApplierRunning: false } s ? ""
        : " and its applier stands" + (s.ApplierError.Length > 0 ? $": {s.ApplierError}" : "");

    private static NodeId? Wanted(ControllerInput seen, EpochRecord closed) => seen.State.Switchover is { } s && s.Epoch == closed.Number ? s.Target ?? seen.Preferred : seen.Preferred;

    /// <summary>How many of the others would need a clone because the candidate has purged what they lack (R2).</summary>
    private static int PurgedForOthers(ControllerInput seen, MemberReport candidate) =>
        seen.Reports.Values.Count(r => r.Node != candidate.Node && seen.Voters.Contains(r.Node) && r.Status is { } s && !s.Holds.Contains(candidate.Status!.Purged));

    private static ControllerDecision OpenWithLoss(ControllerInput seen, EpochRecord closed, NodeId chosen)
    {
        var report = seen.Reports.GetValueOrDefault(chosen);
        return report is { Mysqld: MysqldState.Running, Status: { AllApplied: true } } && report.StandingPromise(closed.Number) is not null && report.Led <= report.Released
            ? ControllerDecision.Propose(new OpenEpoch(ControllerPolicy.NewEpoch(seen, closed.Number + 1, report, $"an operator accepted the loss of what {seen.State.NameOf(chosen)} does not hold")))
            : ControllerDecision.Wait(new Reason("waiting-for-chosen", $"{seen.State.NameOf(chosen)}, chosen by an operator, {Why(seen, chosen)}"));
    }
}
