using MySqlHa.Cluster;

namespace MySqlHa.Consensus;

/// <summary>Raft as a pure state machine. See <see cref="RaftOutput"/> for the caller's duties.</summary>
public sealed class RaftCore
{
    public RaftCore(NodeId self, RaftOptions options, RaftPersistent kept, Random random, Instant now) => throw new NotImplementedException();

    public NodeId Self => throw new NotImplementedException();

    public RaftRole Role => throw new NotImplementedException();

    public long Term => throw new NotImplementedException();

    /// <summary>The leader of <see cref="Term"/> as far as this node knows.</summary>
    public NodeId? Leader => throw new NotImplementedException();

    public long CommitIndex => throw new NotImplementedException();

    public long LastIndex => throw new NotImplementedException();

    public long SnapshotIndex => throw new NotImplementedException();

    /// <summary>In force: the newest in the log, committed or not.</summary>
    public RaftConfiguration Configuration => throw new NotImplementedException();

    /// <summary>Leader only: an entry of the leader's own term is committed, so reads and configuration changes may start.</summary>
    public bool LeaderIsReady => throw new NotImplementedException();

    /// <summary>When <see cref="Tick"/> wants to be called next.</summary>
    public Instant NextDeadline => throw new NotImplementedException();

    /// <summary>Leader only: when each other member was last heard (null: not in this term).</summary>
    public Instant? LastHeard(NodeId member) => throw new NotImplementedException();

    /// <summary>Leader only: last index known to be on the member.</summary>
    public long MatchIndex(NodeId member) => throw new NotImplementedException();

    public void Tick(Instant now) => throw new NotImplementedException();

    public void Step(Instant now, NodeId from, RaftMessage message) => throw new NotImplementedException();

    public ProposeOutcome Propose(Instant now, ReadOnlyMemory<byte> command) => throw new NotImplementedException();

    public ProposeOutcome ProposeConfiguration(Instant now, RaftConfiguration next) => throw new NotImplementedException();

    /// <summary>Starts a quorum round; a <see cref="ReadConfirmed"/> with this context follows, or nothing ever does. False where this node cannot start one.</summary>
    public bool ReadIndex(Instant now, long context) => throw new NotImplementedException();

    /// <summary>Hands leadership to a voter; false where this node does not lead or the target is no other voter.</summary>
    public bool TransferLeadership(Instant now, NodeId to) => throw new NotImplementedException();

    /// <summary>Replaces the log up to an applied index by its state.</summary>
    public void Compact(long index, ReadOnlyMemory<byte> state) => throw new NotImplementedException();

    /// <summary>All that is due since the last call; see <see cref="RaftOutput"/> for what must be done with it, in which order.</summary>
    public RaftOutput TakeOutput() => throw new NotImplementedException();
}
