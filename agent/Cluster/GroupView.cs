using System.Collections.Immutable;

namespace MySqlHa.Cluster;

/// <summary>A service group of the ring, as gossip tells of it to every member of the ring, whatever its group.</summary>
/// <param name="Clusters">Their ids: none, until one is founded; more than one, where nodes of this group were founded apart.</param>
/// <param name="Election">Finished while somebody says that it leads. Nobody does: running, for how many votes are missing cannot be told
/// from outside; no quorum where nobody lives.</param>
/// <param name="Leader">Who says that it leads, writable, in the latest epoch, and is not confirmed dead; null: nobody.</param>
/// <param name="Epoch">The one that it leads; 0: none.</param>
/// <param name="Members">In the order of addresses, without who departed.</param>
public sealed record GroupView(
    ServiceGroup Group,
    ImmutableArray<string> Clusters,
    ElectionStatus Election,
    NodeId? Leader,
    long Epoch,
    ImmutableArray<GroupMemberView> Members);

/// <param name="Leads">The epoch that it says it leads; 0: none.</param>
public sealed record GroupMemberView(
    NodeId Id, string Name, NodeAddress Address, MemberLiveness Liveness, string ClusterId, string AgentVersion, long Leads);
