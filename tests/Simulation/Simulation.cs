using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>One seed's run: faults, then healing, then everything must come together again.</summary>
internal static class Simulation
{
    private static readonly TimeSpan Healing = TimeSpan.FromSeconds(60);

    public static World Run(int seed, Mutation? mutation = null, Weights? weights = null, bool verbose = false)
    {
        var world = new World(seed, weights, mutation, verbose);
        foreach (var node in world.Nodes)
        {
            world.After(world.Random.Next(1, 300_000), node.StartAgent);
        }

        foreach (var writer in world.Writers)
        {
            writer.Start();
        }

        _ = world.Run(Instant.Zero + TimeSpan.FromSeconds(4));
        new FaultPlan(world).Start();
        _ = world.Run(Instant.Zero + TimeSpan.FromSeconds(4) + world.Weights.Duration);
        Settle(world);
        return world;
    }

    /// <summary>Heals, lets clients write a while longer, and demands that all nodes end equal with nothing lost.</summary>
    public static void Settle(World world)
    {
        world.Heal();
        _ = world.Run(world.Now + TimeSpan.FromSeconds(3));
        foreach (var writer in world.Writers)
        {
            writer.Stopped = true;
        }

        if (!world.Run(world.Now + Healing, () => world.Checkers.WhyNotConverged() is null) && world.Checkers.Violation is null)
        {
            world.Checkers.Fail("Converges", $"{Healing.TotalSeconds:0} s after all faults ended: {world.Checkers.WhyNotConverged()}");
        }

        if (world.Checkers.Violation is null)
        {
            world.Checkers.AllThere();
        }
    }
}
