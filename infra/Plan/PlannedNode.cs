namespace MySqlHa.Infra.Plan;

/// <summary>One machine of the plan.</summary>
/// <param name="Name">node1, node2, …: also what the agents call it.</param>
/// <param name="PrivateIp">Stays for as long as the node is in the plan, whichever machine plays it.</param>
public sealed record PlannedNode(string Name, string Zone, string PrivateIp, bool Voter);

/// <summary>The part of the network that is in one zone.</summary>
public sealed record PlannedSubnet(string Zone, string Range);
