using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// Who belongs to the cluster and who votes, one step at a time, each begun only when the one before is done and the open epoch is
/// established. (Ackers, W) never changes within an epoch: who may acknowledge changes by a new epoch, with the same leader.
/// Joining: member, learner, voter, then the epoch that counts on it. Leaving: the epoch that does not count on it, then no voter.
/// </summary>
internal static class MembershipPolicy
{
    /// <summary>The fewest voters: with one, no commit would be on a second disk.</summary>
    private const int FewestVoters = 2;

    public static ControllerDecision Decide(ControllerInput seen, EpochRecord open)
    {
        var refused = seen.Newcomers.Select(n => Refusal(seen, n)).OfType<Reason>();
        if (!open.Established || seen.State.Paused)
        {
            return ControllerDecision.Wait(refused);
        }

        var next = Retarget(seen) ?? Admit(seen) ?? List(seen) ?? Leave(seen, open) ?? Accompany(seen, open) ?? Turn(seen, open)
            ?? Replace(seen, open) ?? VoteWishes.Swap(seen, open) ?? Shrink(seen, open) ?? Grow(seen, open);
        return next is null ? ControllerDecision.Wait(refused) : next with { Reasons = [.. next.Reasons, .. refused] };
    }

    /// <summary>Why a node may not join; null: it may.</summary>
    public static Reason? Refusal(ControllerInput seen, Newcomer newcomer)
    {
        var (id, name, address) = newcomer.Info;
        return seen.State.Removed.TryGetValue(id, out var removed)
                ? new Reason("removed", $"{name} ({address.Host}) was removed from the cluster ({removed.Reason}); "
                    + "with an empty directory it can join as a new node")
            : seen.Standalone ? Alone.TakesNobody(seen)
            : newcomer.HasData
                ? new Reason("foreign-data", $"{name} ({address.Host}) may not join: its data directory holds data of its own; an empty one may")
            : null;
    }

    /// <summary>Why a member cannot be taken out now; empty: it can.</summary>
    public static ImmutableArray<Reason> RemoveRefusals(ControllerInput seen, NodeId node)
    {
        if (!seen.State.Members.ContainsKey(node))
        {
            return [new Reason("no-member", $"{node} is no member of this cluster")];
        }

        var reasons = ImmutableArray.CreateBuilder<Reason>();
        if (seen.State.Leaving is { } leaving)
        {
            reasons.Add(new Reason("change-under-way", $"{seen.State.NameOf(leaving.Node)} is leaving already; one at a time"));
        }

        if (seen.State.Current is not { Closed: false, Established: true })
        {
            reasons.Add(new Reason("not-established", "there is no leader with an acknowledged commit of its epoch"));
        }

        if (seen.Voters.Contains(node))
        {
            if (seen.Voters.Count <= FewestVoters)
            {
                reasons.Add(new Reason("too-few-voters", $"{seen.Voters.Count} voters are left; at least {FewestVoters} have to remain"));
            }
            else if (TooFewAlive(seen, node) is { } few)
            {
                reasons.Add(few);
            }
        }

        return reasons.ToImmutable();
    }

    private static ControllerDecision? Retarget(ControllerInput seen) =>
        Alone.Retargeted(seen) is { } command ? ControllerDecision.Propose(command) : null;

    /// <summary>From one voter to three without an epoch for two: while no commit waits for anybody, whoever may acknowledge says nothing.</summary>
    private static ControllerDecision? Accompany(ControllerInput seen, EpochRecord open) =>
        open.AcksNeeded == 0 && seen.Voters.Count == 2 && Grow(seen, open) is { Change: not null } grown ? grown : null;

    private static ControllerDecision? Admit(ControllerInput seen) =>
        seen.Newcomers.FirstOrDefault(n => !seen.State.Members.ContainsKey(n.Info.Id) && Refusal(seen, n) is null) is { } newcomer
            ? ControllerDecision.Propose(new AdmitMember(newcomer.Info))
            : null;

