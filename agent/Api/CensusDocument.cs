using System.Collections.Immutable;

namespace MySqlHa.Api;

/// <summary>
/// The census: Habitat's document with Habitat's names, so that what reads a Habitat ring reads ours. What Habitat has and we do not
/// (update elections, service files) is there and empty; what we have beyond it stands after it.
/// </summary>
/// <param name="Changed">True: each picture is made because something changed.</param>
internal sealed record CensusDocument(
    bool Changed,
    IReadOnlyDictionary<string, CensusGroup> CensusGroups,
    string LocalMemberId,
    long LastServiceCounter,
    long LastElectionCounter,
    long LastElectionUpdateCounter,
    long LastMembershipCounter,
    long LastServiceConfigCounter,
    long LastServiceFileCounter);

/// <summary>One service group.</summary>
internal sealed record CensusGroup
{
    public required string ServiceGroup { get; init; }
    public required string ElectionStatus { get; init; }
    public string UpdateElectionStatus { get; init; } = "None";
    public required string? LeaderId { get; init; }
    public string? UpdateLeaderId { get; init; }
    public string? ServiceConfig { get; init; }
    public required string LocalMemberId { get; init; }
    public required IReadOnlyDictionary<string, CensusMember> Population { get; init; }
    public IReadOnlyList<string> ChangedServiceFiles { get; init; } = [];
    public IReadOnlyDictionary<string, string> ServiceFiles { get; init; } = ImmutableDictionary<string, string>.Empty;

    // From here on: ours.

    /// <summary><c>log</c>: this node's own group, in full. <c>gossip</c>: another one, of which only that is known which gossip tells:
    /// who is there, who lives, and who says that it leads. All else is empty, 0 or unknown, and nobody counts as a voter.</summary>
    public string KnownBy { get; init; } = "log";
    public required string ClusterId { get; init; }
    public required IReadOnlyList<string> Followers { get; init; }

    /// <summary>Of the Raft log; <see cref="ControllerId"/> leads it.</summary>
    public required long Term { get; init; }
    public required string? ControllerId { get; init; }
    public required long Epoch { get; init; }
    public required bool EpochOpen { get; init; }

    /// <summary>The epoch's leader has proved that a commit of this epoch is acknowledged.</summary>
    public required bool Established { get; init; }
    public required bool LeaderWritable { get; init; }
    public required IReadOnlyList<string> Ackers { get; init; }
    public required int AcksNeeded { get; init; }
    public required long AckersVersion { get; init; }
    public required int VotersExpected { get; init; }
    public required int VotersTarget { get; init; }
    public required bool Paused { get; init; }
    public required string Switchover { get; init; }

    /// <summary>The switchover that is to come; null: none.</summary>
    public required CensusPlan? PlannedSwitchover { get; init; }

    /// <summary>How long the change to the current epoch took; null: nobody saw it. In milliseconds since <c>zero</c>.</summary>
    public required CensusPhases? Phases { get; init; }
    public required ImmutableArray<ReasonDocument> Reasons { get; init; }

    /// <summary>Transactions that had to be undone, in all epochs of the history, newest last: where they lie, on which member.</summary>
    public required IReadOnlyList<CensusArchive> Archived { get; init; }
}

/// <summary>One member of the population.</summary>
internal sealed record CensusMember
{
    public required string MemberId { get; init; }
    public required CensusPackage Pkg { get; init; }
    public required string Package { get; init; }
    public string Service { get; init; } = "mysql";
    public required string Group { get; init; }
    public string? Org { get; init; }

    /// <summary>Habitat's permanent peer: a member that is never forgotten. Ours: the voters.</summary>
    public required bool Persistent { get; init; }
    public required bool Leader { get; init; }
    public required bool Follower { get; init; }
    public bool UpdateLeader { get; init; }
    public bool UpdateFollower { get; init; }
    public required bool ElectionIsRunning { get; init; }
    public required bool ElectionIsNoQuorum { get; init; }
    public required bool ElectionIsFinished { get; init; }
    public bool UpdateElectionIsRunning { get; init; }
    public bool UpdateElectionIsNoQuorum { get; init; }
    public bool UpdateElectionIsFinished { get; init; }
    public required CensusSystem Sys { get; init; }
    public required bool Alive { get; init; }
    public required bool Suspect { get; init; }
    public required bool Confirmed { get; init; }
    public required bool Departed { get; init; }
    public required CensusExports Cfg { get; init; }

    // From here on: ours.
    public required int Number { get; init; }
    public required string Name { get; init; }
    public required bool Voter { get; init; }

    /// <summary>voter, learner, leaving, removed or stranger.</summary>
    public required string Standing { get; init; }
    public required string Health { get; init; }
    public required string Mysqld { get; init; }
    public required long Epoch { get; init; }
    public required bool Writable { get; init; }
    public required bool ReceiverRunning { get; init; }
    public required bool ApplierRunning { get; init; }
    public required bool Acker { get; init; }
    public required string GtidExecuted { get; init; }
    public required string GtidReceived { get; init; }

    /// <summary>
    /// Transactions the leader is known to have and this member has not received; null: no leader, or nothing known of either.
    /// </summary>
    public required long? GtidsMissing { get; init; }

    /// <summary>The same, not yet applied.</summary>
    public required long? GtidsBehind { get; init; }
    public required double? LagSeconds { get; init; }
    public required double? ReportAgeSeconds { get; init; }
    public required string Activity { get; init; }
    public required string AgentVersion { get; init; }
    public required int AgentPid { get; init; }
    public required int MysqldPid { get; init; }

    /// <summary>Fingerprints: the one it uses, then those that it only accepts; empty: not known.</summary>
    public required IReadOnlyList<string> RingKeys { get; init; }
    public required ImmutableArray<ReasonDocument> Problems { get; init; }
}

internal sealed record CensusArchive(string MemberId, long Epoch, string Transactions, string Path, DateTimeOffset At);

/// <param name="To">Id of the member that is to lead; null: the best follower of then.</param>
internal sealed record CensusPlan(DateTimeOffset At, string? To, DateTimeOffset Made);

/// <param name="Zero">mysqldEnd, known, asked or close: what the phases are counted from. Those that were not seen are null.</param>
internal sealed record CensusPhases(
    string Zero, int? Detect, int? Release, int? Close, int? Promise, int? Open, int? Apply, int? Writable, int? Established, int? Clients);

internal sealed record CensusPackage(string Origin, string Name, string Version, string Release);

internal sealed record CensusSystem(
    string Ip, string Hostname, string GossipIp, int GossipPort, string HttpGatewayIp, int HttpGatewayPort);

/// <summary>What the service exports: where its clients connect.</summary>
internal sealed record CensusExports(int Port, string ServerUuid);
