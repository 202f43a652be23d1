using MySqlHa.Cluster;
using MySqlHa.Membership;

namespace MySqlHa.Tests.Membership;

/// <summary>
/// The runs that the simulation tests and the mutants share: each makes a world from a seed and returns its breaches, none where all held.
/// </summary>
internal static class GossipRuns
{
    public static readonly SwimOptions Lan = SwimOptions.From(Timing.Lan);

    private static readonly TimeSpan L = Timing.Lan.Lease;

    /// <summary>
    /// Runs seeds 1 to <paramref name="seeds"/>, or only GOSSIP_SEED, or GOSSIP_TIMES as many; throws at the first that breaks, with the
    /// command that repeats it.
    /// </summary>
    public static void Seeds(string test, int seeds, Func<int, IReadOnlyList<string>> run)
    {
        var only = int.TryParse(Environment.GetEnvironmentVariable("GOSSIP_SEED"), out var seed) ? seed : 0;
        var times = int.TryParse(Environment.GetEnvironmentVariable("GOSSIP_TIMES"), out var more) ? more : 1;
        foreach (var next in only > 0 ? [only] : Enumerable.Range(1, seeds * times))
        {
            var breaches = run(next);
            if (breaches.Count > 0)
            {
                var replay = $"GOSSIP_SEED={next} dotnet test tests/tests.csproj --filter {test}";
                throw new Xunit.Sdk.XunitException($"seed {next}: {string.Join("; ", breaches.Take(5))}\nagain: {replay}");
            }
        }
    }

    /// <summary>A minute in which five of a hundred datagrams are lost and nothing else happens. Nobody may be confirmed.</summary>
    public static IReadOnlyList<string> OnlyLoss(int seed, SwimOptions options)
    {
        var world = new GossipWorld(seed, 3 + (seed % 6), options, Weather.Fair with { Loss = 0.05 }, throughCodec: seed % 10 == 0);
        world.Checks.NobodyDies = true;
        world.StartAll();
        Joins(world);
        world.Run(60 * L);
        return world.Checks.Breaches;
    }

    /// <summary>One of 3 to 12 dies in rough weather: all survivors confirm it, and it comes back with nothing but its id.</summary>
    public static IReadOnlyList<string> CrashAndRestart(int seed, SwimOptions options)
    {
        var world = new GossipWorld(seed, 3 + (seed % 10), options, Weather.Rough, throughCodec: seed % 10 == 0);
        world.StartAll();
        Joins(world);
        world.Run(world.Random.Next(1000) * L / 250);
        var dead = world.Nodes[world.Random.Next(world.Nodes.Length)];
        world.Crash(dead);
        Within(world, DeathBound(world, options), () => world.Checks.ConfirmedByAll(dead));
        world.Start(dead);
        Within(world, MergeBound, world.Checks.AllSeeAll);
        Within(world, MergeBound, world.Checks.FactsConverged);
        return world.Checks.Breaches;
    }

    /// <summary>
    /// Half a minute of everything: pauses, splits, one-way cuts, crashes, restarts, moves and new facts. Then calm, and all must agree,
    /// and stay so.
    /// </summary>
    public static IReadOnlyList<string> Chaos(int seed, SwimOptions options)
    {
        var world = new GossipWorld(seed, 3 + (seed % 5), options, Weather.Rough with { Loss = 0.02 * (seed % 10) }, throughCodec: seed % 10 == 0);
        world.StartAll();
        var weights = Enumerable.Range(0, 7).Select(_ => world.Random.NextDouble()).ToArray();
        for (var round = 0; round < 12; round++)
        {
            world.Run(world.Random.NextDouble() * 5 * L);
            Trouble(world, weights);
        }

        world.Heal();
        world.Weather = Weather.Fair;
        foreach (var node in world.Nodes.Where(n => n.Swim is null && world.Random.Next(3) > 0).ToList())
        {
            world.Start(node);
        }

        Settles(world);
        return world.Checks.Breaches;
    }

    /// <summary>
    /// Two halves for long enough that each holds the other dead (even one alone, which is less and less sure of itself); then they must
    /// find each other with no human.
    /// </summary>
    public static IReadOnlyList<string> TotalPartition(int seed, SwimOptions options)
    {
        var world = new GossipWorld(seed, 4 + (seed % 7), options, Weather.Fair with { Loss = 0.05 });
        world.StartAll();
        Joins(world);
        world.Split(Enumerable.Range(0, world.Nodes.Length).Where(_ => world.Random.Next(2) == 0).ToHashSet());
        world.Run(100 * L);
        world.Heal();
        world.Weather = Weather.Fair;

        // Each half brings the other's death sentences; everybody is there to object, so none may be carried out.
        world.Checks.NobodyDies = true;
        Settles(world);
        return world.Checks.Breaches;
    }

    /// <summary>Lifeguard's case: one member stops for up to 3 L again and again. Nobody else may be confirmed for it.</summary>
    public static IReadOnlyList<string> SlowMember(int seed, SwimOptions options)
    {
        var world = new GossipWorld(seed, 3 + (seed % 5), options, new Weather(Loss: 0.01, MaxDelay: L * 0.08));
        var slow = world.Nodes[world.Random.Next(world.Nodes.Length)];
        world.Checks.MayDie = slow.Id;
        world.Checks.NobodyDies = true;
        world.StartAll();
        Joins(world);
        for (var pause = 0; pause < 10; pause++)
        {
            // It wakes up, and perhaps has just time to suspect somebody whose answer it has not read, before it stops again.
            var first = world.Random.NextDouble() * 3 * L;
            world.Pause(slow, first);
            world.Run(first + (world.Random.NextDouble() * L / 100));
            world.Pause(slow, world.Random.NextDouble() * 3 * L);
            world.Run((3 + world.Random.NextDouble()) * L);
        }

        Within(world, MergeBound, world.Checks.AllSeeAll);
        return world.Checks.Breaches;
    }

