using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>What a node core is told once, at its start.</summary>
public sealed record CoreOptions
{
    public required NodeId Self { get; init; }
    public required string Name { get; init; }
    public required NodeAddress Address { get; init; }
    public required ServiceGroup Group { get; init; }

    /// <summary>Ring addresses to gossip with first (<c>--peer</c>). Empty: this node waits to be added, or is alone.</summary>
    public required ImmutableArray<(string Host, int Port)> Seeds { get; init; }

    /// <summary>How many members found the cluster together: 1, 3, 5 or 7.</summary>
    public required int Voters { get; init; }

    /// <summary>One node alone, on purpose: it takes nobody in.</summary>
    public bool Standalone { get; init; }
    public required Timing Timing { get; init; }

    /// <summary>Of the host; another one after each of its boots.</summary>
    public required string BootId { get; init; }
    public string AgentVersion { get; init; } = "";
    public int AgentPid { get; init; }

    /// <summary>Random, made by the caller: the id and the secret of a cluster that this node may come to found.</summary>
    public required string NewClusterId { get; init; }
    public required string NewClusterSecret { get; init; }

    /// <summary>This node has data of its own to bring into the cluster, which is then founded with it (<c>--adopt</c>).</summary>
    public bool Adopts { get; init; }

    /// <summary>Relay logs are synced before they are acknowledged (durability: power).</summary>
    public bool ReceiptsSurvivePowerLoss { get; init; }

    /// <summary>A follower that is further behind gets no new readers from the proxy.</summary>
    public TimeSpan MostLag { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What an operator wants of this node.</summary>
    public NodeTags Tags { get; init; } = NodeTags.None;

    /// <summary>In leases: a voter that was dead for so long loses its vote to a follower that is ready to have it.</summary>
    public int DeadForLong { get; init; } = 60;

    /// <summary>Settings of mysqld that this node's own configuration sets: the cluster's do not count for them.</summary>
    public ImmutableSortedSet<string> OwnSettings { get; init; } = [];

    /// <summary>Applied entries kept in the log before it is replaced by a snapshot.</summary>
    public int SnapshotEvery { get; init; } = 256;
    public DutyFaults DutyFaults { get; init; } = DutyFaults.None;
    public ControllerFaults ControllerFaults { get; init; } = ControllerFaults.None;
    public CoreFaults Faults { get; init; } = CoreFaults.None;
}

/// <summary>What a node core starts from.</summary>
/// <param name="Mysqld">Absent (no data directory), Stopped, or Running where a mysqld of an earlier agent life was adopted.</param>
/// <param name="LeaseUntil">With an adopted mysqld: the end of the lease that the earlier life held, by the same clock; else <see cref="Instant.Zero"/>.</param>
/// <param name="Announced">The log index up to which an earlier life told people what was applied: it is no news again.</param>
public sealed record CoreRestored(
    RaftPersistent Raft, LocalRecord Local, MysqldState Mysqld, Instant LeaseUntil, int MysqldPid = 0, long Announced = 0);

/// <summary>Rules of the core switched off by tests, as <see cref="DutyFaults"/>.</summary>
public sealed record CoreFaults
{
    public static readonly CoreFaults None = new();

    /// <summary>Of markers that wait for ever, four are enough.</summary>
    public bool FewMarkers { get; init; }

    /// <summary>A marker of an earlier epoch counts for the one that its leader leads by now.</summary>
    public bool CountsLateMarkers { get; init; }

    /// <summary>A leader counts by the lease that it is configured with, whatever its epoch's is.</summary>
    public bool CountsByItsOwnLease { get; init; }

    /// <summary>A controller counts by the lease that it is configured with, whatever the leader's is.</summary>
    public bool ControlsByItsOwnLease { get; init; }

    /// <summary>A lease is counted from the answer's arrival instead of the question's sending.</summary>
    public bool LeaseFromReply { get; init; }

    /// <summary>A new controller takes every lease for lapsed at once.</summary>
    public bool NewControllerForgetsLeases { get; init; }

    /// <summary>That a leader's agent may be away for a while is known to the controller of that moment only.</summary>
    public bool RestIsNotShared { get; init; }

    /// <summary>An agent that takes a writable mysqld over believes that a commit of its epoch was acknowledged.</summary>
    public bool AdoptsForEstablished { get; init; }

    /// <summary>That a leader's agent may be away is forgotten by an agent that is itself restarted.</summary>
    public bool ReplaysNoRests { get; init; }

    /// <summary>That an agent may be away, in whatever epoch, keeps every later leader from its lease.</summary>
    public bool RestsOutliveEpochs { get; init; }

    /// <summary>A lease is granted without a quorum round.</summary>
    public bool GrantWithoutQuorum { get; init; }

    /// <summary>The next leader gets its lease while the old one's may run.</summary>
    public bool GrantBesideOldLease { get; init; }

    /// <summary>The next leader gets its lease when the old one's is over, though its guard may not have killed mysqld yet.</summary>
    public bool GrantBesideGuard { get; init; }

    /// <summary>Promises are sent but not kept.</summary>
    public bool ForgetPromises { get; init; }

    /// <summary>An epoch that replaces another gets its number again.</summary>
    public bool ReuseEpochNumbers { get; init; }

    /// <summary>mysqld is started without asking a majority for the epochs.</summary>
    public bool StartsUnasked { get; init; }

    /// <summary>An agent that restarts within its lease does not read the lease's end.</summary>
    public bool ForgetsLeaseAtRestart { get; init; }

    /// <summary>A restarted agent takes what it knows to be committed in the log for all that is.</summary>
    public bool TrustsAnOldLog { get; init; }

    /// <summary>A request is taken under any epoch, whichever its operator saw.</summary>
    public bool IgnoresSeenEpoch { get; init; }

    /// <summary>Clients are sent to the last leader until there is another.</summary>
    public bool RoutesToTheLast { get; init; }

    /// <summary>Clients go on to log in with who was about to lead, whatever became of it.</summary>
    public bool KeepsTheSuccessor { get; init; }

    /// <summary>Who may be read is decided once, when the first leader is writable.</summary>
    public bool ReadersOfTheFirstEpoch { get; init; }

    /// <summary>Unfounded members of other groups count where a cluster is founded.</summary>
    public bool FoundsAcrossGroups { get; init; }

    /// <summary>A voter that lost its log is let in again, and votes without.</summary>
    public bool WelcomesForgetfulVoters { get; init; }

    /// <summary>A cluster of another group is one to join.</summary>
    public bool JoinsAcrossGroups { get; init; }

    /// <summary>The cluster's settings are set when they are changed, and on no mysqld that did not run then.</summary>
    public bool SetsOnceOnly { get; init; }

    /// <summary>A snapshot is without the cluster's settings.</summary>
    public bool SnapshotsForgetSettings { get; init; }

    /// <summary>What is not set any more stays as it was set.</summary>
    public bool UnsetsNothing { get; init; }

    /// <summary>Settings with which mysqld does not start are tried for ever.</summary>
    public bool StartsAsAsked { get; init; }

    /// <summary>The lowest node skips every tenth command.</summary>
    public bool SkipOneCommand { get; init; }
}
