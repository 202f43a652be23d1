using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MySqlHa.Cluster;

/// <summary>Something a person should know and a program can match: a fixed code and one sentence.</summary>
/// <param name="Code">Lower-case words joined by hyphens, never changed once published: <c>waiting-for-quorum</c>.</param>
public sealed record Reason(string Code, string Text)
{
    public override string ToString() => Text;
}

/// <summary>Habitat's words for how far the election of a service group is.</summary>
public enum ElectionStatus
{
    /// <summary>The cluster is not founded yet.</summary>
    None,

    /// <summary>An epoch is closed and the next leader is being found.</summary>
    Running,

    /// <summary>This node does not reach a majority.</summary>
    NoQuorum,

    /// <summary>There is a leader.</summary>
    Finished,
}

/// <summary>What a member does in the service group.</summary>
public enum MemberRole
{
    /// <summary>Neither: starting, provisioning, fenced, or not heard of.</summary>
    None,
    Leader,
    Follower,
}

public enum MemberHealth
{
    Ok,
    Warning,
    Critical,
    Unknown,
}

public enum MemberLiveness
{
    Alive,
    Suspect,
    Confirmed,
    Departed,
}

/// <summary>How far a node belongs to the cluster.</summary>
public enum MemberStanding
{
    /// <summary>In the ring, of no cluster or of another one; it may be asking to join.</summary>
    Stranger,

    /// <summary>A member that follows and does not vote.</summary>
    Learner,
    Voter,

    /// <summary>A member on its way out of the voters, or out of the cluster.</summary>
    Leaving,

    /// <summary>Was a member; its process is still there.</summary>
    Removed,
}

public enum MysqldState
{
    Unknown,
    Absent,
    Initialising,
    Starting,
    Running,
    Cloning,
    Stopping,
    Stopped,
    Hung,
}

/// <summary>One member as this node knows it.</summary>
public sealed record MemberView
{
    /// <summary>From 1, in the order of addresses: what <c>switchover 2</c> means.</summary>
    public required int Number { get; init; }
    public required NodeId Id { get; init; }
    public required string Name { get; init; }
    public required NodeAddress Address { get; init; }
    public required MemberLiveness Liveness { get; init; }
    public required bool Voter { get; init; }
    public MemberStanding Standing { get; init; }
    public MemberRole Role { get; init; }
    public MemberHealth Health { get; init; } = MemberHealth.Unknown;

    /// <summary>Of the member's last report, in seconds; null: it never reported to this node.</summary>
    public double? ReportAgeSeconds { get; init; }
    public MysqldState Mysqld { get; init; }
    public string ServerUuid { get; init; } = "";
    public string MysqlVersion { get; init; } = "";
    public string AgentVersion { get; init; } = "";
    public int AgentPid { get; init; }
    public int MysqldPid { get; init; }

    /// <summary>Seconds between a commit's birth and its application here; null: unknown.</summary>
    public double? LagSeconds { get; init; }
    public GtidSet Executed { get; init; } = GtidSet.Empty;
    public GtidSet Received { get; init; } = GtidSet.Empty;

    /// <summary>The epoch whose leader it follows or is; 0: none.</summary>
    public long Epoch { get; init; }

    /// <summary>By clients: not read-only, and they are let in.</summary>
    public bool Writable { get; init; }

    /// <summary>By clients: they are let in.</summary>
    public bool Readable { get; init; }
    public bool ReceiverRunning { get; init; }

    /// <summary>From whom its receiver is set to receive; empty: nobody, or not known.</summary>
    public string SourceHost { get; init; } = "";
    public bool ApplierRunning { get; init; }

    /// <summary>Its acknowledgement may complete a commit of the current epoch.</summary>
    public bool Acker { get; init; }

    /// <summary>What it is busy with: "cloning from 127.0.0.12: 40 %"; empty: nothing.</summary>
    public string Activity { get; init; } = "";
    public ImmutableArray<Reason> Problems { get; init; } = [];

    /// <summary>As in its configuration: <c>nofailover</c>, <c>priority=200</c>; empty too where an older agent answers.</summary>
    public ImmutableArray<string> Tags { get => field.IsDefault ? [] : field; init; }

    /// <summary>Fingerprints of the ring's keys: the one it uses, then those that it only accepts. Empty: it is not heard, or older.</summary>
    public ImmutableArray<string> RingKeys { get => field.IsDefault ? [] : field; init; }

    /// <summary>Operators work on it; null: they do not.</summary>
    public MaintenanceView? Maintenance { get; init; }
}

/// <summary>A node that operators work on: its mysqld is left down where it is, it does not lead, and gets no readers.</summary>
/// <param name="Since">By the wall clock of the controller of then, as <paramref name="Until"/>.</param>
public sealed record MaintenanceView(DateTimeOffset Since, DateTimeOffset Until, string Reason);

/// <summary>One epoch of the history.</summary>
public sealed record EpochView
{
    public required long Number { get; init; }
    public required NodeId Leader { get; init; }
    public required string LeaderAddress { get; init; }
    public required string ServerUuid { get; init; }

    /// <summary>What the leader held when the epoch was opened.</summary>
    public required GtidSet FirstSet { get; init; }
    public required bool Open { get; init; }
    public required bool Established { get; init; }

