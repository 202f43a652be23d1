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

    /// <summary>Of the load balancer: leads to the leader. MySQL Router's numbers, this and the next.</summary>
    public const int Writers = 6446;

    /// <summary>Of the load balancer: leads to the followers.</summary>
    public const int Readers = 6447;
}
