using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation;

/// <summary>Nodes come, leave and are replaced, and operators change the number of voters, while faults go on.</summary>
internal sealed class MembershipPlan(World world, MembershipWeights weights)
{
    private readonly HashSet<SimNode> _removed = [];
    private long _callId = 1_000_000;
    private int _target = world.Weights.Nodes;

    public int Admissions { get; private set; }

    public int Replacements { get; private set; }

    public void Start()
    {
        for (var n = 0; n < weights.Newcomers; n++)
        {
            world.After(world.Random.Next(100_000, 9_000_000), () =>
            {
                if (!world.Healed)
                {
                    Come(null);
                }
            });
        }

        Next();
    }

    /// <summary>Why the cluster is not yet as it was wished to be, once all is healed. Null: it is.</summary>
    public string? WhyNotSettled()
    {
        if (world.Checkers.WhyNotConverged() is { } why)
        {
            return why;
        }

        if (Controller() is not { } core)
        {
            return "there is no controller";
        }

        var (state, voters) = (core.State, core.Voters);
        if (state.Leaving is { } leaving)
        {
            return $"{leaving.Node} is still leaving";
        }

        var living = world.Nodes.Where(n => !n.Retired && !state.Removed.ContainsKey(n.Id)).ToList();
        if (living.FirstOrDefault(n => !state.Members.ContainsKey(n.Id)) is { } stranger)
        {
            return $"n{stranger.Number} is no member";
        }

        // The leader, by whose state it was judged, may not know of the newest member yet.
        if (living.FirstOrDefault(n => n.Mysqld is { ReadOnly: true, Receiver: not { Attached: true } }) is { } apart)
        {
            return $"n{apart.Number} does not follow";
        }

        // A member that is dead for good and has no heir stays until an operator removes it.
        var able = living.Count(n => voters.Contains(n.Id) || state.Members[n.Id].Votes != false);
        var wanted = Math.Min(state.VotersTarget, able);
        if (voters.Count(v => !world.Node(v).Retired) < wanted || voters.Count > Math.Max(state.VotersTarget, wanted))
        {
            return $"{voters.Count} vote, and {state.VotersTarget} of {able} should";
        }

        if (WhyNotAsWished(core, living) is { } otherwise)
        {
            return otherwise;
        }

        var current = state.Current!;
        var others = voters.Remove(current.Leader);
        var ackers = others.Where(v => !world.Node(v).Tags.NoSync).ToImmutableSortedSet();
        ackers = ackers.IsEmpty ? others : ackers;
        if (!current.Ackers.SetEquals(ackers) || current.AcksNeeded != (ackers.Count + 1) / 2)
        {
            return $"epoch {current.Number} counts on other ackers than the {voters.Count} voters";
        }

        var running = world.Nodes.FirstOrDefault(n => state.Removed.ContainsKey(n.Id) && n.Mysqld.Running);
        return running is null ? null : $"n{running.Number} was removed and its mysqld runs";
    }

    /// <summary>Who is wished not to vote does not where somebody else could; who is wished to does where somebody votes without a wish.</summary>
    private static string? WhyNotAsWished(NodeCore core, List<SimNode> living)
    {
        var (state, voters) = (core.State, core.Voters);
        bool? Wish(NodeId node) => state.Members[node].Votes;
        var free = living.Select(n => n.Id).Where(n => !voters.Contains(n)).ToList();
        var unwilling = voters.Where(v => Wish(v) == false).Select(v => (NodeId?)v).FirstOrDefault();
        var wishing = free.Where(n => Wish(n) == true).Select(n => (NodeId?)n).FirstOrDefault();
        return unwilling is { } one && free.Any(n => Wish(n) != false) ? $"{one} votes, was wished not to, and another could"
            : wishing is { } other && voters.Any(v => Wish(v) != true && v != state.Current!.Leader) ? $"{other} was wished to vote and does not"
            : null;
    }

    /// <summary>What an operator does about a dead member that nothing came in the place of: take it out.</summary>
    public void TidyUp() => world.After(3_000_000, () =>
    {
        var orphan = Controller() is not { } core ? null
            : world.Nodes.FirstOrDefault(n => n.Retired && core.State.Members.ContainsKey(n.Id)
                && !world.Nodes.Any(o => !o.Retired && o.Address == n.Address && core.State.Members.ContainsKey(o.Id)));
        if (orphan is not null)
        {
            _ = Ask(new RemoveRequest(0, orphan.Id));
        }

        TidyUp();
    });

    private void Next() => world.After((int)(weights.WishEvery * 1e6 * (0.3 + (1.4 * world.Random.NextDouble()))), () =>
    {
        if (world.Healed)
        {
            return;
        }

        var drawn = world.Random.NextDouble() * (weights.Voters + weights.Remove + weights.Replace + weights.LoneAcker + weights.Votes);
        if (drawn < weights.Voters)
        {
            AskForVoters();
        }
        else if (drawn < weights.Voters + weights.Remove)
        {
            Remove();
        }
        else if (drawn < weights.Voters + weights.Remove + weights.Replace)
        {
            Replace();
        }
        else if (drawn < weights.Voters + weights.Remove + weights.Replace + weights.Votes)
        {
            WishVotes();
        }
        else if (weights.LoneAcker > 0)
        {
            LeaveOneAcker();
        }

        Next();
    });

