namespace MySqlHa.Tests.Consensus.Simulation;

/// <summary>
/// What may go wrong in one seed. Each kind is off in about half of the seeds, so that runs differ in kind and not only in
/// order: a fault that heals another one hides nothing where the other is off.
/// </summary>
internal sealed record SwarmWeights
{
    public required int Voters { get; init; }

    public required int Spares { get; init; }

    public required double Loss { get; init; }

    public required double Duplicates { get; init; }

    public required double Stragglers { get; init; }

    public required long MaxDelay { get; init; }

    public required bool InOrder { get; init; }

    public required long SyncDelay { get; init; }

    public required double Drift { get; init; }

    /// <summary>How likely a node dies just after it synced and sent something.</summary>
    public required double DeathAfterSync { get; init; }

    /// <summary>Longest time that a node stays down.</summary>
    public required long MaxDown { get; init; }

    /// <summary>Proposals at a time.</summary>
    public required int Burst { get; init; }

    /// <summary>Nodes compact their logs when they grow to this.</summary>
    public required int CompactAt { get; init; }

    public required int EntriesPerMessage { get; init; }

    public required long ChaosMicros { get; init; }

    /// <summary>Mean time between two disturbances.</summary>
    public required long Pace { get; init; }

    /// <summary>Mean time between two client operations.</summary>
    public required long ClientPace { get; init; }

    public required IReadOnlyList<(Disturbance Kind, int Weight)> Disturbances { get; init; }

    public static SwarmWeights Draw(Random random)
    {
        var narrow = random.Next(4) == 0;
        double Maybe(double most) => random.Next(2) == 0 ? 0 : random.NextDouble() * most;
        var disturbances = Enum.GetValues<Disturbance>()
            .Where(_ => random.Next(2) == 0)
            .Select(kind => (kind, random.Next(1, 10)))
            .ToList();
        return new SwarmWeights
        {
            Voters = random.Next(5) switch { 0 or 1 or 2 => 3, 3 => 5, _ => 7 },
            Spares = random.Next(3),
            Loss = Maybe(0.2),
            Duplicates = Maybe(0.2),
            Stragglers = Maybe(0.1),
            MaxDelay = random.Next(3) switch { 0 => 500, 1 => 5_000, _ => 40_000 },
            InOrder = random.Next(2) == 0,
            SyncDelay = random.Next(3) switch { 0 => 0, 1 => 1_000, _ => 20_000 },
            Drift = Maybe(0.05),
            DeathAfterSync = Maybe(0.03),
            MaxDown = random.Next(2) == 0 ? 30_000 : 1_000_000,
            Burst = random.Next(2) == 0 ? 1 : 12,
            CompactAt = random.Next(3) switch { 0 => 2, 1 => 20, _ => int.MaxValue },
            EntriesPerMessage = random.Next(3) switch { 0 => 1, 1 => 4, _ => 64 },
            ChaosMicros = narrow ? 1_500_000 : 4_000_000,
            Pace = narrow ? 300_000 : random.Next(60_000, 400_000),
            ClientPace = narrow ? 400_000 : random.Next(10_000, 150_000),
            Disturbances = disturbances.Count == 0 ? [(Disturbance.Crash, 1)] : disturbances,
        };
    }
}

/// <summary>Things that a seed does to its cluster.</summary>
internal enum Disturbance
{
    Crash,
    CrashAll,
    Restart,
    Split,
    CutOneWay,
    Isolate,
    IsolateLeader,
    Heal,
    Freeze,
    Transfer,
    AddVoter,
    RemoveVoter,
    AddLearner,
    RemoveLearner,
    Compact,
}
