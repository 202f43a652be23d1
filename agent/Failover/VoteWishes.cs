using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// Who votes, as operators wish and as the dead make necessary. How many do is another matter, and stays: a vote is taken from one member
/// only where another is ready to have it. All of it goes the way of any departure and of any newcomer.
/// </summary>
internal static class VoteWishes
{
    /// <summary>Null: nobody wished anything.</summary>
    public static bool? Of(ControllerInput seen, NodeId node) =>
        seen.Faults.IgnoresVoteWishes ? null : seen.State.Members.GetValueOrDefault(node)?.Votes;

    /// <summary>Learners that may get a vote; who is wished to have one comes first.</summary>
    public static IEnumerable<NodeId> Eligible(ControllerInput seen, IEnumerable<NodeId> learners) =>
        learners.Where(l => Of(seen, l) != false).OrderByDescending(l => Of(seen, l) == true);

    /// <summary>The voters but the leader; the dead, who is wished not to vote, and who cannot follow come first.</summary>
    public static IEnumerable<NodeId> Dispensable(ControllerInput seen, EpochRecord open) => seen.Voters.Where(v => v != open.Leader)
        .OrderByDescending(v => seen.Dead.Contains(v))
        .ThenBy(v => Of(seen, v) switch { false => 0, null => 1, true => 2 })
        .ThenByDescending(v => !ControllerPolicy.FollowerRefusals(seen, open, v).IsEmpty)
        .ThenByDescending(v => seen.State.NameOf(v), StringComparer.Ordinal)
        .ThenBy(v => v);

    /// <summary>One vote from one member to another; null: all is as it is wished, or cannot be yet.</summary>
    public static ControllerDecision? Swap(ControllerInput seen, EpochRecord open)
    {
        if (Heir(seen, open, _ => true) is not { } heir || seen.Voters.Count < seen.State.VotersTarget)
        {
            return null;
        }

        // Who should not vote, even if it leads; who has been dead for long; and whoever it is, for one that should.
        var (name, wished) = (seen.State.NameOf(heir), Of(seen, heir) == true);
        var leaves = seen.Voters.Where(v => Of(seen, v) == false)
            .Select(v => (v, Why: $"it is to follow without a vote, and {name} is ready to have it"))
            .Concat(seen.Voters.Where(v => v != open.Leader && seen.LongDead.Contains(v) && !seen.Faults.KeepsTheDead)
                .Select(v => (v, Why: $"it has been dead for long, and {name} is ready to vote in its place")))
            .Concat(wished
                ? Dispensable(seen, open).Where(v => Of(seen, v) != true).Select(v => (v, Why: $"{name} is to vote, in its place"))
                : [])
            .FirstOrDefault(v => MembershipPolicy.TooFewAlive(seen, v.v) is null);
        return leaves.Why is null ? null : ControllerDecision.Propose(new StartLeaving(new Departure(leaves.v, Stays: true, leaves.Why)));
    }

    /// <summary>Every reason why a node cannot be asked to come; empty: it can.</summary>
    public static ImmutableArray<Reason> AddRefusals(ControllerInput seen, AddRequest add)
    {
        var reasons = ImmutableArray.CreateBuilder<Reason>();
        if (seen.State.Members.Values.FirstOrDefault(m => m.Address.Host == add.Host && m.Address.RingPort == add.Port) is { } member)
        {
            reasons.Add(new Reason("already-member", $"{member.Name} ({member.Address.Host}) is a member already; to change whether it"
                + $" votes, name it with --voter or --follower (mysqlha add {member.Name} --voter)"));
        }

        if (seen.State.Current is not { Closed: false, Established: true })
        {
            reasons.Add(new Reason("not-established", "there is no leader with an acknowledged commit of its epoch"));
        }

        if (seen.State.Paused)
        {
            reasons.Add(new Reason("paused", "the cluster is paused: nobody is taken in meanwhile"));
        }

        reasons.AddRange(Older(seen, add.Votes is not null));
        return reasons.ToImmutable();
    }

    /// <summary>Every reason why a member's vote cannot be given or taken as wished; empty: it can, when its turn comes.</summary>
    public static ImmutableArray<Reason> Refusals(ControllerInput seen, NodeId node, bool votes)
    {
        if (!seen.State.Members.ContainsKey(node))
        {
            return [new Reason("no-member", $"{node} is no member of this cluster")];
        }

        var name = seen.State.NameOf(node);
        var reasons = ImmutableArray.CreateBuilder<Reason>();
        reasons.AddRange(Older(seen, needed: true));
        if (seen.State.Leaving is { Node: var leaving, Stays: false } && leaving == node)
        {
            reasons.Add(new Reason("change-under-way", $"{name} is leaving for good"));
        }

        var (voting, open) = (seen.Voters.Contains(node), seen.State.Current is { Closed: false } current ? current : null);
        if (open is null || !open.Established)
        {
            reasons.Add(new Reason("not-established", "there is no leader with an acknowledged commit of its epoch"));
        }
        else if (votes && !voting && seen.Voters.Count >= seen.State.VotersTarget
            && Dispensable(seen, open).All(v => Of(seen, v) == true))
        {
            reasons.Add(new Reason("no-room", $"{seen.State.VotersTarget} members vote, and all but the leader are to by an operator's"
                + " wish: make one of them a follower (mysqlha add N --follower), or let more vote (mysqlha voters 5)"));
        }
        else if (!votes && voting)
        {
            if (seen.Voters.Count <= seen.State.VotersTarget && Heir(seen, open, l => l != node) is null)
            {
                reasons.Add(new Reason("no-substitute", $"{seen.Voters.Count} members vote, and no other is ready to do so in the place of"
                    + $" {name}: an even number of voters is worth no more than one less. Add one first, or let fewer vote"
                    + " (mysqlha voters)"));
            }

            if (MembershipPolicy.TooFewAlive(seen, node) is { } few)
            {
                reasons.Add(few);
            }

            if (open.Leader == node && MembershipPolicy.Successor(seen, open, node) is null)
            {
                reasons.Add(new Reason("no-candidate", $"{name} leads: no follower is able to take over"));
            }
        }

        return reasons.ToImmutable();
    }

    private static NodeId? Heir(ControllerInput seen, EpochRecord open, Func<NodeId, bool> fits) =>
        Eligible(seen, seen.Learners.Where(seen.State.Members.ContainsKey)).Where(fits)
            .Where(l => seen.Faults.GivesVotesEarly || (MembershipPolicy.NotReady(seen, open, l) is null && !seen.Dead.Contains(l)))
            .Select(l => (NodeId?)l).FirstOrDefault();

    private static IEnumerable<Reason> Older(ControllerInput seen, bool needed)
    {
        var older = seen.Reports.Values.Where(r => needed && r.Understands < MemberReport.Votes)
            .Select(r => seen.State.NameOf(r.Node)).ToList();
        var who = string.Join(", ", older);
        return older.Count == 0 ? []
            : [new Reason("older-agent", $"the agent of {who} is older and knows no wishes about votes; upgrade it first")];
    }
}