    /// <summary>A member gets the log.</summary>
    private static ControllerDecision? List(ControllerInput seen)
    {
        var known = seen.Voters.Union(seen.Learners);
        foreach (var member in seen.State.Members.Values.Where(m => !known.Contains(m.Id) && seen.State.Leaving?.Node != m.Id))
        {
            return Change(seen.Voters, seen.Learners.Add(member.Id), "learner", $"{seen.State.NameOf(member.Id)} joins: it gets the log and has no vote yet");
        }

        return null;
    }

    /// <summary>
    /// Out of the ackers by a new epoch, then out of the voters. Only then is it removed: no epoch that has to be covered counts
    /// on its promise any more.
    /// </summary>
    private static ControllerDecision? Leave(ControllerInput seen, EpochRecord open)
    {
        if (seen.State.Leaving is not { } leaving)
        {
            return null;
        }

        var (node, name) = (leaving.Node, seen.State.NameOf(leaving.Node));
        if (!seen.Voters.Contains(node))
        {
            return !leaving.Stays && seen.Learners.Contains(node)
                ? Change(seen.Voters, seen.Learners.Remove(node), "removed", $"{name} leaves: {leaving.Reason}")
                : ControllerDecision.Propose(new EndLeaving(node, seen.WallClock));
        }

        if (seen.LeavingPatienceOver)
        {
            return ControllerDecision.Propose(new DropLeaving(node, $"{name} does not leave: {Waits(seen, open, node)?.Text ?? "nothing moved for too long"}"));
        }

        if (Waits(seen, open, node) is { } waits)
        {
            return ControllerDecision.Wait(waits);
        }

        if (open.Leader == node)
        {
            return ControllerDecision.Propose(Placement.Start(seen, open, Successor(seen, open), $"{name} leaves: {leaving.Reason}"));
        }

        if (!seen.Faults.RemoveWithoutNewEpoch && Turn(seen, open) is { } turn)
        {
            return turn;
        }

        if (seen.Self == node)
        {
            return ControllerDecision.Wait(new Reason("leaving-waits", $"{name} leaves and controls still")) with
            {
                HandOver = new Reason("leaving", "the controller leaves the voters"),
            };
        }

        return Change(
            seen.Voters.Remove(node), leaving.Stays ? seen.Learners.Add(node) : seen.Learners, leaving.Stays ? "learner" : "removed",
            leaving.Stays ? $"{name} votes no more and follows on: {leaving.Reason}" : $"{name} leaves: {leaving.Reason}");
    }

    /// <summary>What keeps a voter from leaving now.</summary>
    private static Reason? Waits(ControllerInput seen, EpochRecord open, NodeId node)
    {
        var name = seen.State.NameOf(node);
        return TooFewAlive(seen, node) is { } few ? new Reason("leaving-waits", few.Text)
            : open.Leader == node && Successor(seen, open) is null
                ? new Reason("leaving-waits", $"{name} leaves and leads: no follower is able to take over")
            : open.Leader != node && OutOfStep(seen, open) && Unable(seen, open) is { } unable ? new Reason("leaving-waits", $"{name} leaves: {unable.Text}")
            : null;
    }

    /// <summary>The change has to be committed by a majority without who leaves, or its going could stop the cluster.</summary>
    internal static Reason? TooFewAlive(ControllerInput seen, NodeId node)
    {
        var others = seen.Voters.Remove(node);
        var alive = others.Where(v => IsAlive(seen, v)).ToImmutableSortedSet();
        var needed = (seen.Voters.Count / 2) + 1;
        return alive.Count >= Math.Min(needed, others.Count) && alive.Count >= FewestVoters
            ? null
            : new Reason("too-few-alive", $"without {seen.State.NameOf(node)} only {alive.Count} of {others.Count} voters are alive, and "
                + $"{Math.Max(FewestVoters, Math.Min(needed, others.Count))} have to be; missing: "
                + string.Join(", ", others.Except(alive).Select(v => seen.State.NameOf(v))));
    }

