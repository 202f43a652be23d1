namespace MySqlHa.Configuration;

/// <summary>The three ports of a node, all on its listen address, all different. 1 to 65535.</summary>
/// <param name="Ring">Gossip (udp) and ring connections (tcp).</param>
/// <param name="Http">Census and API.</param>
/// <param name="Mysql">mysqld.</param>
public sealed record NodePorts(int Ring = 9638, int Http = 9631, int Mysql = 3306);
