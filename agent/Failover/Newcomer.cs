using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>A node that belongs to no cluster and asks to join this one.</summary>
/// <param name="HasData">Its data directory is not empty: whatever that data is, it is not this cluster's.</param>
public sealed record Newcomer(MemberInfo Info, bool HasData);
