using MySqlHa.Cluster;
using MySqlHa.Consensus;

namespace MySqlHa.Tests.Consensus.Simulation;

/// <summary>Does to a world what its weights allow.</summary>
internal sealed class Disturber(World world, SwarmWeights weights)
{
    private Random Random => world.Random;

    public void Disturb()
    {
        var pick = Random.Next(weights.Disturbances.Sum(d => d.Weight));
        foreach (var (kind, weight) in weights.Disturbances)
        {
            if ((pick -= weight) < 0)
            {
                Do(kind);
                return;
            }
        }
    }

    private void Do(Disturbance kind)
    {
        switch (kind)
        {
            case Disturbance.Crash:
                Crash(Any());
                break;
            case Disturbance.CrashAll:
                foreach (var node in world.Nodes.Values)
                {
                    Crash(node);
                }

                break;
            case Disturbance.Restart:
                foreach (var node in world.Nodes.Values.Where(n => n.Core is null))
                {
                    world.Start(node);
                }

                break;
            case Disturbance.Freeze:
                Any().Freeze(world.Now + Random.NextInt64(600_000));
                break;
            case Disturbance.Compact:
                var compacted = Any();
                if (compacted.Core is not null)
                {
                    compacted.PostCompact();
                }

                break;
            case Disturbance.Split or Disturbance.CutOneWay or Disturbance.Isolate or Disturbance.IsolateLeader or Disturbance.Heal:
                DisturbNetwork(kind);
                break;
            default:
                DisturbLeader(kind);
                break;
        }
    }

    private void DisturbNetwork(Disturbance kind)
    {
        switch (kind)
        {
            case Disturbance.Split:
                var left = world.Nodes.Keys.Where(_ => Random.Next(2) == 0).ToHashSet();
                Separate((a, b) => left.Contains(a) != left.Contains(b));
                break;
            case Disturbance.CutOneWay:
                world.Network.Cut(Any().Id, Any().Id);
                break;
            case Disturbance.Isolate:
                var alone = Any().Id;
                Separate((a, b) => a == alone || b == alone);
                break;
            case Disturbance.IsolateLeader when world.Leader is { } leader:
                Separate((a, b) => a == leader.Id || b == leader.Id);
                break;
            case Disturbance.Heal:
                world.Network.HealAll();
                break;
            default:
                break;
        }
    }

    private void DisturbLeader(Disturbance kind)
    {
        if (world.Leader is not { } leader)
        {
            return;
        }

        var target = Any().Id;
        world.Post(leader, (core, now) =>
        {
            if (kind == Disturbance.Transfer)
            {
                core.TransferLeadership(now, target);
                return;
            }

            var (voters, learners) = core.Configuration;
            var next = kind switch
            {
                Disturbance.AddVoter => new RaftConfiguration(voters.Add(target), learners.Remove(target)),
                Disturbance.RemoveVoter => new RaftConfiguration(voters.Remove(target), learners),
                Disturbance.AddLearner when !voters.Contains(target) => new RaftConfiguration(voters, learners.Add(target)),
                _ => new RaftConfiguration(voters, learners.Remove(target)),
            };
            core.ProposeConfiguration(now, next);
        });
    }

    private void Crash(SimulatedNode node)
    {
        if (node.Core is not null)
        {
            world.Crash(node);
        }
    }

    private void Separate(Func<NodeId, NodeId, bool> apart)
    {
        foreach (var a in world.Nodes.Keys)
        {
            foreach (var b in world.Nodes.Keys.Where(b => apart(a, b)))
            {
                world.Network.Cut(a, b);
            }
        }
    }

    private SimulatedNode Any() => world.Nodes.Values.ElementAt(Random.Next(world.Nodes.Count));
}
