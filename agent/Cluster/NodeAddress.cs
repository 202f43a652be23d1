using System.Text.Json.Serialization;

namespace MySqlHa.Cluster;

/// <summary>Where a node is reached: one host and its three ports.</summary>
/// <param name="Host">An IP address (what peers connect to).</param>
/// <param name="RingPort">Gossip (udp) and ring connections (tcp); 9638 unless configured.</param>
/// <param name="HttpPort">Census and API; 9631 unless configured.</param>
/// <param name="MysqlPort">mysqld; 3306 unless configured.</param>
public sealed record NodeAddress(
    string Host,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int RingPort = 9638,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int HttpPort = 9631,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int MysqlPort = 3306)
{
    public override string ToString() => Host;
}