    private void AskForVoters()
    {
        _target = _target == 3 ? 5 : 3;
        Ask(new VotersRequest(0, _target));
    }

    private void WishVotes()
    {
        var members = Members();
        if (members.Count > 0)
        {
            _ = Ask(new VotingRequest(0, members[world.Random.Next(members.Count)].Id, world.Random.Next(2) == 0));
        }
    }

    /// <summary>Until it is a member, as a person does.</summary>
    private void Add(SimNode node) => world.After(500_000, () =>
    {
        if (Controller() is { } core && !core.State.Members.ContainsKey(node.Id) && !core.State.Removed.ContainsKey(node.Id) && !node.Retired)
        {
            _ = Ask(new AddRequest(0, node.Address.Host, node.Address.RingPort, world.Random.Next(3) switch { 0 => true, 1 => false, _ => null }));
        }

        world.After(3_000_000, () => Add(node));
    });

    /// <summary>Only while more nodes are there than the fewest that vote: a wish that may be refused, and a cluster that goes on.</summary>
    private void Remove()
    {
        var members = Members();
        if (members.Count <= 3)
        {
            return;
        }

        var victim = members[world.Random.Next(members.Count)];
        if (!Ask(new RemoveRequest(0, victim.Id)))
        {
            return;
        }

        _ = _removed.Add(victim);
        if (world.Random.NextDouble() < weights.Ambush)
        {
            Ambush(victim);
        }
    }

    /// <summary>The leaving node's agent sleeps while its receiver runs on; another follower is cut off; then the leader dies.</summary>
    private void Ambush(SimNode victim)
    {
        world.Log(victim, "FAULT its agent freezes while it leaves");
        victim.Freeze(SimProcess.Agent, TimeSpan.FromSeconds(4));
        world.After(world.Random.Next(100_000, 900_000), () =>
        {
            var leader = world.Nodes.FirstOrDefault(n => n.Mysqld is { Running: true, ReadOnly: false });
            if (leader is null || leader == victim || world.Healed)
            {
                return;
            }

            foreach (var other in world.Nodes.Where(n => n != leader && n != victim))
            {
                world.Log(other, "FAULT no data from the leader");
                world.Network.Cut(leader, other, control: false, data: true);
            }

            world.After(world.Random.Next(100_000, 600_000), () =>
            {
                world.Network.Heal();
                if (!world.Healed)
                {
                    world.Log(leader, "FAULT agent and mysqld killed");
                    leader.StopAgent();
                    leader.KillMysqld("killed");
                    world.After(world.Random.Next(1_000_000, 4_000_000), leader.StartAgent);
                }
            });
        });
    }

    /// <summary>Whatever only one follower has acknowledged is gone with it and the leader, until one of them is back.</summary>
    private void LeaveOneAcker()
    {
        var leader = world.Nodes.FirstOrDefault(n => n.Mysqld is { Running: true, ReadOnly: false });
        var attached = leader?.Mysqld.Dumps.Where(d => d.SemiSync).Select(d => d.Follower).ToList();
        if (leader is null || attached is null or [])
        {
            return;
        }

        var lone = attached[world.Random.Next(attached.Count)];
        world.Log(lone, "FAULT only this node receives");
        foreach (var other in attached.Where(n => n != lone))
        {
            world.Network.Cut(leader, other, control: false, data: true);
        }

        world.After(world.Random.Next(100_000, 700_000), () =>
        {
            world.Network.Heal();
            foreach (var node in world.Healed ? [] : new[] { leader, lone })
            {
                world.Log(node, "FAULT agent and mysqld killed");
                node.StopAgent();
                node.KillMysqld("killed");
                world.After(world.Random.Next(1_500_000, 4_000_000), node.StartAgent);
            }
        });
    }

    private void Replace()
    {
        // One lost disk at a time, and none while receipts are in doubt: what is promised is to survive one.
        if (WhyNotSettled() is not null || world.Nodes.Any(n => n.Disk.Local.Attachment is { Receipts: not Receipts.Whole } && Members().Contains(n)))
        {
            return;
        }

        var members = Members();
        var old = members[world.Random.Next(members.Count)];
        world.Log(old, "FAULT machine destroyed, disk and all");
        old.Retire();
        Replacements++;
        world.After(world.Random.Next(100_000, 3_000_000), () => Come(old));
    }

    private void Come(SimNode? inPlaceOf)
    {
        var node = world.AddNode(inPlaceOf);
        Admissions++;
        world.Log(node, inPlaceOf is null ? "a new machine" : $"a new machine in the place of n{inPlaceOf.Number}");
        if (weights.Votes > 0 && world.Random.Next(2) == 0)
        {
            node.KnowsNobody = true;
            Add(node);
        }

        node.StartAgent();
    }

    private bool Ask(OperatorRequest request)
    {
        if (Controller() is null)
        {
            return false;
        }

        var at = world.Nodes.First(n => n.Core is { IsController: true });
        world.Log(at, $"operator asks {request}");
        at.WhenAwake(SimProcess.Agent, () => at.StepIf(at.AgentLife, new OperatorCalled(_callId++, request, World.Operator)));
        return true;
    }

    private NodeCore? Controller() => world.Nodes.Select(n => n.Core).FirstOrDefault(c => c is { IsController: true });

    private List<SimNode> Members() => Controller() is { } core ? [.. world.Nodes.Where(n => !n.Retired && core.State.Members.ContainsKey(n.Id))] : [];
}