    /// <summary>Wall clock of the controller that opened it.</summary>
    public required DateTimeOffset OpenedAt { get; init; }
    public required string OpenReason { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public string CloseReason { get; init; } = "";

    /// <summary>Transactions archived and undone after this epoch, by node: what the invariant "nothing silently" shows.</summary>
    public ImmutableArray<ArchivedTail> Archived { get; init; } = [];

    /// <summary>How long the change to this epoch took; null: nobody saw it.</summary>
    public EpochPhases? Phases { get; init; }

    /// <summary>Planned switchovers that were dropped in this epoch, oldest first; empty too where an older agent answers.</summary>
    public ImmutableArray<DroppedPlanView> PlansDropped { get => field.IsDefault ? [] : field; init; }
}

/// <summary>A switchover that is to come.</summary>
/// <param name="At">By the wall clock of whoever controls then.</param>
/// <param name="To">Null: the best follower of then.</param>
/// <param name="What">The same for people.</param>
public sealed record PlanView(DateTimeOffset At, NodeId? To, DateTimeOffset Made, string What);

/// <summary>A planned switchover that did not come about, or not as it was planned.</summary>
public sealed record DroppedPlanView(DateTimeOffset At, NodeId? To, DateTimeOffset DroppedAt, string Reason, bool Cancelled, string What);

/// <summary>Transactions that no later leader had, saved before they were undone.</summary>
public sealed record ArchivedTail(NodeId Node, GtidSet Transactions, string Path, DateTimeOffset At);

/// <summary>
/// Everything a face (API, page, command line) may show: one immutable picture, made by the loop after each step that changed something.
/// </summary>
public sealed record ClusterView
{
    private readonly Lazy<Explanation?>? _explanation;
    private readonly Lazy<ImmutableArray<GroupView>>? _groups;

    public required ServiceGroup ServiceGroup { get; init; }
    public required NodeId Self { get; init; }

    /// <summary>Empty until founded.</summary>
    public required string ClusterId { get; init; }
    public required ElectionStatus Election { get; init; }

    /// <summary>Raft term, Raft leader (the controller) and what this node has applied.</summary>
    public long Term { get; init; }
    public NodeId? Controller { get; init; }
    public long CommitIndex { get; init; }
    public long AppliedIndex { get; init; }
    public string RaftRole { get; init; } = "";
    public int VotersExpected { get; init; }

    /// <summary>How many members shall vote; 0: as many as do.</summary>
    public int VotersTarget { get; init; }

    /// <summary>This node is alone on purpose (topology standalone).</summary>
    public bool Standalone { get; init; }

    /// <summary>The current epoch (0: none yet).</summary>
    public long Epoch { get; init; }
    public bool EpochOpen { get; init; }
    public bool Established { get; init; }

    /// <summary>Leader of the open epoch; null while there is none.</summary>
    public NodeId? Leader { get; init; }

    /// <summary>The leader reports itself writable (not older than the lease).</summary>
    public bool LeaderWritable { get; init; }
    public ImmutableArray<NodeId> Ackers { get; init; } = [];

    /// <summary>W: acknowledgements that a commit needs.</summary>
    public int AcksNeeded { get; init; }
    public long AckersVersion { get; init; }
    public bool Paused { get; init; }

    /// <summary>Target of a switchover under way; empty: none.</summary>
    public string Switchover { get; init; } = "";

    /// <summary>The switchover that is planned; null: none.</summary>
    public PlanView? Plan { get; init; }

    /// <summary>This node, if it leads: seconds of lease left (negative: none).</summary>
    public double LeaseSecondsLeft { get; init; }
    public ImmutableArray<MemberView> Members { get; init; } = [];

    /// <summary>Why things are as they are: what is waited for, and for whom.</summary>
    public ImmutableArray<Reason> Reasons { get; init; } = [];

    /// <summary>Why it is so, and what would be if the leader were lost; null: no cluster yet, or an older agent.</summary>
    public Explanation? Explanation
    {
        get => _explanation?.Value;
        init => _explanation = new Lazy<Explanation?>(value);
    }

    /// <summary><see cref="Explanation"/>, made when it is first read: many pictures are made a second, and few are asked for it.</summary>
    [JsonIgnore]
    public Lazy<Explanation?> ExplanationWhenRead
    {
        init => _explanation = value;
    }

    /// <summary>Oldest first.</summary>
    public ImmutableArray<EpochView> History { get; init; } = [];

    /// <summary>What operators asked for, oldest first. Not in <c>/view</c>, which is read all the time: <c>/v1/audit</c> has it.</summary>
    [JsonIgnore]
    public ImmutableArray<AuditView> Audit { get; init; } = [];

    /// <summary>Named counters of this agent since its start (datagrams refused, frames sent, elections, ...).</summary>
    public ImmutableSortedDictionary<string, long> Counters { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>What this agent counted of changes of leader since its start; for <c>/metrics</c> alone.</summary>
    [JsonIgnore]
    public LeaderChanges Changes { get; init; } = LeaderChanges.None;

    /// <summary>
    /// All groups of the ring, this node's own among them, in the order of their names. Not in <c>/view</c>, which is read all the time:
    /// <c>/census</c> and <c>/v1/services</c> have them.
    /// </summary>
    [JsonIgnore]
    public ImmutableArray<GroupView> Groups => _groups?.Value ?? [];

    /// <summary><see cref="Groups"/>, made when they are first read: the ring may have thousands of members.</summary>
    [JsonIgnore]
    public Lazy<ImmutableArray<GroupView>> GroupsWhenRead
    {
        init => _groups = value;
    }

    /// <summary>Where clients may connect on the asked node; null: it offers no address, or its agent is older.</summary>
    public ProxyView? Proxy { get; init; }

    /// <summary>The settings that the whole cluster has; null: an older agent answers.</summary>
    public ConfigurationView? Configuration { get; init; }

    /// <summary>The rolling restart under way, or the last one; null: there was none, or an older agent answers.</summary>
    public RollingView? Rolling { get; init; }

    public MemberView? Member(NodeId id) => Members.FirstOrDefault(m => m.Id == id);
}
