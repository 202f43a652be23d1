using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using MySqlHa.Membership;

namespace MySqlHa.Core;

/// <summary>
/// The ring may hold several service groups. Gossip is all they share: who is of another group counts nowhere here, is asked nothing and
/// told nothing.
/// </summary>
public sealed partial class NodeCore
{
    private bool IsOfThisGroup(MemberRecord member) => member.Facts.Group == _options.Group.Group;

    /// <summary>
    /// What only members of one cluster have to say to each other, from a node that is none of this one: its epochs, and its numbers,
    /// are others. It would have to take this node for one of its own, as where a machine went to another group with its id.
    /// </summary>
    private bool IsOfNoConcern(NodeId from, PeerMessage message) =>
        message is LeaseAsk or LeaseAnswer or RestAsk or FreshAsk or FreshAnswer or OperatorAsk or AuditFrame or DrillBlow
        && from != _options.Self && !IsMember(from) && !Voters.Contains(from);

    /// <summary>Worth a line in the log, and a look at the routes.</summary>
    private bool ConcernsThisGroup(MemberChange change) =>
        (IsOfThisGroup(change.After) || (change.Before is { } before && IsOfThisGroup(before))) && !OnlyTellsWhetherLeading(change);

    private static bool OnlyTellsWhetherLeading(MemberChange change) =>
        change is { Before: { Status: MemberStatus.Alive } before, After: { Status: MemberStatus.Alive } after }
        && before.Facts.Leads != after.Facts.Leads && before.Address == after.Address
        && before.Facts with { Leads = after.Facts.Leads } == after.Facts;

    /// <summary>For the other groups of the ring; this one has the log for it.</summary>
    private void TellWhetherLeading()
    {
        var leads = _mysqld is { Duty: MysqldDuty.Leading, Status: { Writable: true, OfflineMode: false } } ? _mysqld.DutyEpoch : 0;
        if (leads != _swim.Self.Facts.Leads)
        {
            _swim.SetFacts(_now, _swim.Self.Facts with { Leads = leads });
        }
    }

    /// <summary>What gossip tells of each group, in the order of their names. None of it changes: another thread may read it.</summary>
    private Lazy<ImmutableArray<GroupView>> Groups()
    {
        var members = _swim.Members;
        return new Lazy<ImmutableArray<GroupView>>(() =>
        [
            .. members.Where(m => m.Status != MemberStatus.Departed).GroupBy(m => m.Facts.Group)
                .OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => GroupViewOf(new ServiceGroup(g.Key), [.. g])),
        ]);
    }

    /// <summary>Of two that say that they lead, who leads the later epoch does; who leads the earlier one has not noticed yet.</summary>
    private GroupView GroupViewOf(ServiceGroup group, ImmutableArray<MemberRecord> members)
    {
        var living = members.Where(m => m.Status is MemberStatus.Alive or MemberStatus.Suspect).ToList();
        var leader = living.Where(m => m.Facts.Leads > 0).OrderByDescending(m => m.Facts.Leads).ThenBy(m => m.Id).FirstOrDefault();
        var clusters = members.Select(m => m.Facts.ClusterId).Where(c => c.Length > 0).Distinct().Order(StringComparer.Ordinal).ToImmutableArray();
        return new GroupView(
            group,
            clusters,
            clusters.IsEmpty ? ElectionStatus.None : leader is not null ? ElectionStatus.Finished
                : living.Count == 0 ? ElectionStatus.NoQuorum : ElectionStatus.Running,
            leader?.Id,
            leader?.Facts.Leads ?? 0,
            [
                .. members.OrderBy(m => MemberOrder.Key(m.Address.Host), StringComparer.Ordinal).ThenBy(m => m.Address.RingPort).ThenBy(m => m.Id)
                    .Select(m => new GroupMemberView(
                        m.Id, m.Facts.Name, m.Address, Liveness(m.Id, m), m.Facts.ClusterId, m.Facts.AgentVersion, m.Facts.Leads)),
            ]);
    }
}
