using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>What this node should do to its mysqld now, and why.</summary>
public abstract record DutyAct(Reason Why)
{
    /// <summary>Nothing to do, or something else has to happen first.</summary>
    public sealed record Hold(Reason Why) : DutyAct(Why);

    /// <summary>Make the data directory.</summary>
    public sealed record Initialise(Reason Why) : DutyAct(Why);

    public sealed record Start(Reason Why) : DutyAct(Why);

    /// <summary>
    /// With mysqld down: archive what is beyond <paramref name="Keep"/> in the last binary log of the epoch's leader, and cut it off (R10).
    /// </summary>
    public sealed record Rewind(long Epoch, string ServerUuid, GtidSet Began, GtidSet Keep, Reason Why) : DutyAct(Why);

    /// <summary>Semi-sync is seen to be off on this leader: what it commits from here on is not undone by a rewind.</summary>
    public sealed record ForgoRewind(Reason Why) : DutyAct(Why);

    /// <summary>Fence: kill -9 now, whatever else is under way.</summary>
    public sealed record Kill(Reason Why) : DutyAct(Why);

    /// <summary>Stop receiving and write the promise down (R1).</summary>
    public sealed record MakePromise(long Epoch, Receipts Receipts, Reason Why) : DutyAct(Why);

    /// <summary>Write down that this node's data was held against the leader's.</summary>
    public sealed record NoteChecked(Reason Why) : DutyAct(Why);

    public sealed record Follow(long Epoch, NodeId Leader, bool SemiSync, Attachment Attachment, Reason Why) : DutyAct(Why);

    /// <summary>Everything the acker ever acknowledged is on it again: write that down.</summary>
    public sealed record BecomeWhole(Attachment Attachment, Reason Why) : DutyAct(Why);

    /// <summary>Become writable; whom <paramref name="Access"/> keeps out is kept out before.</summary>
    public sealed record Promote(long Epoch, int AcksNeeded, ReplicationAccess Access, Reason Why) : DutyAct(Why)
    {
        /// <summary>Taking over: what the old leader ended with, to be applied first. Null: everything is applied.</summary>
        public GtidSet? After { get; init; }

        /// <summary>Ordinary clients are shut out before it opens, until a commit is acknowledged.</summary>
        public bool ClosedToClients { get; init; }
    }

    /// <summary>Make and unlock the accounts of members that may replicate from here, lock the others' (R5).</summary>
    /// <summary>A leader's own former source, and what was received of it, is no longer needed.</summary>
    public sealed record ForgetSource(Reason Why) : DutyAct(Why);

    public sealed record SetAccess(ReplicationAccess Access, Reason Why) : DutyAct(Why);

    /// <summary>A small commit, to be acknowledged by W.</summary>
    public sealed record Mark(long Epoch, Reason Why) : DutyAct(Why);

    /// <summary>Let ordinary clients in.</summary>
    public sealed record OpenToClients(Reason Why) : DutyAct(Why);

    /// <summary>Let the events of the database run here, beside everything else: they arrive disabled on followers.</summary>
    public sealed record EnableEvents(Reason Why) : DutyAct(Why);

    public sealed record Demote(long Epoch, Reason Why) : DutyAct(Why);

    /// <summary>Write down that the epoch is over for this node.</summary>
    public sealed record Release(long Epoch, Reason Why) : DutyAct(Why);

    /// <summary>Archive what nobody else has, then clone from another member.</summary>
    public sealed record Reseed(NodeId Donor, GtidSet Extra, Reason Why) : DutyAct(Why);
}
