using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>One seed's run: faults, then healing, then everything must come together again.</summary>
internal static class Simulation
{
    private static readonly TimeSpan Healing = TimeSpan.FromSeconds(60);

    public static World Run(int seed, Mutation? mutation = null, Weights? weights = null, bool verbose = false)
    {
        var world = new World(seed, weights, mutation, verbose);
        Suffer(world, () => { });
        Settle(world);
        return world;
    }

    /// <summary>All start, have four seconds of peace, and then the faults of the world's weights.</summary>
    /// <param name="alsoThen">What else begins when the faults do.</param>
    public static void Suffer(World world, Action alsoThen)
    {
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
        alsoThen();
        _ = world.Run(Instant.Zero + TimeSpan.FromSeconds(4) + world.Weights.Duration);
    }

    /// <summary>Heals, lets clients write a while longer, and demands that all nodes end equal with nothing lost.</summary>
    public static void Settle(World world)
    {
        world.Heal();
        End(world, Healing, world.Checkers.WhyNotConverged);
    }

    /// <summary>After healing: clients write a while longer, and within the time given nothing is missing any more.</summary>
    public static void End(World world, TimeSpan within, Func<string?> whyNot)
    {
        _ = world.Run(world.Now + TimeSpan.FromSeconds(3));
        foreach (var writer in world.Writers)
        {
            writer.Stopped = true;
        }

        if (!world.Run(world.Now + within, () => whyNot() is null) && world.Checkers.Violation is null)
        {
            var waits = world.Nodes.FirstOrDefault(n => n.Core?.IsController == true) is { Core: { } core } controller
                ? string.Join("; ", core.View(controller.LocalNow).Reasons.Select(r => r.Text))
                : "nobody controls";
            world.Checkers.Fail("Converges", $"{within.TotalSeconds:0} s after all faults ended: {whyNot()} ({waits})");
        }

        if (world.Checkers.Violation is null)
        {
            world.Checkers.AllThere();
        }
    }
}
