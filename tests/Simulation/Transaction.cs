using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>A transaction of the model: its identifier, and what it wrote. Two transactions of one identifier are a corruption that MySQL would not see.</summary>
internal sealed record Transaction(string Source, long Number, long Content)
{
    public GtidSet Gtid { get; } = GtidSet.Of(Source, Number);
}
