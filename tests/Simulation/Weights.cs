using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// What one seed's run is made of. Each seed draws its own weights (swarm testing): a run that crashes everything finds other
/// things than one that only loses messages, and narrow runs find what wide ones miss.
/// </summary>
internal sealed record Weights
{
    /// <summary>What the run is about, for people.</summary>
    public string Focus { get; init; } = "everything";
    public required int Nodes { get; init; }
    public required double Loss { get; init; }
    public required double Duplication { get; init; }

    /// <summary>Longest one-way delay of a control message, in microseconds; drawn with a heavy tail.</summary>
    public required int DelayMicros { get; init; }
    public required double Drift { get; init; }
    public required int Writers { get; init; }

    /// <summary>Least time between two commits of one writer, in milliseconds; four times as much at most.</summary>
    public int WriteEvery { get; init; } = 20;

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

    /// <summary>How likely an effect on mysqld fails or hangs, until all is healed.</summary>
    public required double EffectFailure { get; init; }

    /// <summary>Longest time to apply one transaction, in microseconds: slow appliers hold a candidate back.</summary>
    public required int ApplyMicros { get; init; }

    /// <summary>How likely a follower's applier stands still for a while.</summary>
    public required double ApplierStall { get; init; }
    public required TimeSpan Duration { get; init; }

    /// <summary>How likely an acknowledgement is lost with its connection, and how likely it comes fifty times as late.</summary>
    public double AckLoss { get; init; } = 0.01;
    public double AckLate { get; init; } = 0.05;

    /// <summary>One node brings data of its own, which the cluster is to begin with.</summary>
    public bool Adopts { get; init; }

    /// <summary>How likely an agent is restarted on purpose.</summary>
    public required double AgentRestart { get; init; }

    /// <summary>How likely an agent that is restarted on purpose comes back with half the lease, or with the whole one again.</summary>
    public double OtherLease { get; init; }

    /// <summary>How likely nodes are tagged, put into maintenance, and the cluster paused for a while.</summary>
    public double Wishes { get; init; }

    public static Weights Draw(int seed)
    {
        var random = new Random(seed);
        return Narrowed(DrawWide(random), random);
    }

    /// <summary>
    /// Two runs in five are about one thing. With little else going on, a window that a wide run closes by its own noise stays open.
    /// </summary>
    private static Weights Narrowed(Weights all, Random random) => random.Next(15) switch
    {
        0 => all.Calm() with
        {
            Focus = "few commits",
            Writers = 1,
            WriteEvery = 500,
            Partition = 2,
            ControlCut = 1,
            DataCut = 2,
            MysqldKill = 1,
            Freeze = 1,
            Switchover = 1,
        },
        1 => all.Calm() with { Focus = "power", HostCrash = 2, PowerOff = 0.7, ApplierStall = all.ApplierStall },
        2 => all.Calm() with { Focus = "operators", Switchover = 1.5, Failover = 2.5, Reinit = 2.5, ApplierStall = all.ApplierStall },
        3 => all.Calm() with { Focus = "partitions", Partition = 2, OneWayCut = 2, DataCut = 2, ControlCut = 2 },
        4 => all.Calm() with
        {
            Focus = "restarts",
            AgentCrash = 3,
            AgentRestart = all.AgentRestart,
            OtherLease = all.OtherLease,
            MysqldKill = 1,
            DataCut = 1,
            Switchover = 3,
            EffectFailure = all.EffectFailure,
        },
        5 => all.Calm() with
        {
            Focus = "hand-overs",
            FaultEvery = 0.4,
            Switchover = 3.5,
            MysqldKill = 0.5,
            AgentCrash = 0.3,
            HostCrash = 0.3,
            DataCut = 0.5,
            ControlCut = 0.3,
            Freeze = 0.5,
            ApplierStall = all.ApplierStall,
            EffectFailure = all.EffectFailure,
        },
        7 => all.Calm() with
        {
            Focus = "wishes",
            Wishes = 2,
            MysqldKill = 1.5,
            AgentCrash = 0.5,
            HostCrash = 0.5,
            DataCut = 0.5,
            ApplierStall = all.ApplierStall,
        },
        6 => all with { Focus = "more nodes", Nodes = random.Next(2) == 0 ? 5 : 7 },
        _ => all,
    };

    /// <summary>The same network, clocks and writers, without a fault.</summary>
    private Weights Calm() => this with
    {
        AgentCrash = 0,
        AgentRestart = 0,
        OtherLease = 0,
        MysqldKill = 0,
        HostCrash = 0,
        Partition = 0,
        OneWayCut = 0,
        DataCut = 0,
        ControlCut = 0,
        Freeze = 0,
        Switchover = 0,
        Failover = 0,
        Reinit = 0,
        PowerOff = 0,
        EffectFailure = 0,
        ApplierStall = 0,
        Wishes = 0,
    };

    private static Weights DrawWide(Random random)
    {
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
            Adopts = random.Next(10) == 0,
            AgentRestart = Sometimes(wide ? 0.6 : 0.3, 2),
            Wishes = Sometimes(wide ? 0.3 : 0.15, 1),
            OtherLease = Sometimes(0.25, 1),
        };
    }

    /// <summary>No fault at all, nothing lost or late, and no writer: for scripts, which bring their own.</summary>
    public static Weights Quiet(int nodes) => DrawWide(new Random(1)).Calm() with
    {
        Focus = "script",
        Adopts = false,
        Nodes = nodes,
        Loss = 0,
        Duplication = 0,
        DelayMicros = 400,
        Drift = 0,
        Writers = 0,
        ApplyMicros = 300,
        AckLoss = 0,
        AckLate = 0,
    };

    /// <summary>As by default, but that an announced absence is short beside a run.</summary>
    public static Timing Timing { get; } = Timing.Lan with { RestLeases = 5 };
}
