namespace MySqlHa.Configuration;

/// <summary>The address for clients that a node offers. Ports 1 to 65535, both different from the node's others.</summary>
/// <param name="Listen">An IP address of this node, or a wildcard.</param>
/// <param name="ReadWrite">The port to the leader.</param>
/// <param name="ReadOnly">The port to followers.</param>
/// <param name="MaxConnections">Clients at once, 1 to 100,000.</param>
/// <param name="Threads">That carry clients' bytes, 1 to 64.</param>
/// <param name="MaxLag">A follower further behind gets no new readers; 0.1 s to an hour.</param>
public sealed record ProxySettings(string Listen, int ReadWrite, int ReadOnly, int MaxConnections, int Threads, TimeSpan MaxLag);
