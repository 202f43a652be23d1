using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// R8, a switchover whose pause is only the flip: as many followers as the next leader needs receive from it already, while the old one
/// serves on with the acknowledgements of the rest. Then one log entry closes the epoch and opens the next (<see cref="HandOver"/>), and
/// the old leader's last word takes the place of the promises: it names all that was ever acknowledged (R2 counts it as the whole quorum).
/// Where anything is missing the switchover goes the longer way: the old leader stops first.
/// </summary>
internal static class Placement
{
    /// <summary>Seconds that the next leader may be behind when the old one stops.</summary>
    private const double MostBehind = 0.05;

    /// <summary>How a switchover to the target begins; null: to the best.</summary>
    public static StartSwitchover Start(ControllerInput seen, EpochRecord open, NodeId? target, string reason)
    {
        var plain = new StartSwitchover(open.Number, target, reason);
        var able = ControllerPolicy.SwitchoverTargets(seen)
            .OrderBy(n => Wishes.Order(seen, n)).ThenBy(n => seen.Reports[n].Status?.LagSeconds ?? double.MaxValue).ThenBy(n => n).ToList();
        if (!open.Established || able.Count == 0 || (target is { } named && !able.Contains(named)) || !AllKnow(seen))
        {
            return plain;
        }

        var next = target ?? able[0];
        var ackers = ControllerPolicy.Ackers(seen, next);
        var needed = ControllerPolicy.AcksNeeded(seen, ackers);
        // W stay with the old leader, the next one among them; those behind the next one acknowledge nothing to the old.
        var rest = ControllerPolicy.AbleFollowers(seen, open).Where(n => n != next)
            .OrderBy(n => seen.Reports[n].Status?.LagSeconds ?? double.MaxValue).ThenBy(n => n).ToList();
        var behind = rest.Where(ackers.Contains).Skip(open.AcksNeeded - 1).Take(needed).ToImmutableSortedSet();
        return behind.Count == needed ? plain with { Target = next, Chosen = target is null, Behind = behind } : plain;
    }

    /// <summary>An agent that cannot read the entry would end by it.</summary>
    private static bool AllKnow(ControllerInput seen) =>
        seen.State.Members.Keys.All(m => seen.Reports.GetValueOrDefault(m)?.Understands >= MemberReport.HandOvers);

    /// <summary>While followers are on their way to their place.</summary>
    public static ControllerDecision Watch(ControllerInput seen, EpochRecord open, Switchover switchover)
    {
        var next = switchover.Target!.Value;
        var missing = NotInPlace(seen, open, switchover, next).ToImmutableArray();
        if (missing.IsEmpty && !seen.ClientsTold)
        {
            return ControllerDecision.Wait(new Reason("announcing", "clients begin to log in with the next leader"));
        }

        if (missing.IsEmpty)
        {
            var record = ControllerPolicy.NewEpoch(seen, open.Number + 1, seen.Reports[next], switchover.Reason) with
            {
                FirstSet = GtidSet.Empty,
                FirstSetUnknown = true,
                HandedOver = true,
            };
            return ControllerDecision.Propose(new HandOver(open.Number, switchover.Reason, seen.WallClock, record));
        }

        var hopeless = switchover.Behind.Add(next).Any(n => seen.Reports.GetValueOrDefault(n) is not { Mysqld: MysqldState.Running });
        return hopeless || (seen.PlacementPatienceOver && !seen.Faults.WaitsForPlaces)
            ? ControllerDecision.Propose(new AbandonPlacement(open.Number))
            : ControllerDecision.Wait(missing);
    }

    /// <summary>Who leads next in a switchover for which all is in place; null: nobody yet. Advice for clients, of any node.</summary>
    public static NodeId? Successor(ClusterState state, ImmutableSortedDictionary<NodeId, MemberReport> reports)
    {
        if (state is not { Current: { Closed: false } open, Switchover: { Behind.IsEmpty: false, Target: { } next } switchover }
            || switchover.Epoch != open.Number)
        {
            return null;
        }

        var seen = new ControllerInput { State = state, Voters = [], Reports = reports, LeaseLapsed = false };
        return NotInPlace(seen, open, switchover, next).Any() ? null : next;
    }

    private static IEnumerable<Reason> NotInPlace(ControllerInput seen, EpochRecord open, Switchover switchover, NodeId next)
    {
        var place = seen.State.Members.GetValueOrDefault(next)?.Address.Host;
        foreach (var node in switchover.Behind)
        {
            if (!ControllerPolicy.FollowerRefusals(seen, open, node).IsEmpty || seen.Reports[node].Status?.SourceHost != place)
            {
                yield return new Reason("placing", $"{seen.State.NameOf(node)} does not follow {seen.State.NameOf(next)} yet");
            }
        }

        if (ControllerPolicy.FollowerRefusals(seen, open, next) is [var refusal, ..])
        {
            yield return refusal;
        }
        else if (!(seen.Reports[next].Status?.LagSeconds <= MostBehind))
        {
            // Clients would wait for what it has to apply.
            yield return new Reason("placing", $"{seen.State.NameOf(next)} has not applied all yet");
        }

        if (seen.Reports.GetValueOrDefault(open.Leader) is not { Leading: true, Status: { Writable: true } status }
            || status.AttachedAckers < open.AcksNeeded)
        {
            yield return new Reason("placing", "the leader has not all the acknowledging followers that are to stay with it");
        }
    }

    /// <summary>Why an epoch that was handed over, and not established, comes to nothing; null: it may still.</summary>
    public static string? Failed(ControllerInput seen, EpochRecord open)
    {
        if (seen.State.HandingOver() is not { } before)
        {
            return null;
        }

        var old = seen.Reports.GetValueOrDefault(before.Leader);
        var began = seen.Reports.GetValueOrDefault(open.Leader) is { Leading: true } next && next.RoleEpoch == open.Number;
        return began ? null
            : old?.Released >= before.Number && old.Final?.Epoch != before.Number ? "the old leader was lost before its last word"
            : seen.PlacementPatienceOver ? "the hand-over did not come to its end in time"
            : null;
    }
}
