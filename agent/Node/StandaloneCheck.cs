using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Consensus;
using MySqlHa.Failover;
using MySqlHa.Storage;

namespace MySqlHa.Node;

/// <summary>
/// A node among others does not become one alone by another word in its configuration: the others count on it, or hold commits that it
/// lacks.
/// </summary>
internal static class StandaloneCheck
{
    /// <summary>Throws <see cref="StorageException"/> where the topology is standalone and this node's files know of others.</summary>
    public static void Require(AgentOptions options, NodeId self, LocalRecord local, RaftPersistent kept)
    {
        if (options.Topology == Topology.Standalone && Others(self, local, kept) is { Length: > 0 } others)
        {
            throw new StorageException(
                $"topology standalone: this node is a member of a cluster ({others}), and a cluster does not shrink to one node. Start it"
                + " with topology leader, or give one that shall be alone an empty data directory");
        }
    }

    private static string Others(NodeId self, LocalRecord local, RaftPersistent kept)
    {
        var configuration = new RaftLog(kept.Snapshot, kept.Entries).Configuration;
        var others = configuration.Voters.Union(configuration.Learners).Remove(self);
        return !others.IsEmpty ? $"with {string.Join(", ", others.Select(n => n.Short))}"
            : local is { ClusterId.Length: > 0, Joined: true } && !configuration.Voters.Contains(self) ? "that it joined"
            : local is { ClusterId: "", Pledge: { } pledge } && pledge.Members.Any(m => m.Id != self)
                ? $"that it helps to found, with {string.Join(", ", pledge.Members.Where(m => m.Id != self).Select(m => m.Address.Host))}"
            : "";
    }
}
