using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>What a look at the running mysqld showed.</summary>
public sealed record MysqldStatus
{
    public required string ServerUuid { get; init; }
    public string Version { get; init; } = "";
    public bool Writable { get; init; }
    public bool OfflineMode { get; init; }
    public GtidSet Executed { get; init; } = GtidSet.Empty;

    /// <summary>In the relay log, applied or not, as far as the server remembers.</summary>
    public GtidSet Received { get; init; } = GtidSet.Empty;
    public GtidSet Purged { get; init; } = GtidSet.Empty;
    public bool ReceiverRunning { get; init; }
    public bool ReceiverConnecting { get; init; }
    public string SourceHost { get; init; } = "";
    public int ReceiverErrorNumber { get; init; }
    public string ReceiverError { get; init; } = "";
    public bool ApplierRunning { get; init; }
    public string ApplierError { get; init; } = "";
    public double? LagSeconds { get; init; }

    /// <summary>Sessions whose commit waits for an acknowledgement.</summary>
    public int WaitingSessions { get; init; }

    /// <summary>Receivers attached to this server that acknowledge.</summary>
    public int AttachedAckers { get; init; }
    public bool SemiSyncSource { get; init; }
    public bool SemiSyncReplica { get; init; }

    /// <summary>A checksum of the table of markers, which only agents write to; empty: an older agent's report, which has none.</summary>
    public string Markers { get => field ?? ""; init; }

    public GtidSet Holds => Executed.Union(Received);

    public bool AllApplied => Executed.Contains(Received);
}
