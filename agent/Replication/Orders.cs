using MySqlHa.Cluster;

namespace MySqlHa.Replication;

/// <summary>How the local server is reached: over its own socket.</summary>
public sealed record LocalServerAccess(string Socket, string User, string Password)
{
    public override string ToString() => $"{User} at {Socket}";
}

/// <summary>Which source to receive from, and whether to acknowledge to it.</summary>
/// <param name="BindAddress">The node's own address: what the source sees.</param>
/// <param name="Acknowledge">Semi-sync: true only where this node is an acker of the epoch and version in force.</param>
/// <param name="OpenToReaders">Whether ordinary clients may come (offline_mode off) once it follows.</param>
public sealed record FollowOrder(
    string Host, int Port, string User, string Password, string BindAddress, bool Acknowledge, bool OpenToReaders)
{
    /// <summary>Asked right before anything is opened or attached: the durable promise, the epoch.</summary>
    public Func<bool> StillAllowed { get; init; } = () => true;

    /// <summary>How long to wait for the receiver to connect before reporting it as it is.</summary>
    public TimeSpan ConnectPatience { get; init; } = TimeSpan.FromSeconds(1);

    public override string ToString() => $"follow {Host}:{Port} as {User}{(Acknowledge ? ", acknowledging" : "")}";
}

/// <summary>How following began.</summary>
/// <param name="KeptRelayLog">Only the host was changed: received transactions stayed.</param>
/// <param name="Acknowledging">The receiver's own word, not the variable's.</param>
public sealed record Following(ReceiverStatus Receiver, bool KeptRelayLog, bool Acknowledging);

/// <summary>Become the one writable server.</summary>
/// <param name="AcknowledgementsPerCommit">W: replicas that must acknowledge each commit. 0 only by the policy that allows it.</param>
/// <param name="StillAllowed">Asked right before the server is opened to writes: the guard's answer, and the lease, by the clock.</param>
public sealed record PromoteOrder(int AcknowledgementsPerCommit, Func<Task<bool>> StillAllowed)
{
    /// <summary>Awaited before anything is written: the agent's own note, on its disk, that this server may be writable from here on.</summary>
    public Task Recorded { get; init; } = Task.CompletedTask;

    /// <summary>To be applied before it is opened; null: what was received is applied.</summary>
    public GtidSet? After { get; init; }

    /// <summary>Whether ordinary clients are shut out (offline_mode) before it is opened.</summary>
    public bool ClosedToClients { get; init; }

    /// <summary>Accounts whose receivers must be gone, and stay away, before anything is written.</summary>
    public IReadOnlyList<string> LockedOut { get; init; } = [];
}

/// <summary>A server that was made writable. <paramref name="First"/> is what it held then.</summary>
public sealed record Promoted(GtidSet First, bool WasWritable);

/// <summary>A marker that was committed under the rule that was in force when it returned.</summary>
/// <param name="Acknowledgements">How many replicas had it, at least; 0 where semi-sync was off.</param>
public sealed record MarkerCommitted(long Epoch, int Acknowledgements, TimeSpan Took);

/// <summary>A server that took its last write. <paramref name="Final"/> is all it will ever have by itself.</summary>
public sealed record Demoted(GtidSet Final, TimeSpan Took);

/// <summary>Where to copy a whole server from. This server's own data is given up.</summary>
public sealed record CloneOrder(string DonorHost, int DonorPort, string User, string Password)
{
    public override string ToString() => $"clone {DonorHost}:{DonorPort} as {User}";
}

/// <summary>How far a clone is. <paramref name="Stage"/> is MySQL's word for it.</summary>
public sealed record CloneProgress(string Stage, long DoneBytes, long EstimatedBytes);

/// <summary>How the last clone of this data directory ended, asked after mysqld was started again.</summary>
public sealed record CloneResult(bool Succeeded, int ErrorNumber, string ErrorText, string Source);