    internal static NodeId? Successor(ControllerInput seen, EpochRecord open, NodeId? besides = null) => open.Ackers
        .Where(a => seen.State.Leaving?.Node != a && a != besides && seen.Voters.Contains(a) && ControllerPolicy.FollowerRefusals(seen, open, a).IsEmpty)
        .OrderBy(a => Wishes.Order(seen, a)).ThenBy(a => seen.Reports[a].Status?.LagSeconds ?? 0).ThenBy(a => a)
        .Select(a => (NodeId?)a).FirstOrDefault();

    private static bool OutOfStep(ControllerInput seen, EpochRecord open)
    {
        var wanted = ControllerPolicy.Ackers(seen, open.Leader);
        return !wanted.SetEquals(open.Ackers) || ControllerPolicy.AcksNeeded(seen, wanted) != open.AcksNeeded;
    }

    /// <summary>
    /// A switchover from the leader to itself: the epoch is closed, its own ackers promise, and the next one counts on the voters
    /// as they are now. Only when enough of these follow already, so that writes go on at once.
    /// </summary>
    private static ControllerDecision? Turn(ControllerInput seen, EpochRecord open)
    {
        if (!OutOfStep(seen, open))
        {
            return null;
        }

        if (Unable(seen, open) is { } unable)
        {
            return ControllerDecision.Wait(unable);
        }

        if (seen.Faults.ChangeAckersInPlace)
        {
            var ackers = ControllerPolicy.Ackers(seen, open.Leader);
            return ControllerDecision.Propose(new OpenEpoch(open with { Ackers = ackers, AcksNeeded = ControllerPolicy.AcksNeeded(seen, ackers) }));
        }

        var gone = open.Ackers.Except(ControllerPolicy.Ackers(seen, open.Leader)).Select(a => $"without {seen.State.NameOf(a)}");
        var come = ControllerPolicy.Ackers(seen, open.Leader).Except(open.Ackers).Select(a => $"with {seen.State.NameOf(a)}");
        return ControllerDecision.Propose(new StartSwitchover(open.Number, open.Leader, $"who acknowledges changes: {string.Join(", ", come.Concat(gone))}"));
    }

    /// <summary>Why the next epoch could not be established at once; null: it could.</summary>
    private static Reason? Unable(ControllerInput seen, EpochRecord open)
    {
        var wanted = ControllerPolicy.Ackers(seen, open.Leader);
        var refusals = wanted.SelectMany(a => ControllerPolicy.FollowerRefusals(seen, open, a).Take(1)).ToList();
        return seen.Reports.GetValueOrDefault(open.Leader) is not { Leading: true }
                ? new Reason("voters-wait", $"who acknowledges changes; the next epoch waits for the leader {seen.State.NameOf(open.Leader)}")
            : wanted.Count - refusals.Count < ControllerPolicy.AcksNeeded(seen, wanted)
                ? new Reason("voters-wait", $"who acknowledges changes; the next epoch waits: {string.Join("; ", refusals.Select(r => r.Text))}")
            : null;
    }

    /// <summary>
    /// A machine that was replaced: a member confirmed dead, and a newer one under its address or name. The old one leaves when the new
    /// one is ready to vote, and not before: until then it may come back, and leaving early would gain nothing.
    /// </summary>
    private static ControllerDecision? Replace(ControllerInput seen, EpochRecord open)
    {
        foreach (var dead in seen.State.Members.Values.Where(m => seen.Dead.Contains(m.Id) && m.Id != open.Leader))
        {
            // At its very address a newcomer may vote already: there was room before anybody knew that the old one was dead.
            var heir = seen.State.Members.Values.FirstOrDefault(m => m.Id != dead.Id
                && ((m.Address == dead.Address && seen.Voters.Contains(m.Id) && IsAlive(seen, m.Id))
                    || ((m.Address == dead.Address || m.Name == dead.Name) && seen.Learners.Contains(m.Id)
                        && NotReady(seen, open, m.Id) is null)));
            if (heir is not null && (!seen.Voters.Contains(dead.Id) || TooFewAlive(seen, dead.Id) is null))
            {
                return ControllerDecision.Propose(new StartLeaving(new Departure(
                    dead.Id, Stays: false, $"it is dead, and {heir.Name} ({heir.Address.Host}, {heir.Id}) has come in its place")));
            }
        }

        return null;
    }

