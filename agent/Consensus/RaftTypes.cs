using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Consensus;

/// <summary>What a log entry is for.</summary>
public enum EntryKind
{
    /// <summary>Empty; a new leader commits one to learn what is committed (Raft §8).</summary>
    Noop,

    /// <summary>Bytes for the replicated state.</summary>
    Command,

    /// <summary>A new <see cref="RaftConfiguration"/>, in force from the moment it is appended.</summary>
    Configuration,
}

/// <summary>One entry of the log. <paramref name="Index"/> counts from 1.</summary>
public sealed record LogEntry(long Index, long Term, EntryKind Kind, ReadOnlyMemory<byte> Data);

/// <summary>What must survive a restart besides the log. Commit is a hint: it may lag.</summary>
public sealed record HardState(long Term, NodeId? VotedFor, long Commit)
{
    public static readonly HardState Initial = new(0, null, 0);
}

/// <summary>Who votes, and who only receives the log.</summary>
public sealed record RaftConfiguration(ImmutableSortedSet<NodeId> Voters, ImmutableSortedSet<NodeId> Learners)
{
    public static readonly RaftConfiguration Empty = new([], []);

    public int Majority => (Voters.Count / 2) + 1;
}

/// <summary>The replicated state up to and including <paramref name="Index"/>, in place of the entries before it.</summary>
public sealed record RaftSnapshot(long Index, long Term, RaftConfiguration Configuration, ReadOnlyMemory<byte> Data)
{
    public static readonly RaftSnapshot Empty = new(0, 0, RaftConfiguration.Empty, ReadOnlyMemory<byte>.Empty);
}

/// <summary>All that a node kept: what <c>Storage</c> loads and the core starts from.</summary>
public sealed record RaftPersistent(HardState Hard, RaftSnapshot Snapshot, ImmutableArray<LogEntry> Entries)
{
    public static readonly RaftPersistent Initial = new(HardState.Initial, RaftSnapshot.Empty, []);
}

public enum RaftRole
{
    Follower,
    PreCandidate,
    Candidate,
    Leader,
}

/// <summary>Answer to a <see cref="RaftCore.ReadIndex"/>: a majority confirmed, after the question, that this node leads.</summary>
public sealed record ReadConfirmed(long Context, long Index);

/// <summary>
/// What one or more steps ask of the outside, in this order:
/// 1. <see cref="Install"/>, <see cref="Append"/> and <see cref="Hard"/> are made durable (fsync), 2. <see cref="Messages"/>
/// are sent, 3. <see cref="Restore"/>, then <see cref="Committed"/> are applied, 4. <see cref="Reads"/> are answered.
/// A vote that was sent but not remembered can be cast twice; an acknowledged entry that was not kept is lost.
/// </summary>
public sealed record RaftOutput
{
    public static readonly RaftOutput Nothing = new();

    /// <summary>New term, vote or commit; null where nothing changed.</summary>
    public HardState? Hard { get; init; }

    /// <summary>A snapshot (received, or made by <see cref="RaftCore.Compact"/>) that replaces the log up to its index.</summary>
    public RaftSnapshot? Install { get; init; }

    /// <summary>Entries to keep. The first one's index says from where older entries are overwritten and cut off.</summary>
    public ImmutableArray<LogEntry> Append { get; init; } = [];

    public ImmutableArray<(NodeId To, RaftMessage Message)> Messages { get; init; } = [];

    /// <summary>The state machine is replaced by this snapshot's data before <see cref="Committed"/> is applied.</summary>
    public RaftSnapshot? Restore { get; init; }

    public ImmutableArray<LogEntry> Committed { get; init; } = [];

    public ImmutableArray<ReadConfirmed> Reads { get; init; } = [];

    public bool NeedsSync => Hard is not null || Install is not null || !Append.IsDefaultOrEmpty;
}

/// <summary>Why a proposal was not taken.</summary>
public enum ProposeOutcome
{
    Accepted,
    NotLeader,

    /// <summary>Leadership is being handed over; try the next leader.</summary>
    Transferring,

    /// <summary>Configuration only: one at a time, and the one before is not committed yet.</summary>
    ChangePending,

    /// <summary>Configuration only: more than one voter would change at once, or no voter would be left.</summary>
    Invalid,
}

/// <summary>Times of the Raft core. Elections are drawn uniformly from [ElectionMin, ElectionMax).</summary>
public sealed record RaftOptions
{
    /// <summary>How often a leader shows itself. At most half of <see cref="ElectionMin"/>.</summary>
    public required TimeSpan Heartbeat { get; init; }

    /// <summary>Shortest silence after which a follower campaigns; also how long a vote is refused after hearing a leader.</summary>
    public required TimeSpan ElectionMin { get; init; }

    public required TimeSpan ElectionMax { get; init; }

    /// <summary>Most entries in one append message.</summary>
    public int MaxEntriesPerMessage { get; init; } = 64;

    /// <summary>Most bytes of entry data in one append message (one entry always fits).</summary>
    public int MaxBytesPerMessage { get; init; } = 256 * 1024;
}
