using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Consensus;

/// <summary>What a leader does: propose, replicate, commit, watch its quorum, hand over.</summary>
public sealed partial class RaftCore
{
    /// <summary>How far a stream may run ahead of its acknowledgements, in full messages.</summary>
    private const int MaxMessagesInFlight = 16;

    private readonly SortedList<NodeId, Progress> _progress = [];
    private long[] _values = []; // one for each voter: reused
    private Instant _heartbeatDue;
    private long _leaderStart;
    private NodeId? _transferTo;
    private Instant _transferDue;

    /// <summary>Leader only: when each other member was last heard (null: not in this term).</summary>
    public Instant? LastHeard(NodeId member) => _progress.TryGetValue(member, out var known) ? known.Heard : null;

    /// <summary>Leader only: last index known to be on the member.</summary>
    public long MatchIndex(NodeId member) =>
        Role != RaftRole.Leader ? 0
        : member == Self ? _log.LastIndex
        : _progress.TryGetValue(member, out var known) ? known.Match : 0;

    public ProposeOutcome Propose(Instant now, ReadOnlyMemory<byte> command)
    {
        _now = Instant.Later(_now, now);
        if (Role != RaftRole.Leader)
        {
            return ProposeOutcome.NotLeader;
        }

        if (_transferTo is not null)
        {
            return ProposeOutcome.Transferring;
        }

        AppendOwn(EntryKind.Command, command);
        return ProposeOutcome.Accepted;
    }

    /// <summary>Hands leadership to a voter; false where this node does not lead or the target is no other voter.</summary>
    public bool TransferLeadership(Instant now, NodeId to)
    {
        _now = Instant.Later(_now, now);
        if (Role != RaftRole.Leader || to == Self || !Configuration.Voters.Contains(to))
        {
            return false;
        }

        _transferTo = to;
        _transferDue = _now + _options.ElectionMax;
        HandOverWhenCaughtUp();
        return true;
    }

    private void BecomeLeader()
    {
        Role = RaftRole.Leader;
        Leader = Self;
        _votes.Clear();
        _heartbeatDue = _now + _options.Heartbeat;
        _round = 0;
        _leaderStart = _log.LastIndex + 1;
        FollowConfiguration();
        AppendOwn(EntryKind.Noop, ReadOnlyMemory<byte>.Empty);
    }

    private void DropLeadership()
    {
        _progress.Clear();
        _questions.Clear();
        _transferTo = null;

        // It knows best that there was a leader until now, but nobody is served by its silence about itself.
        _leaderHeard = null;
    }

    private void AppendOwn(EntryKind kind, ReadOnlyMemory<byte> data)
    {
        var entry = new LogEntry(_log.LastIndex + 1, Term, kind, data);
        _log.Append(entry);
        _out.LogChangedFrom(entry.Index);
        if (kind == EntryKind.Configuration)
        {
            FollowConfiguration();
        }

        AdvanceCommit();
    }

    /// <summary>One progress for each other member of the configuration in force.</summary>
    private void FollowConfiguration()
    {
        var members = Configuration.Voters.Union(Configuration.Learners).Remove(Self);
        foreach (var gone in _progress.Keys.Where(m => !members.Contains(m)).ToImmutableArray())
        {
            _progress.Remove(gone);
        }

        foreach (var member in members)
        {
            if (!_progress.ContainsKey(member))
            {
                _progress.Add(member, new Progress(member, _log.LastIndex + 1, _now));
            }
        }
    }

    /// <summary>
    /// Raft §5.4.2: an entry of this term that a majority holds is committed, and with it all before it. An older entry on a
    /// majority is not: a candidate whose last entry is newer could still win and cut it.
    /// </summary>
    private void AdvanceCommit()
    {
        var onMajority = HighestOnMajority(_log.LastIndex, p => p.Match);
        if (onMajority <= CommitIndex || (_log.TermAt(onMajority) != Term && !_faults.CountsOldTerms))
        {
            return;
        }

        CommitTo(onMajority);
        if (!IsVoter && CommitIndex >= _log.ConfigurationIndex)
        {
            LeaveOffice();
        }
    }

    /// <summary>The highest value that a majority of the voters has reached.</summary>
    private long HighestOnMajority(long own, Func<Progress, long> value)
    {
        Array.Resize(ref _values, Math.Max(_values.Length, _progress.Count + 1));
        var (values, count) = (_values, 0);
        foreach (var progress in _progress.Values)
        {
            if (Counts(progress.Member))
            {
                values[count++] = value(progress);
            }
        }

        if (IsVoter)
        {
            values[count++] = own;
        }

        Array.Sort(values, 0, count);
        var majority = MajorityOf(Configuration);
        return count < majority ? 0 : values[count - majority];
    }

    /// <summary>This node was removed, and that is committed: tell it to the others, name a successor, and stop.</summary>
    private void LeaveOffice()
    {
        Replicate();
        var successor = _progress.Values.Where(p => Configuration.Voters.Contains(p.Member)).MaxBy(p => p.Match);
        if (successor is not null && successor.Match == _log.LastIndex)
        {
            Send(successor.Member, new TimeoutNow(Term));
        }

        BecomeFollower(null);
    }

    private Instant LeaderDeadline()
    {
        var due = Instant.Earlier(_heartbeatDue, QuorumDeadline());
        return _transferTo is null ? due : Instant.Earlier(due, _transferDue);
    }

    /// <summary>
    /// CheckQuorum: a leader that a majority has not answered for the longest election timeout is probably deposed already.
    /// </summary>
    private Instant QuorumDeadline()
    {
        if (_faults.LeadsWithoutQuorum)
        {
            return Instant.Never;
        }

        var heard = HighestOnMajority(long.MaxValue, p => p.HeardOrNew.Micros);
        return heard == long.MaxValue ? Instant.Never : new Instant(heard) + _options.ElectionMax;
    }

    private void TickLeader()
    {
        if (_now >= QuorumDeadline())
        {
            BecomeFollower(null);
            return;
        }

        if (_transferTo is not null && _now >= _transferDue)
        {
            _transferTo = null;
        }

        if (_now < _heartbeatDue)
        {
            return;
        }

        _heartbeatDue = _now + _options.Heartbeat;
        HandOverWhenCaughtUp();
        foreach (var member in _progress.Values)
        {
            member.HeartbeatDue = true;
            if (member.ProbeInFlight && (member.SnapshotInFlight == 0 || _now >= member.ProbeSent + _options.ElectionMin))
            {
                member.GiveUpProbe();
            }
        }
    }

    private void HandOverWhenCaughtUp()
    {
        if (_transferTo is { } to && _progress.TryGetValue(to, out var target) && target.Match == _log.LastIndex)
        {
            Send(to, new TimeoutNow(Term));
        }
    }
}
