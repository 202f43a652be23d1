using MySqlHa.Cluster;

namespace MySqlHa.Consensus;

/// <summary>
/// Raft as a pure state machine: time, messages and questions go in, <see cref="TakeOutput"/> says what they ask of the
/// outside; see <see cref="RaftOutput"/> for the caller's duties. The same inputs and the same seed give the same outputs.
/// The first output of a node that kept something restores its snapshot and repeats what was known to be committed.
/// An illegal state (two leaders in one term, a committed entry that differs) throws <see cref="InvalidOperationException"/>:
/// then something outside broke its promise, a disk that forgot for one, and going on would spread it.
/// </summary>
public sealed partial class RaftCore
{
    private readonly RaftOptions _options;
    private readonly Random _random;
    private readonly RaftFaults _faults;
    private readonly RaftLog _log;
    private readonly Outbox _out;

    private Instant _now;
    private NodeId? _votedFor;
    private HardState? _hard; // as it was made last

    /// <summary>How much of the committed log the caller was given to apply.</summary>
    private long _delivered;

    public RaftCore(NodeId self, RaftOptions options, RaftPersistent kept, Random random, Instant now)
        : this(self, options, kept, random, now, RaftFaults.None)
    {
    }

    internal RaftCore(NodeId self, RaftOptions options, RaftPersistent kept, Random random, Instant now, RaftFaults faults)
    {
        RaftOptionsRules.Check(options);
        ArgumentNullException.ThrowIfNull(kept);
        Self = self;
        _options = options;
        _random = random;
        _faults = faults;
        _now = now;
        _log = new RaftLog(kept.Snapshot, kept.Entries);
        _out = new Outbox(_log, kept.Hard);
        Term = Math.Max(kept.Hard.Term, _log.LastTerm);
        _votedFor = Term == kept.Hard.Term ? kept.Hard.VotedFor : null;
        CommitIndex = Math.Max(_log.Snapshot.Index, Math.Min(kept.Hard.Commit, _log.LastIndex));
        _delivered = _log.Snapshot.Index;
        if (_delivered > 0)
        {
            _out.Restore(_log.Snapshot);
        }

        // Just before it stopped, this node may have told a leader that it is followed: the rule of silence outlives the process.
        _quietUntil = Term == 0 && _log.LastIndex == 0 ? now : now + options.ElectionMin;
        ResetElectionTimer();
        if (Configuration.Voters.Count == 1 && IsVoter)
        {
            _electionDue = now; // there is nobody to hear of first
        }
    }

    public NodeId Self { get; }

    public RaftRole Role { get; private set; }

    public long Term { get; private set; }

    /// <summary>The leader of <see cref="Term"/> as far as this node knows.</summary>
    public NodeId? Leader { get; private set; }

    public long CommitIndex { get; private set; }

    public long LastIndex => _log.LastIndex;

    public long SnapshotIndex => _log.Snapshot.Index;

    /// <summary>In force: the newest in the log, committed or not.</summary>
    public RaftConfiguration Configuration => _log.Configuration;

    /// <summary>Leader only: an entry of the leader's own term is committed, so reads and configuration changes may start.</summary>
    public bool LeaderIsReady => Role == RaftRole.Leader && CommitIndex >= _leaderStart;

    /// <summary>
    /// When <see cref="Tick"/> wants to be called next; <see cref="Instant.Never"/> for a node that neither leads nor votes.
    /// </summary>
    public Instant NextDeadline => Role switch
    {
        RaftRole.Leader => LeaderDeadline(),
        RaftRole.PreCandidate or RaftRole.Candidate => Instant.Earlier(_electionDue, _askAgainDue),
        _ => MayCampaign ? _electionDue : Instant.Never,
    };

    private bool IsVoter => Configuration.Voters.Contains(Self);

    /// <summary>
    /// A voter; and one whose removal is in its log but not known to be committed: of the old majority it may be the only one
    /// that holds the entry, so that nobody else can win (thesis §4.2.2). It does not count itself.
    /// </summary>
    private bool MayCampaign => IsVoter ||
        (_log.ConfigurationIndex > CommitIndex && _log.ConfigurationBefore.Voters.Contains(Self));

    public void Tick(Instant now)
    {
        _now = Instant.Later(_now, now);
        if (_now < NextDeadline)
        {
            return;
        }

        if (Role == RaftRole.Leader)
        {
            TickLeader();
        }
        else if (_now >= _electionDue)
        {
            StartPreVote();
        }
        else
        {
            AskForVotes();
        }
    }

    public void Step(Instant now, NodeId from, RaftMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        _now = Instant.Later(_now, now);
        if (from == Self)
        {
            return;
        }

        switch (message)
        {
            case VoteRequest request:
                OnVoteRequest(from, request);
                break;
            case VoteResponse response:
                OnVoteResponse(from, response);
                break;
            case AppendRequest request:
                OnAppendRequest(from, request);
                break;
            case AppendResponse response:
                OnAppendResponse(from, response);
                break;
            case SnapshotRequest request:
                OnSnapshotRequest(from, request);
                break;
            case TimeoutNow request:
                OnTimeoutNow(from, request);
                break;
            default:
                throw new InvalidOperationException($"a {message.GetType().Name} is no message of Raft");
        }
    }

    /// <summary>Replaces the log up to an applied index by its state. An index that an earlier snapshot covers changes nothing.</summary>
    public void Compact(long index, ReadOnlyMemory<byte> state)
    {
        if (index > _delivered)
        {
            throw new InvalidOperationException($"cannot compact to {index}: entries up to {_delivered} were given out to be applied");
        }

        if (index <= _log.Snapshot.Index)
        {
            return;
        }

        _log.Compact(index, state);
        _out.Install();
    }

    /// <summary>All that is due since the last call; see <see cref="RaftOutput"/> for what must be done with it, in which order.</summary>
    public RaftOutput TakeOutput()
    {
        if (Role == RaftRole.Leader)
        {
            StartRoundForNewQuestions();
            Replicate();
        }

        var committed = _log.Range(_delivered + 1, CommitIndex);
        _delivered = CommitIndex;
        return _out.Take(HardToKeep(), committed, _faults);
    }

    private HardState HardToKeep()
    {
        var vote = _faults.ForgetsVote ? null : _votedFor;
        return _hard is { } same && same.Term == Term && same.VotedFor == vote && same.Commit == CommitIndex
            ? same
            : _hard = new HardState(Term, vote, CommitIndex);
    }

    /// <summary>Enters a newer term, in which this node has neither voted nor heard a leader.</summary>
    private void EnterTerm(long term)
    {
        if (term <= Term)
        {
            throw new InvalidOperationException($"cannot go from term {Term} to {term}");
        }

        Term = term;
        _votedFor = null;
        BecomeFollower(null);
    }

    private void BecomeFollower(NodeId? leader)
    {
        if (Role == RaftRole.Leader)
        {
            DropLeadership();
            ResetElectionTimer();
        }

        Role = RaftRole.Follower;
        Leader = leader;
        _votes.Clear();
    }

    private void CommitTo(long index)
    {
        if (index > _log.LastIndex)
        {
            throw new InvalidOperationException($"told to commit {index}, but the log ends at {_log.LastIndex}");
        }

        CommitIndex = Math.Max(CommitIndex, index);
    }

    private void Send(NodeId to, RaftMessage message) => _out.Send(to, message);
}
