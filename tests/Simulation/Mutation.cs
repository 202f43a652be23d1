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
    public EffectFaults Effects { get; init; } = EffectFaults.None;
}
