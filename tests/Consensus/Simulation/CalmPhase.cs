using MySqlHa.Cluster;
using MySqlHa.Consensus;

namespace MySqlHa.Tests.Consensus.Simulation;

/// <summary>
/// What must hold once the network is whole and all nodes run: the cluster works again, keeps its leader, and notices when it
/// loses it.
/// </summary>
internal sealed class CalmPhase(World world)
{
    private const long Step = 50_000;

    public void Run()
    {
        world.Calm = true;
        world.Network.Calm = true;
        world.Network.HealAll();
        foreach (var node in world.Nodes.Values.Where(n => n.Core is null).ToList())
        {
            world.Start(node);
        }

        Recover();
        world.RunUntil(world.Now + 800_000);
        KeepLeaderWhenOneVoterIsDeaf();
        LoseLeaderWhenItIsCutOff();
        world.Network.HealAll();
        Recover();
    }

    /// <summary>A leader that commits, answers reads, and brings every member up to date.</summary>
    private void Recover()
    {
        Await("no leader that is ready", () => world.Leader?.Core is { LeaderIsReady: true });
        long? question = null;
        long goal = 0;
        var askedTerm = 0L;
        var askAgain = 0L;
        Await("a proposal is not applied everywhere, or a read is not answered", () =>
        {
            if (world.Leader is not { Core: { LeaderIsReady: true } core } leader)
            {
                return false;
            }

            // A question may die with a short leadership, and a proposal be refused during a transfer.
            if (askedTerm != core.Term || world.Now >= askAgain)
            {
                askedTerm = core.Term;
                askAgain = world.Now + 500_000;
                world.Propose(leader);
                question = world.Ask(leader);
                goal = core.LastIndex;
            }

            var members = core.Configuration.Voters.Union(core.Configuration.Learners);
            return leader.Answered.Contains(question!.Value) && members.All(m => world.Nodes[m].Applied >= goal);
        });
    }

    private void KeepLeaderWhenOneVoterIsDeaf()
    {
        var leader = world.Leader!;
        var core = leader.Core!;
        var voters = core.Configuration.Voters;
        if (voters.Count < 3)
        {
            return;
        }

        var deaf = voters.First(v => v != leader.Id);
        var term = core.Term;
        world.Network.Cut(leader.Id, deaf);
        world.RunUntil(world.Now + 1_200_000);
        world.Network.HealAll();
        world.RunUntil(world.Now + 400_000);
        Referee.Require(
            core.Role == RaftRole.Leader && core.Term == term,
            $"silence: a voter that does not hear {leader.Id} deposed it, although all others heard it");
    }

    private void LoseLeaderWhenItIsCutOff()
    {
        var leader = world.Leader!;
        var core = leader.Core!;
        if (core.Configuration.Voters.Count < 2)
        {
            return;
        }

        foreach (var other in world.Nodes.Keys)
        {
            world.Network.Cut(leader.Id, other);
            world.Network.Cut(other, leader.Id);
        }

        world.RunUntil(world.Now + 600_000);
        Referee.Require(core.Role != RaftRole.Leader, $"CheckQuorum: {leader.Id} still leads, cut off for twice the election timeout");
        if (core.Configuration.Voters.Count >= 3)
        {
            Await("no new leader for one that is cut off", () => world.Leader?.Core is { LeaderIsReady: true });
        }
    }

    private void Await(string failure, Func<bool> condition)
    {
        var deadline = world.Now + 10_000_000;
        while (!condition())
        {
            Referee.Require(world.Now < deadline, $"liveness: {failure}\n{world.Describe()}");
            world.RunUntil(world.Now + Step);
        }
    }
}
