using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// Two clusters of two groups in one ring, each under faults of its own, and now and then cut apart. They share gossip and nothing else.
/// </summary>
internal sealed class RingOfGroups
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(1);
    private readonly Random _random;
    private Instant _now = Instant.Zero;

    public RingOfGroups(int seed, Mutation? mutation = null, bool verbose = false, Weights? weights = null)
    {
        _random = new Random(seed);

        // Half of the rings are such that nobody knows any of its own group at first.
        var apart = seed % 2 == 0;
        First = new World(seed * 2, weights ?? Weights.Draw(seed * 2), mutation, verbose, PlaceOf("production", 0, apart));
        Second = new World((seed * 2) + 1, weights ?? Weights.Draw((seed * 2) + 1), mutation, verbose, PlaceOf("staging", 1, apart));
        (First.Neighbour, Second.Neighbour) = (Second, First);
    }

    public World First { get; }

    public World Second { get; }

    public IReadOnlyList<World> Both => [First, Second];

    /// <summary>The world in which a checker spoke; else the first.</summary>
    public World Found => Second.Checkers.Violation is null ? First : Second;

    public static RingOfGroups Run(int seed, Mutation? mutation = null, bool verbose = false)
    {
        var ring = new RingOfGroups(seed, mutation, verbose);
        ring.Start(TimeSpan.FromSeconds(seed % 3 * 3));
        ring.For(TimeSpan.FromSeconds(16));
        foreach (var world in ring.Both)
        {
            new FaultPlan(world).Start();
        }

        ring.CutNowAndThen(TimeSpan.FromSeconds(12));
        ring.Settle();
        return ring;
    }

    /// <summary>Both start, the second group so much later.</summary>
    public void Start(TimeSpan later)
    {
        foreach (var world in Both)
        {
            var wait = world == Second ? (int)later.TotalMicroseconds : 0;
            foreach (var node in world.Nodes.ToList())
            {
                world.After(wait + world.Random.Next(1, 300_000), node.StartAgent);
            }

            foreach (var writer in world.Writers)
            {
                writer.Start();
            }
        }
    }

    public void For(TimeSpan time) => _ = Until(() => false, time);

    /// <summary>Both clocks go in step. False where it never held, or a checker spoke.</summary>
    public bool Until(Func<bool> holds, TimeSpan within)
    {
        for (var end = _now + within; _now < end && Both.All(w => w.Checkers.Violation is null);)
        {
            _now += Slice;
            _ = First.Run(_now);
            _ = Second.Run(_now);
            if (_now.Micros % 50_000 == 0 && holds())
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Heals everything; both must come together, with nothing lost, and see each other.</summary>
    public void Settle()
    {
        Cut(false);
        foreach (var world in Both)
        {
            world.Heal();
        }

        For(TimeSpan.FromSeconds(3));
        foreach (var writer in Both.SelectMany(w => w.Writers))
        {
            writer.Stopped = true;
        }

        if (!Until(() => WhyNot() is null, TimeSpan.FromSeconds(60)) && Both.All(w => w.Checkers.Violation is null))
        {
            First.Checkers.Fail("Converges", $"60 s after all faults ended: {WhyNot()}");
        }

        foreach (var world in Both.Where(w => Both.All(b => b.Checkers.Violation is null)))
        {
            world.Checkers.AllThere();
        }
    }

    public void Cut(bool cut) => (First.NeighbourCut, Second.NeighbourCut) = (cut, cut);

    private string? WhyNot() => First.Checkers.WhyNotConverged() ?? Second.Checkers.WhyNotConverged()
        ?? First.Checkers.WhyNeighbourIsNotSeen(Second) ?? Second.Checkers.WhyNeighbourIsNotSeen(First);

    private void CutNowAndThen(TimeSpan time)
    {
        for (var end = _now + time; _now < end && Both.All(w => w.Checkers.Violation is null);)
        {
            Cut(_random.Next(2) == 0);
            For(TimeSpan.FromMilliseconds(_random.Next(500, 6000)));
        }
    }

    private static GroupPlace PlaceOf(string group, int number, bool apart) =>
        new(group, number, 2)
        {
            OnlySeeds = apart ? [$"10.0.{1 - number}.1"] : [$"10.0.{1 - number}.1", .. Enumerable.Range(1, 7).Select(n => $"10.0.{number}.{n}")],
        };
}
