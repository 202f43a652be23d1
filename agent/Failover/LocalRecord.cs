using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// An acker's durable word (R1) that it takes nothing more from epochs up to <paramref name="Epoch"/>, with what it held then.
/// </summary>
/// <param name="BootId">The boot of the host under which the set was read: a later power loss may have taken received transactions along (R7).</param>
/// <param name="Receipts">Whether the set is known to hold all that this node ever acknowledged; a promise without that binds, but proves nothing.</param>
public sealed record Promise(long Epoch, GtidSet Set, string BootId, Receipts Receipts);

/// <summary>Whether everything that a node ever acknowledged is still on it.</summary>
public enum Receipts
{
    Whole,

    /// <summary>The host was rebooted since the receiver ran: what was in the page cache only may be gone. What the node committed itself is not.</summary>
    Doubtful,

    /// <summary>The data directory was made anew: nothing of the old one counts.</summary>
    Replaced,
}

/// <summary>
/// Written before a receiver is started for an epoch. Receipts that are not whole become so again once the node holds a commit
/// that its leader began after it saw the receiver attached.
/// </summary>
public sealed record Attachment(long Epoch, string BootId, Receipts Receipts);

/// <summary>A node's word to found one cluster with exactly these members.</summary>
public sealed record Pledge(string ClusterId, string Secret, ImmutableArray<MemberInfo> Members)
{
    /// <summary>The member that brings data of its own: the cluster begins with it. Null: all begin empty.</summary>
    public NodeId? Adopter { get; init; }

    /// <summary>The service group of all of them; empty: an older agent's pledge.</summary>
    public string Group { get => field ?? ""; init; }
}

/// <summary>What one node must not forget: on its own disk, fsynced before anything that depends on it is sent or done.</summary>
public sealed record LocalRecord
{
    public const string Rewound = "rewound";
    public const string Cloned = "cloned";
    public static readonly LocalRecord Initial = new();

    public Promise? Promise { get; init; }
    public Attachment? Attachment { get; init; }

    /// <summary>The last epoch that this node was about to be writable in. Written before it became so.</summary>
    public long Led { get; init; }

    /// <summary>The last epoch that this node led and will never lead again: its mysqld of that time is dead, or read-only for good.</summary>
    public long Released { get; init; }

    /// <summary>
    /// R10: the epoch, led last, in which no commit could be complete without an acknowledgement, and since whose writability nothing was
    /// begun that completes one without, mysqld's next start included; 0: none. Only then is what the next epoch lacks
    /// undone by InnoDB, once it is cut from the binary log. Cleared before such an act begins.
    /// </summary>
    public long Rewindable { get; init; }

    /// <summary>The last transactions that this node put aside, until the replicated state names them.</summary>
    public ArchivedTail? Archived { get; init; }

    /// <summary>How this node's data came to be what it is, until it was held against the leader's; else empty.</summary>
    public string Unchecked { get => field ?? ""; init; }
    public Pledge? Pledge { get; init; }

    /// <summary>How many times this node's agent was started.</summary>
    public long Life { get; init; }

    /// <summary>Set when the cluster is founded (or joined); from then on the id never changes.</summary>
    public string ClusterId { get; init; } = "";

    /// <summary>The service group that the cluster is of; empty: none yet, or an older agent wrote this.</summary>
    public string Group { get => field ?? ""; init; }

    /// <summary>Base64 of 32 random bytes that the account passwords are derived from; the same on all members.</summary>
    public string ClusterSecret { get; init; } = "";

    /// <summary>Which of the cluster's settings its mysqld was started with, and which it could not be started with.</summary>
    public LocalSettings Settings { get => field ?? LocalSettings.None; init; }

    /// <summary>This node came to a cluster that was founded without it: its data began empty, whatever the cluster's is.</summary>
    public bool Joined { get; init; }

    /// <summary>Why the cluster removed this node; empty: it did not. A removed node stays removed: mysqld down, data untouched.</summary>
    public string RemovedBecause { get => field ?? ""; init; }
}
