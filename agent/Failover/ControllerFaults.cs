namespace MySqlHa.Failover;

/// <summary>Rules of the controller switched off by tests, as <see cref="DutyFaults"/>.</summary>
public sealed record ControllerFaults
{
    public static readonly ControllerFaults None = new();

    public bool CountDoubtful { get; init; }
    public bool OnePromiseLess { get; init; }
    public bool OpenBeforeApplied { get; init; }

    /// <summary>A leaving voter is removed while the current epoch still counts on its acknowledgements and its promise.</summary>
    public bool RemoveWithoutNewEpoch { get; init; }

    /// <summary>A newcomer votes at once, whatever it holds.</summary>
    public bool AddVoterEarly { get; init; }

    /// <summary>New ackers are written into the open epoch instead of a new one.</summary>
    public bool ChangeAckersInPlace { get; init; }
}
