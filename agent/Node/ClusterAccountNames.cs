using MySqlHa.Cluster;
using MySqlHa.Replication;
using MySqlHa.Ring;

namespace MySqlHa.Node;

/// <summary>
/// The MySQL accounts of a cluster, the same on all nodes: names are fixed, passwords derive from the cluster's secret, so none
/// is ever sent or stored but the application's.
/// </summary>
internal sealed class ClusterAccountNames(byte[] secret, string clientUser)
{
    public MysqlAccount Agent => Account("mysqlha_agent", "agent");

    public MysqlAccount Cloning => Account("mysqlha_clone", "clone");

    public MysqlAccount Application => Account(clientUser, "application");

    public MysqlAccount Election => Account("mysqlha_election", "election");

    /// <summary>One account per node (R5): the leader can lock out one node without touching another.</summary>
    public MysqlAccount Replication(NodeId node) => Account($"mysqlha_r_{node.Hex[..16]}", $"replication {node.Hex}");

    /// <summary>What a new data directory starts with: the accounts and the marker's table, outside the binary log.</summary>
    public string InitialSql(IReadOnlyList<NodeId> members)
    {
        var first = new ClusterAccounts(Agent, Replication(members[0]), Cloning, Application, Election);
        var others = members.Skip(1).SelectMany(m => BootstrapSql.ReplicationAccount(Replication(m)));
        return BootstrapSql.Render(first) + string.Concat(others.Select(s => s + ";\n"));
    }

    /// <summary>The same for data that a node brings: it has accounts of its own, and maybe these from an earlier attempt.</summary>
    public IReadOnlyList<string> AdoptionSql(IReadOnlyList<NodeId> members) =>
    [
        .. BootstrapSql.Statements(new ClusterAccounts(Agent, Replication(members[0]), Cloning, Application, Election)),
        .. members.Skip(1).SelectMany(m => BootstrapSql.ReplicationAccount(Replication(m))),
        .. members.Select(m => BootstrapSql.RenewReplicationAccount(Replication(m))),
    ];

    private MysqlAccount Account(string user, string purpose) => new(user, Passwords.Derive(secret, purpose));
}
