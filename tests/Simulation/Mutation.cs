using MySqlHa.Core;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation;

/// <summary>Which rule is switched off in a run; by default none.</summary>
internal sealed record Mutation
{
    public static readonly Mutation None = new();

    public DutyFaults Duty { get; init; } = DutyFaults.None;
    public ControllerFaults Controller { get; init; } = ControllerFaults.None;
    public CoreFaults Core { get; init; } = CoreFaults.None;

    /// <summary>A cloned server keeps its server_uuid: identifiers of a discarded tail come to be used again.</summary>
    public bool KeepUuid { get; init; }
}
