using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>One seed's run of a cluster whose members change: faults, then healing, then all must be as it was wished.</summary>
internal static class MembershipSimulation
{
    /// <summary>Longer than elsewhere: several changes may be due, each with its clone and its epochs.</summary>
    private static readonly TimeSpan Healing = TimeSpan.FromSeconds(90);

    public static (World World, MembershipPlan Plan) Run(int seed, Mutation? mutation = null, bool verbose = false)
    {
        var (weights, membership) = mutation is null ? MembershipWeights.Draw(seed) : MembershipWeights.DrawEager(seed);
        var world = new World(seed, weights, mutation, verbose);
        var plan = new MembershipPlan(world, membership);
        foreach (var node in world.Nodes.ToList())
        {
            world.After(world.Random.Next(1, 300_000), node.StartAgent);
        }

        foreach (var writer in world.Writers)
        {
            writer.Start();
        }

        _ = world.Run(Instant.Zero + TimeSpan.FromSeconds(4));
        new FaultPlan(world).Start();
        plan.Start();
        _ = world.Run(Instant.Zero + TimeSpan.FromSeconds(4) + world.Weights.Duration);
        world.Heal();
        plan.TidyUp();
        _ = world.Run(world.Now + TimeSpan.FromSeconds(3));
        foreach (var writer in world.Writers)
        {
            writer.Stopped = true;
        }

        if (!world.Run(world.Now + Healing, () => plan.WhyNotSettled() is null) && world.Checkers.Violation is null)
        {
            world.Checkers.Fail("Converges", $"{Healing.TotalSeconds:0} s after all faults ended: {plan.WhyNotSettled()}");
        }

        if (world.Checkers.Violation is null)
        {
            world.Checkers.AllThere();
        }

        return (world, plan);
    }
}