    /// <summary>One member is heard by all and hears nobody: it holds all others dead and says so. Nobody may believe it.</summary>
    public static IReadOnlyList<string> DeafMember(int seed, SwimOptions options)
    {
        var world = new GossipWorld(seed, 3 + (seed % 6), options, Weather.Fair with { Loss = 0.02 });
        var deaf = world.Nodes[world.Random.Next(world.Nodes.Length)];
        (world.Checks.NobodyDies, world.Checks.MayDie, world.Checks.Deaf) = (true, deaf.Id, deaf.Id);
        world.StartAll();
        Joins(world);
        foreach (var other in world.Nodes.Where(n => n != deaf))
        {
            world.Cut(other, deaf);
        }

        world.Run(40 * L);
        if (world.Checks.ConfirmedByAllBut(deaf) is { } breach)
        {
            world.Checks.Breaches.Add(breach);
        }

        world.Heal();
        world.Weather = Weather.Fair;
        Settles(world);
        return world.Checks.Breaches;
    }

    /// <summary>
    /// Everybody hears a path that is cut between two members by way of the others: nobody is even suspected in vain for long.
    /// </summary>
    public static IReadOnlyList<string> OnePathCut(int seed, SwimOptions options)
    {
        var world = new GossipWorld(seed, 3 + (seed % 3), options, Weather.Fair);
        world.Checks.NobodyDies = true;
        world.StartAll();
        Joins(world);
        world.Run(2 * L);
        world.Cut(world.Nodes[0], world.Nodes[1]);
        if (seed % 2 == 0)
        {
            world.Cut(world.Nodes[1], world.Nodes[0]);
        }

        world.Run(40 * L);
        if (world.Checks.FalseSuspicions > 0)
        {
            world.Checks.Breaches.Add($"indirect probes: {world.Checks.FalseSuspicions} suspicions though a third member reaches both");
        }

        return world.Checks.Breaches;
    }

    /// <summary>
    /// How long a death may take to be known by all in rough weather: twice the fair-weather bound (2n − 1 periods to be probed, one to
    /// fail,
    /// the longest time to object would follow where nobody else found the same, and in rings above three somebody always does).
    /// </summary>
    public static TimeSpan DeathBound(GossipWorld world, SwimOptions options)
    {
        var n = world.Nodes.Length;
        return (options.Period * ((2 * n) - 1 + 1 + 3)) + (options.SuspicionMin(n) * 2);
    }

    /// <summary>After healing all hold all alive: a few rejoin periods, an exchange, and the slowest prober's way back to health.</summary>
    public static TimeSpan MergeBound => 15 * L;

    private static void Trouble(GossipWorld world, double[] weights)
    {
        var node = world.Nodes[world.Random.Next(world.Nodes.Length)];
        var other = world.Nodes[world.Random.Next(world.Nodes.Length)];
        var choice = Pick(world.Random, weights);
        if (node.Swim is null)
        {
            node.Address = choice == 5 ? node.Address with { Host = $"10.1.0.{world.Random.Next(1, 200)}" } : node.Address;
            world.Start(node);
            return;
        }

        switch (choice)
        {
            case 0:
                world.Pause(node, world.Random.NextDouble() * 6 * L);
                break;
            case 1:
                world.Split(Enumerable.Range(0, world.Nodes.Length).Where(_ => world.Random.Next(2) == 0).ToHashSet());
                break;
            case 2:
                world.Cut(node, other);
                break;
            case 3:
                world.Heal();
                break;
            case 4 or 5:
                world.Crash(node);
                break;
            default:
                node.ClusterId = $"c{world.Random.Next(1000)}";
                world.Do(node, (swim, now) => swim.SetFacts(now, swim.Self.Facts with { ClusterId = node.ClusterId }));
                break;
        }
    }

    private static int Pick(Random random, double[] weights)
    {
        var at = random.NextDouble() * weights.Sum();
        for (var i = 0; i < weights.Length; i++)
        {
            at -= weights[i];
            if (at < 0)
            {
                return i;
            }
        }

        return weights.Length - 1;
    }

    private static void Joins(GossipWorld world) => Within(world, MergeBound, world.Checks.AllSeeAll);

    private static void Settles(GossipWorld world)
    {
        var paused = world.Running.Select(n => n.PausedUntil).Max();
        world.Run(paused > world.Now ? paused - world.Now : TimeSpan.Zero);
        Within(world, MergeBound, world.Checks.AllSeeAll);
        Within(world, MergeBound, world.Checks.FactsConverged);
        foreach (var dead in world.Nodes.Where(n => n.Swim is null))
        {
            Within(world, DeathBound(world, Lan) * 2, () => world.Checks.ConfirmedByAll(dead));
        }

        // Probes begun before the calm end first, those of a member that is not well late.
        world.Run(Lan.Period * (Lan.MaxHealthScore + 1));
        for (var after = 0; after < 40; after++)
        {
            world.Run(0.5 * L);
            if ((world.Checks.AllSeeAll() ?? world.Checks.FactsConverged()) is { } breach)
            {
                world.Checks.Breaches.Add($"for ever after: {breach}");
                return;
            }
        }
    }

    private static void Within(GossipWorld world, TimeSpan bound, Func<string?> breach)
    {
        var from = world.Now;
        if (!world.RunUntil(() => breach() is null, bound))
        {
            world.Checks.Breaches.Add($"{breach()} (after {bound.TotalSeconds:0.0} s)");
        }

        world.Longest = TimeSpan.FromTicks(Math.Max(world.Longest.Ticks, (world.Now - from).Ticks));
    }
}
