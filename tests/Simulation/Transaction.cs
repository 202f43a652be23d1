using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>A transaction of the model: its identifier, what it wrote, and by which server_id. Two transactions of one identifier are a corruption that MySQL would not see.</summary>
internal sealed record Transaction(string Source, long Number, long Content, int ServerId)
{
    public GtidSet Gtid { get; } = GtidSet.Of(Source, Number);
}
