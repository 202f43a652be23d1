namespace MySqlHa.Tests.Simulation;

/// <summary>
/// Steps of the effects on mysqld that the model leaves out or does otherwise, as the agent's own rooms must not:
/// each makes what <c>Receiving</c>, <c>Leading</c>, <c>RunningMysqld</c> or the clone do wrong in one point.
/// </summary>
internal sealed record EffectFaults
{
    public static readonly EffectFaults None = new();

    /// <summary>R6: a full CHANGE REPLICATION SOURCE with both threads stopped, though not all of the relay log is applied.</summary>
    public bool PurgesUnapplied { get; init; }

    /// <summary>R1: a promise only sets the variable of the replica side; the receiver goes on, and acknowledges as it did.</summary>
    public bool KeepsReceiving { get; init; }

    /// <summary>R1: the sets are read before the receiver is off.</summary>
    public bool ReadsSetsFirst { get; init; }

    /// <summary>R8: a demotion is taken for done once the variable reads 1, though the statement has not returned.</summary>
    public bool DemotedByVariable { get; init; }

    /// <summary>R1: who promises leaves an applier off that its restarted mysqld did not start.</summary>
    public bool PromisesWithoutApplying { get; init; }

    /// <summary>R8: who takes over does not wait until the old leader's last transactions are applied.</summary>
    public bool TakesOverUnapplied { get; init; }

    /// <summary>Fence: mysqld is asked to shut down, which tells waiting clients OK.</summary>
    public bool FencesByShutdown { get; init; }

    /// <summary>Late effects: the opening statement does not look whether its connection still holds the effects lock.</summary>
    public bool OpensWithoutLock { get; init; }

    /// <summary>R11: no guard kills a mysqld whose agent does not.</summary>
    public bool NoGuard { get; init; }

    /// <summary>R10: a rewind cuts without an archive.</summary>
    public bool CutsUnarchived { get; init; }

    /// <summary>R10: a rewind cuts all that its own epoch did not begin with, whether the next one has it or not.</summary>
    public bool CutsTooMuch { get; init; }

    /// <summary>R10: a rewind cuts what its own epoch began with, and what an earlier mysqld logged.</summary>
    public bool CutsWhatItBeganWith { get; init; }

    /// <summary>R10: a rewind that is done again does not find the archive that it made before.</summary>
    public bool ForgetsArchives { get; init; }

    /// <summary>A server that lost transactions keeps its server_uuid, and with it their numbers.</summary>
    public bool KeepsServerUuid { get; init; }

    /// <summary>R10: a receiver drops what its own server_id wrote, as MySQL's does unless replicate_same_server_id is set.</summary>
    public bool SkipsOwnServerId { get; init; }
}