    private static ControllerDecision? Shrink(ControllerInput seen, EpochRecord open)
    {
        if (seen.State.VotersTarget == 0 || seen.Voters.Count <= seen.State.VotersTarget)
        {
            return null;
        }

        var victim = VoteWishes.Dispensable(seen, open).First();
        return TooFewAlive(seen, victim) is { } few
            ? ControllerDecision.Wait(new Reason("voters-wait", $"{seen.State.VotersTarget} shall vote and {seen.Voters.Count} do: {few.Text}"))
            : ControllerDecision.Propose(new StartLeaving(new Departure(victim, Stays: true, $"{seen.State.VotersTarget} members shall vote")));
    }

    /// <summary>A learner that is ready gets a vote; the others must be a majority of the larger set without it, should it fail at once.</summary>
    private static ControllerDecision? Grow(ControllerInput seen, EpochRecord open)
    {
        var learners = seen.Learners.Where(seen.State.Members.ContainsKey).ToList();
        if (learners.Count == 0)
        {
            return null;
        }

        if (seen.Voters.Count >= seen.State.VotersTarget)
        {
            return ControllerDecision.Wait(
                learners.Select(l => (l, Why: NotReady(seen, open, l))).Where(l => l.Why is not null).Select(l => l.Why!));
        }

        var ready = VoteWishes.Eligible(seen, learners).Where(l => NotReady(seen, open, l) is null).ToList();
        if (ready is not [var next, ..])
        {
            return ControllerDecision.Wait(learners.Select(l => NotReady(seen, open, l)).OfType<Reason>());
        }

        // Two that both have to live are worth less than one.
        if (seen.Voters.Count == 1 && !seen.Faults.AddVoterEarly)
        {
            return ready.Count == 1 && !seen.Faults.PairsUp
                ? ControllerDecision.Wait(new Reason("voters-wait", $"{seen.State.NameOf(next)} could vote; it waits until a third can too, for two"
                    + " voters both have to live"))
                : Change(seen.Voters.Add(next), seen.Learners.Remove(next), "voter", $"{seen.State.NameOf(next)} votes from here on");
        }

        var alive = seen.Voters.Count(v => IsAlive(seen, v));
        var needed = ((seen.Voters.Count + 1) / 2) + 1;
        return alive < needed && !seen.Faults.AddVoterEarly
            ? ControllerDecision.Wait(new Reason(
                "voters-wait", $"{seen.State.NameOf(next)} could vote; it waits until {needed} of the {seen.Voters.Count} voters are alive, now {alive} are"))
            : Change(seen.Voters.Add(next), seen.Learners.Remove(next), "voter", $"{seen.State.NameOf(next)} votes from here on");
    }

    internal static Reason? NotReady(ControllerInput seen, EpochRecord open, NodeId learner)
    {
        if (seen.Faults.AddVoterEarly)
        {
            return null;
        }

        var report = seen.Reports.GetValueOrDefault(learner);
        var name = seen.State.NameOf(learner);
        return report is { Activity.Length: > 0 } ? new Reason("joining", $"{name} joins: {report.Activity}")
            : ControllerPolicy.FollowerRefusals(seen, open, learner) is [var first, ..] ? new Reason("joining", $"{name} joins: {first.Text}")
            : !seen.CaughtUp.Contains(learner) ? new Reason("joining", $"{name} joins: it has not got the whole log yet")
            : null;
    }

    private static bool IsAlive(ControllerInput seen, NodeId node) =>
        seen.Reports.TryGetValue(node, out var report) && report.Mysqld == MysqldState.Running && !seen.Dead.Contains(node);

    private static ControllerDecision Change(ImmutableSortedSet<NodeId> voters, ImmutableSortedSet<NodeId> learners, string code, string why) =>
        ControllerDecision.Wait() with { Change = new VoterChange(voters, learners, new Reason(code, why)) };
}
