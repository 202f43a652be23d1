using MySqlHa.Cluster;

namespace MySqlHa.Consensus;

/// <summary>Elections: PreVote, the rule of silence, votes.</summary>
public sealed partial class RaftCore
{
    private readonly SortedSet<NodeId> _votes = [];
    private readonly Instant _quietUntil;
    private Instant? _leaderHeard;
    private Instant _electionDue;
    private Instant _askAgainDue;
    private bool _campaignIsForced;

    /// <summary>
    /// A node that heard a leader within the shortest election timeout votes for nobody: a node that was cut off, removed or
    /// never belonged cannot depose a leader whom a majority hears (Raft §6).
    /// </summary>
    private bool KeepsSilence => !_faults.IgnoresSilence &&
        (Role == RaftRole.Leader || _now < _quietUntil || (_leaderHeard is { } heard && _now < heard + _options.ElectionMin));

    private void ResetElectionTimer()
    {
        var spread = (long)((_options.ElectionMax - _options.ElectionMin).TotalMicroseconds * _random.NextDouble());
        _electionDue = _now + _options.ElectionMin + TimeSpan.FromMicroseconds(spread);
    }

    private void StartPreVote()
    {
        ResetElectionTimer();
        Role = RaftRole.PreCandidate;
        Leader = null;
        _campaignIsForced = false;
        StartTally();
    }

    private void StartElection(bool forced)
    {
        ResetElectionTimer();
        Term++;
        _votedFor = Self;
        Role = RaftRole.Candidate;
        Leader = null;
        _campaignIsForced = forced;
        StartTally();
    }

    private void StartTally()
    {
        _votes.Clear();
        _votes.Add(Self);
        if (!CountVotes())
        {
            AskForVotes();
        }
    }

    /// <summary>
    /// Asks those who have not granted yet; a question may be lost, or have come a moment too early for a voter's silence.
    /// </summary>
    private void AskForVotes()
    {
        _askAgainDue = _now + _options.Heartbeat;
        var pre = Role == RaftRole.PreCandidate;
        var request = new VoteRequest(pre ? Term + 1 : Term, _log.LastIndex, _log.LastTerm, pre, _campaignIsForced);
        foreach (var voter in Configuration.Voters)
        {
            if (!_votes.Contains(voter))
            {
                Send(voter, request);
            }
        }
    }

    private bool CountVotes()
    {
        if (_votes.Count(Counts) < MajorityOf(Configuration))
        {
            return false;
        }

        if (Role == RaftRole.PreCandidate)
        {
            StartElection(forced: false);
        }
        else
        {
            BecomeLeader();
        }

        return true;
    }

    private void OnVoteRequest(NodeId from, VoteRequest request)
    {
        var forced = request.Force && Configuration.Voters.Contains(from);
        if (KeepsSilence && !forced)
        {
            // A newer term is not even looked at, or asking would be enough to depose a leader.
            Send(from, new VoteResponse(Term, false, request.Pre));
            return;
        }

        var covered = _faults.VotesForStaleLogs || _log.IsCoveredBy(request.LastIndex, request.LastTerm);
        if (request.Pre)
        {
            var wouldVote = request.Term > Term && covered;
            Send(from, new VoteResponse(wouldVote ? request.Term : Term, wouldVote, true));
            return;
        }

        if (request.Term > Term)
        {
            EnterTerm(request.Term);
        }

        var granted = request.Term == Term && covered && (_votedFor is null || _votedFor == from || _faults.VotesTwice);
        if (granted)
        {
            _votedFor = from;
            ResetElectionTimer();
        }

        Send(from, new VoteResponse(Term, granted, false));
    }

    private void OnVoteResponse(NodeId from, VoteResponse response)
    {
        if (!Counts(from))
        {
            return;
        }

        if (!response.Granted)
        {
            if (response.Term > Term)
            {
                EnterTerm(response.Term);
            }

            return;
        }

        var asked = Role switch
        {
            RaftRole.PreCandidate => response.Pre && response.Term == Term + 1,
            RaftRole.Candidate => !response.Pre && response.Term == Term,
            _ => false,
        };
        if (asked)
        {
            _votes.Add(from);
            CountVotes();
        }
    }

    /// <summary>The leader hands over: campaign at once, past everybody's silence.</summary>
    private void OnTimeoutNow(NodeId from, TimeoutNow request)
    {
        if (request.Term == Term && Leader == from && Role == RaftRole.Follower && IsVoter)
        {
            StartElection(forced: true);
        }
    }

    private bool Counts(NodeId member) =>
        Configuration.Voters.Contains(member) || (_faults.CountsLearners && Configuration.Learners.Contains(member));

    private static int MajorityOf(RaftConfiguration configuration) => configuration.Majority;
}
