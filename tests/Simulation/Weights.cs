using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// What one seed's run is made of. Each seed draws its own weights (swarm testing): a run that crashes everything finds other
/// things than one that only loses messages, and narrow runs find what wide ones miss.
/// </summary>
internal sealed record Weights
{
    public required int Nodes { get; init; }
    public required double Loss { get; init; }
    public required double Duplication { get; init; }

    /// <summary>Longest one-way delay of a control message, in microseconds; drawn with a heavy tail.</summary>
    public required int DelayMicros { get; init; }
    public required double Drift { get; init; }
    public required int Writers { get; init; }

    /// <summary>Mean seconds between two faults; and how likely each kind is, relative to the others.</summary>
    public required double FaultEvery { get; init; }
    public required double AgentCrash { get; init; }
    public required double MysqldKill { get; init; }
    public required double HostCrash { get; init; }
    public required double Partition { get; init; }
    public required double OneWayCut { get; init; }
    public required double DataCut { get; init; }
    public required double ControlCut { get; init; }
    public required double Freeze { get; init; }
    public required double Switchover { get; init; }
    public required double Failover { get; init; }
    public required double Reinit { get; init; }
    public required double PowerOff { get; init; }

    /// <summary>How likely an effect on mysqld fails or hangs.</summary>
    public required double EffectFailure { get; init; }

    /// <summary>Longest time to apply one transaction, in microseconds: slow appliers hold a candidate back.</summary>
    public required int ApplyMicros { get; init; }

    /// <summary>How likely a follower's applier stands still for a while.</summary>
    public required double ApplierStall { get; init; }
    public required TimeSpan Duration { get; init; }

    /// <summary>How likely an agent is restarted on purpose.</summary>
    public required double AgentRestart { get; init; }

    public static Weights Draw(int seed)
    {
        var random = new Random(seed);
        double Sometimes(double chance, double weight) => random.NextDouble() < chance ? weight * (0.25 + random.NextDouble()) : 0;
        var wide = random.NextDouble() < 0.6;
        return new Weights
        {
            Nodes = random.Next(10) switch { < 7 => 3, < 9 => 5, _ => 7 },
            Loss = Sometimes(0.5, 0.1),
            Duplication = Sometimes(0.3, 0.1),
            DelayMicros = random.Next(3) switch { 0 => 400, 1 => 5_000, _ => 60_000 },
            Drift = random.NextDouble() < 0.5 ? 0 : 0.009 * random.NextDouble(),
            Writers = random.Next(4) == 0 ? 1 : 3,
            FaultEvery = wide ? 0.3 + random.NextDouble() : 1 + (3 * random.NextDouble()),
            AgentCrash = Sometimes(wide ? 0.7 : 0.25, 2),
            MysqldKill = Sometimes(wide ? 0.7 : 0.3, 2),
            HostCrash = Sometimes(wide ? 0.6 : 0.25, 2),
            Partition = Sometimes(wide ? 0.7 : 0.3, 2),
            OneWayCut = Sometimes(wide ? 0.5 : 0.2, 1.5),
            DataCut = Sometimes(wide ? 0.5 : 0.25, 1.5),
            ControlCut = Sometimes(wide ? 0.5 : 0.25, 1.5),
            Freeze = Sometimes(wide ? 0.5 : 0.2, 1.5),
            Switchover = Sometimes(wide ? 0.5 : 0.3, 2),
            Failover = Sometimes(wide ? 0.3 : 0.1, 1),
            Reinit = Sometimes(wide ? 0.3 : 0.1, 1),
            PowerOff = Sometimes(wide ? 0.2 : 0.1, 0.5),
            EffectFailure = Sometimes(0.3, 0.05),
            ApplyMicros = random.Next(3) switch { 0 => 300, 1 => 3_000, _ => 40_000 },
            ApplierStall = Sometimes(0.3, 0.3),
            Duration = TimeSpan.FromSeconds(8 + (8 * random.NextDouble())),
            AgentRestart = Sometimes(wide ? 0.6 : 0.3, 2),
        };
    }

    /// <summary>As by default, but that an announced absence is short beside a run.</summary>
    public static Timing Timing { get; } = Timing.Lan with { RestLeases = 5 };
}
