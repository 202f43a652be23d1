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
        Simulation.Suffer(world, plan.Start);
        world.Heal();
        plan.TidyUp();
        Simulation.End(world, Healing, plan.WhyNotSettled);
        return (world, plan);
    }
}
