namespace MySqlHa.Infra.Plan;

/// <summary>What an operator asks for; not checked yet.</summary>
public sealed record PlanRequest
{
    public const string DefaultGroup = "production";
    public const int DefaultNodes = 3;
    public const string DefaultNetwork = "10.20.0.0/16";

    /// <summary>Habitat's group: lower-case letters, digits and '-'.</summary>
    public string Group { get; init; } = DefaultGroup;

    /// <summary>3 to 9.</summary>
    public int Nodes { get; init; } = DefaultNodes;

    /// <summary>Private IPv4 network, /16 to /22.</summary>
    public string Network { get; init; } = DefaultNetwork;

    /// <summary>Availability zones: at least three, all different.</summary>
    public required IReadOnlyList<string> Zones { get; init; }

    public PlanPorts Ports { get; init; } = new();
}

/// <summary>The ports of every node. 1 to 65535, all different.</summary>
/// <param name="Ring">Gossip (udp) and ring connections (tcp).</param>
/// <param name="Http">Census and API.</param>
/// <param name="Mysql">mysqld.</param>
public sealed record PlanPorts(int Ring = 9638, int Http = 9631, int Mysql = 3306);
