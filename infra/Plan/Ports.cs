namespace MySqlHa.Infra.Plan;

/// <summary>The ports of every node; the agent's own defaults.</summary>
public static class Ports
{
    public const int Ssh = 22;

    /// <summary>Census and API.</summary>
    public const int Http = 9631;

    /// <summary>Gossip (udp) and ring connections (tcp).</summary>
    public const int Ring = 9638;

    public const int Mysql = 3306;

    /// <summary>Leads to the leader, on every node and on the load balancer. MySQL Router's numbers, this and the next.</summary>
    public const int Writers = 6446;

    /// <summary>Leads to the followers.</summary>
    public const int Readers = 6447;
}
