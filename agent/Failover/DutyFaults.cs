namespace MySqlHa.Failover;

/// <summary>
/// Rules switched off one at a time, by tests only, to show that a checker notices. Always <see cref="None"/> in a running agent:
/// nothing outside the tests can set another value.
/// </summary>
public sealed record DutyFaults
{
    public static readonly DutyFaults None = new();

    public bool TrustReceiptsAfterReboot { get; init; }
    public bool PromoteBeforeApplied { get; init; }
    public bool KeepSurplus { get; init; }
    public bool ArchiveNothing { get; init; }

    /// <summary>Members that are no ackers acknowledge too.</summary>
    public bool LearnersAcknowledge { get; init; }

    /// <summary>A leader locks nobody out.</summary>
    public bool LetEverybodyIn { get; init; }
}
