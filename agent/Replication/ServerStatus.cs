using MySqlHa.Cluster;

namespace MySqlHa.Replication;

/// <summary>Whether one side of replication works.</summary>
public enum ReplicationState
{
    /// <summary>No source is configured.</summary>
    None,
    Off,
    Connecting,
    On,
}

/// <summary>The side that receives from the source. It is what a semi-sync acknowledgement speaks of.</summary>
/// <param name="SourceUuid">Of the server last connected to; empty before the first connection.</param>
/// <param name="ErrorNumber">MySQL's number of the last error, 0 for none.</param>
public sealed record ReceiverStatus(ReplicationState State, string SourceHost, int SourcePort, string User, string SourceUuid,
    int ErrorNumber, string ErrorText)
{
    public static readonly ReceiverStatus None = new(ReplicationState.None, "", 0, "", "", 0, "");
}

/// <summary>The side that applies what was received.</summary>
/// <param name="ErrorNumber">The last error of the coordinator or any worker, 0 for none.</param>
public sealed record ApplierStatus(ReplicationState State, int ErrorNumber, string ErrorText)
{
    public static readonly ApplierStatus None = new(ReplicationState.None, 0, "");
}

/// <summary>Semi-sync's two sides: what was set, and what is at work (they differ until a thread is restarted).</summary>
/// <param name="WaitSessions">
/// Sessions whose commit waits for an acknowledgement now. Commits queued behind those are not counted: 1 means at least one.
/// </param>
/// <param name="SourceClients">Acknowledging replicas attached now.</param>
/// <param name="WaitCount">How many must acknowledge a commit, where the source side is enabled.</param>
public sealed record SemiSyncStatus(
    bool SourceEnabled, bool SourceActive, int SourceClients, int WaitSessions, int WaitCount, bool ReplicaEnabled, bool ReplicaActive);

/// <summary>What a server says of itself at one moment. Unchecked by anyone else.</summary>
/// <param name="Received">In the relay log or applied from it since; survives a restart of mysqld, not of its host.</param>
/// <param name="Markers">How many rows the table of markers has, and a checksum of them all.</param>
/// <param name="Lag">Age of the oldest transaction not yet applied; zero where all received is applied; null where it is not known.</param>
public sealed record ServerStatus(
    string ServerUuid,
    string Version,
    bool SuperReadOnly,
    bool ReadOnly,
    bool OfflineMode,
    GtidSet Executed,
    GtidSet Purged,
    GtidSet Received,
    ReceiverStatus Receiver,
    ApplierStatus Applier,
    SemiSyncStatus SemiSync,
    TimeSpan? Lag,
    int ThreadsConnected,
    string Markers)
{
    /// <summary>All this server holds, applied or not.</summary>
    public GtidSet Held => Executed.Union(Received);

    public bool AllApplied => Executed.Contains(Received);
}

/// <summary>What became of a look at the server. A closed family.</summary>
public abstract record ProbeOutcome
{
    public sealed record Answered(ServerStatus Status, TimeSpan Took) : ProbeOutcome;

    /// <summary>It lives, and turns us away (too many connections, a wrong password): no sign of death.</summary>
    public sealed record TurnedAway(int ErrorNumber, string Sentence) : ProbeOutcome;

    /// <summary>Nobody listens, or the connection broke.</summary>
    public sealed record Unreachable(string Sentence) : ProbeOutcome;

    /// <summary>No answer by the deadline.</summary>
    public sealed record Hangs(string Sentence) : ProbeOutcome;
}
