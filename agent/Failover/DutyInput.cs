using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>All that the duty decision may know.</summary>
public sealed record DutyInput
{
    public required NodeId Self { get; init; }

    /// <summary>Its address, for people.</summary>
    public string Host { get; init; } = "";
    public required ClusterState State { get; init; }
    public required LocalRecord Local { get; init; }
    public required MysqldView Mysqld { get; init; }
    public required string BootId { get; init; }

    /// <summary>This node holds the lease for the epoch it led last.</summary>
    public required bool LeaseHeld { get; init; }

    /// <summary>A majority was asked for the epochs since mysqld last stopped, and the answer is applied (R10).</summary>
    public required bool Fresh { get; init; }

    /// <summary>The newest report of each member, as far as it still says something.</summary>
    public required ImmutableSortedDictionary<NodeId, MemberReport> Reports { get; init; }

    /// <summary>An operator wants this node's data made anew.</summary>
    public bool ReinitAsked { get; init; }

    /// <summary>The node's disk is full: its mysqld can write nothing more.</summary>
    public bool DiskFull { get; init; }

    /// <summary>Its disk ran out while this mysqld ran, and has room again: mysqld looks whether it has once a minute only.</summary>
    public bool WaitsForRoom { get; init; }

    /// <summary>The node's guard is missing: nobody would fence its mysqld if its agent froze.</summary>
    public bool Unguarded { get; init; }

    /// <summary>mysqld ended, or this agent started, so lately that the next leader may still be on its way.</summary>
    public bool SuccessorMayCome { get; init; }

    /// <summary>Who hands over: the others have heard of the next leader, or had time to.</summary>
    public bool SuccessorIsKnown { get; init; } = true;

    /// <summary>The epoch was handed over so lately that its leader's first commit is not overdue.</summary>
    public bool HandedOverLately { get; init; } = true;

    /// <summary>This agent started so lately that a member without a report may be as able as any.</summary>
    public bool ReportsMayCome { get; init; }

    /// <summary>
    /// What <see cref="DataCheck.DifferenceOf"/> says has been the same for a while: the two were not merely read at different times.
    /// </summary>
    public bool DifferenceStands { get; init; }

    /// <summary>A marker of the epoch that this node leads was acknowledged by W.</summary>
    public bool MarkerAcknowledged { get; init; }

    /// <summary>This node as leader: see <see cref="MemberReport.MarkedAfter"/>.</summary>
    public ImmutableSortedDictionary<NodeId, ReportStamp> MarkedAfter { get; init; } = ImmutableSortedDictionary<NodeId, ReportStamp>.Empty;

    /// <summary>This node as follower: see <see cref="MemberReport.AttachedAt"/>.</summary>
    public ReportStamp AttachedAt { get; init; }

    /// <summary>Relay logs are synced before they are acknowledged (durability: power), so a power loss takes none along.</summary>
    public bool ReceiptsSurvivePowerLoss { get; init; }

    public DutyFaults Faults { get; init; } = DutyFaults.None;
}
