using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>Orders the reports of one member: <paramref name="Life"/> grows with each start of its agent, <paramref name="Sequence"/> with each report.</summary>
public readonly record struct ReportStamp(long Life, long Sequence) : IComparable<ReportStamp>
{
    public int CompareTo(ReportStamp other) => (Life, Sequence).CompareTo((other.Life, other.Sequence));

    public static bool operator <(ReportStamp left, ReportStamp right) => left.CompareTo(right) < 0;

    public static bool operator >(ReportStamp left, ReportStamp right) => left.CompareTo(right) > 0;

    public static bool operator <=(ReportStamp left, ReportStamp right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ReportStamp left, ReportStamp right) => left.CompareTo(right) >= 0;
}

/// <summary>What a leader held when it had stopped for good.</summary>
public sealed record FinalWord(long Epoch, GtidSet Set);

/// <summary>What a member tells the ring about itself, every heartbeat and at each change.</summary>
public sealed record MemberReport
{
    public required NodeId Node { get; init; }
    public required string ClusterId { get; init; }

    public required ReportStamp Stamp { get; init; }
    public required string BootId { get; init; }
    public required MysqldState Mysqld { get; init; }
    public MysqldStatus? Status { get; init; }
    public Promise? Promise { get; init; }
    public long Led { get; init; }
    public long Released { get; init; }

    /// <summary>The epoch in which this node's receiver or writability was set up on the running mysqld; 0: none.</summary>
    public long RoleEpoch { get; init; }
    public bool Leading { get; init; }

    /// <summary>It follows, and does not have all yet that the leader had when its receiver was last attached.</summary>
    public bool CatchingUp { get; init; }

    /// <summary>The receiver of <see cref="RoleEpoch"/> was running when the report with this stamp was made, and has not been set up anew since.</summary>
    public ReportStamp AttachedAt { get; init; }

    /// <summary>
    /// Whose mysqld answered this node's last connection; null: not measured lately, for there was no reason to, or the agent is older.
    /// </summary>
    public ImmutableSortedSet<NodeId>? Reaches { get; init; }

    /// <summary>Receipts are doubtful (<see cref="Attachment.Whole"/> is false): a marker of the leader settles it.</summary>
    public bool ReceiptsInDoubt { get; init; }

    /// <summary>Leader: by member, the report it had seen when it began the newest marker that was acknowledged.</summary>
    public ImmutableSortedDictionary<NodeId, ReportStamp> MarkedAfter { get; init; } = ImmutableSortedDictionary<NodeId, ReportStamp>.Empty;

    /// <summary>The last epoch in which a marker of this leader was acknowledged by W.</summary>
    public long MarkerAcknowledged { get; init; }

    /// <summary>
    /// This node led that epoch, and held this when its mysqld had become read-only for good: every commit that it acknowledged. Only
    /// of an epoch that was handed over: nothing opens that one again. Null: nothing is to be told.
    /// </summary>
    public FinalWord? Final { get; init; }

    /// <summary>Leader of an epoch that was handed over: what it held when it became writable. Null: it is not, or does not know.</summary>
    public GtidSet? FirstSet { get; init; }

    /// <summary>
    /// The newest commands of the log that the agent can read: 0 before there were hand-overs, plans and phases, <see cref="Present"/> of this one.
    /// </summary>
    public int Understands { get; init; }

    /// <summary>Knows hand-overs, plans and phases.</summary>
    public const int HandOvers = 1;

    /// <summary>Knows tags and maintenance.</summary>
    public const int Wishes = 2;

    /// <summary>Knows what operators asked for.</summary>
    public const int Audits = 3;

    /// <summary>Knows wishes about who votes.</summary>
    public const int Votes = 4;

    /// <summary>Knows the cluster's settings, and restarts that are asked for.</summary>
    public const int Configurations = 5;

    /// <summary>Knows rolling restarts.</summary>
    public const int Rollings = 6;

    public const int Present = Rollings;

    /// <summary>How far it follows the cluster's settings; null: there are none, or the agent is older.</summary>
    public SettingsReport? Settings { get; init; }

    /// <summary>The last restart of its mysqld that was asked for and begun, by the number of the request; 0: none.</summary>
    public long Restarted { get; init; }

    /// <summary>The lease that the node is configured with; null: the agent is older.</summary>
    public int? LeaseMilliseconds { get; init; }

    /// <summary>As the node is configured.</summary>
    public NodeTags Tags { get => field ?? NodeTags.None; init; }

    /// <summary>Fingerprints of the ring's keys: the one the node uses, then those that it only accepts. Empty: the agent is older.</summary>
    public ImmutableArray<string> RingKeys { get => field.IsDefault ? [] : field; init; }

    /// <summary>Milliseconds since this node's mysqld ended, by its agent's clock; null: it runs, or that was not seen.</summary>
    public int? MysqldEndedAgo { get; init; }

    /// <summary>Its mysqld was made read-only for a switchover, and is.</summary>
    public bool Demoted { get; init; }

    /// <summary>The last epoch that this node led until an operator's drill had its mysqld killed; 0: none.</summary>
    public long Drilled { get; init; }

    /// <summary>The last epoch that this node led until an operator had its mysqld restarted; 0: none.</summary>
    public long RestartedLeading { get; init; }

    /// <summary>Why this leader gave a switchover up; empty: it did not.</summary>
    public string SwitchoverProblem { get; init; } = "";

    /// <summary>The node's disk is full: it cannot lead.</summary>
    public bool DiskFull { get; init; }

    /// <summary>The node has no guard: it does not begin to lead.</summary>
    public bool Unguarded { get; init; }
    public long AppliedIndex { get; init; }
    public int AgentPid { get; init; }
    public int MysqldPid { get; init; }
    public string AgentVersion { get; init; } = "";
    public string Activity { get; init; } = "";
    public ImmutableArray<Reason> Problems { get; init; } = [];
    public ArchivedTail? Archived { get; init; }

    /// <summary>Of the controller only: why it does not do more.</summary>
    public ImmutableArray<Reason> ControllerReasons { get; init; } = [];

    public bool IsNewerThan(MemberReport other) => Stamp.CompareTo(other.Stamp) > 0;

    /// <summary>A promise for the epoch that was made in the host's present boot, so that what was received then is still there.</summary>
    public Promise? StandingPromise(long epoch) => Promise is { } p && p.Epoch >= epoch && p.BootId == BootId ? p : null;
}
