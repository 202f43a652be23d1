using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Failover;

/// <summary>A cluster of A, B and C, all voters, for decisions that are set up by hand.</summary>
internal static class ThreeNodes
{
    public static readonly NodeId A = NodeId.Parse(new string('a', 32));
    public static readonly NodeId B = NodeId.Parse(new string('b', 32));
    public static readonly NodeId C = NodeId.Parse(new string('c', 32));

    public static ClusterState Founded => ClusterState.Empty with
    {
        ClusterId = "c",
        Members = new[] { A, B, C }.ToImmutableSortedDictionary(
            n => n, n => new MemberInfo(n, $"n{n.Hex[0]}", new NodeAddress($"10.0.0.{n.Hex[0] - 'a' + 1}"))),
    };

    /// <summary>Open; the other two are its ackers.</summary>
    public static EpochRecord Epoch(long number, NodeId leader) => new()
    {
        Number = number,
        Leader = leader,
        ServerUuid = "x",
        FirstSet = GtidSet.Empty,
        Ackers = ImmutableSortedSet.Create(A, B, C).Remove(leader),
        AcksNeeded = 1,
        OpenReason = "first",
        OpenedAt = 1,
    };

    public static MemberReport Report(NodeId node, GtidSet executed) => new()
    {
        Node = node,
        ClusterId = "c",
        Stamp = new ReportStamp(1, 1),
        BootId = "boot",
        Mysqld = MysqldState.Running,
        Status = new MysqldStatus { ServerUuid = $"uuid of {node}", Executed = executed },
    };
}
