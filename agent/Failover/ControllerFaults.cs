namespace MySqlHa.Failover;

/// <summary>Rules of the controller switched off by tests, as <see cref="DutyFaults"/>.</summary>
public sealed record ControllerFaults
{
    public static readonly ControllerFaults None = new();

    public bool CountDoubtful { get; init; }
    public bool OnePromiseLess { get; init; }
    public bool OpenBeforeApplied { get; init; }

    /// <summary>A leader behind the first epoch need not hold what the first leader brought.</summary>
    public bool ForgetAdopted { get; init; }
}
