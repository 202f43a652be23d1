namespace MySqlHa.Tests.Simulation;

/// <summary>How a seed's cluster changes while faults go on.</summary>
internal sealed record MembershipWeights
{
    /// <summary>Nodes that come to the cluster after it was founded.</summary>
    public required int Newcomers { get; init; }

    /// <summary>Mean seconds between two operators' wishes.</summary>
    public required double WishEvery { get; init; }
    public required double Voters { get; init; }
    public required double Remove { get; init; }

    /// <summary>Machines are destroyed and replaced. Never together with power losses: two disks lost are more than is promised.</summary>
    public required double Replace { get; init; }

    /// <summary>How likely the leaving node's agent freezes, its receiver runs on, and the leader dies then.</summary>
    public required double Ambush { get; init; }

    /// <summary>Only one follower receives for a while; then it and the leader die together.</summary>
    public required double LoneAcker { get; init; }

    /// <summary>Operators wish who shall vote; and they add newcomers that know nobody.</summary>
    public double Votes { get; init; }

    /// <summary>Few faults but those that strike a changing cluster: what a mutant of these rules dies of soonest.</summary>
    public static (Weights, MembershipWeights) DrawEager(int seed)
    {
        var (weights, membership) = Draw(seed);
        return (
            weights with
            {
                Nodes = 3, Writers = 3, FaultEvery = 4, HostCrash = 0, PowerOff = 0, Freeze = 0, Reinit = 0, Loss = 0, EffectFailure = 0,
                Partition = 0, ControlCut = 0, OneWayCut = 0, DataCut = 0, AgentCrash = 0, MysqldKill = 1,
            },
            membership with { Newcomers = 3, WishEvery = 1, Voters = 1, Remove = 1, Replace = 0, Ambush = 1, LoneAcker = 1.5 });
    }

    public static (Weights, MembershipWeights) Draw(int seed)
    {
        var random = new Random(seed ^ 0x4d454d42);
        var replaces = random.Next(3) == 0;
        var calm = random.Next(3) == 0;
        var weights = Weights.Draw(seed) with
        {
            Nodes = random.Next(4) == 0 ? 5 : 3,
            Duration = TimeSpan.FromSeconds(14 + (10 * random.NextDouble())),
        };
        if (calm)
        {
            weights = weights with
            {
                FaultEvery = 3, HostCrash = 0, PowerOff = 0, Freeze = 0, Partition = 0.5, ControlCut = 0, OneWayCut = 0, Reinit = 0,
                EffectFailure = 0, Loss = 0,
            };
        }

        return (replaces ? weights with { HostCrash = 0, PowerOff = 0, Reinit = 0 } : weights, new MembershipWeights
        {
            Newcomers = random.Next(0, 4),
            WishEvery = 0.7 + (3 * random.NextDouble()),
            Voters = random.Next(4) == 0 ? 0 : 1,
            Remove = random.Next(3) == 0 ? 0 : 1,
            Replace = replaces ? 1 : 0,
            Ambush = random.Next(2) == 0 ? 0 : 0.5,
            LoneAcker = random.Next(2) == 0 ? 0 : 0.7,
            Votes = random.Next(2) == 0 ? 0 : 1.5,
        });
    }
}
