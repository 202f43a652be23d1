using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Sandbox;

/// <summary>What <c>status --json</c> prints: a contract with scripts, so fields are added but never changed.</summary>
/// <param name="Leader">Id of the leader; null: none.</param>
/// <param name="Client">Null: the account is not made yet.</param>
public sealed record StatusDocument(string? Leader, IReadOnlyList<NodeDocument> Nodes, ClientAccount? Client)
{
    /// <summary>Roles and health from the view, process ids from this machine.</summary>
    public static StatusDocument Of(
        IReadOnlyList<SandboxNode> nodes,
        IReadOnlyDictionary<SandboxNode, NodeProcesses> processes,
        ClusterView? view,
        ClientAccount? client)
    {
        return new StatusDocument(LeaderOf(view)?.Id.Hex, [.. nodes.Select(One)], client);

        NodeDocument One(SandboxNode node)
        {
            var member = MemberAt(view, node);
            return new NodeDocument(
                member?.Id.Hex,
                node.Ip,
                member?.Role ?? MemberRole.None,
                member?.Health ?? MemberHealth.Unknown,
                node.Address.MysqlPort,
                processes[node].AgentPid,
                processes[node].MysqldPid);
        }
    }

    /// <summary>The leader of a view whose node reaches a majority; a minority's leader is hearsay.</summary>
    public static MemberView? LeaderOf(ClusterView? view) =>
        view is { Leader: { } id } && view.Election != ElectionStatus.NoQuorum ? view.Member(id) : null;

    /// <summary>
    /// The member at a node's address. A machine that was replaced leaves a dead one behind for a while; the living one is meant.
    /// </summary>
    public static MemberView? MemberAt(ClusterView? view, SandboxNode node) => view?.Members.Where(m => m.Address.Host == node.Ip)
        .OrderBy(m => m.Liveness).ThenBy(m => m.Standing is MemberStanding.Stranger or MemberStanding.Removed).FirstOrDefault();

    public string ToJson() => JsonSerializer.Serialize(this, StatusJson.Default.StatusDocument);
}

/// <summary>One node of <see cref="StatusDocument"/>.</summary>
/// <param name="Id">Null: no node that answers has heard of it.</param>
/// <param name="AgentPid">0: not running.</param>
/// <param name="MysqldPid">0: not running.</param>
public sealed record NodeDocument(
    string? Id, string Address, MemberRole Role, MemberHealth Health, int MysqlPort, int AgentPid, int MysqldPid);
