using MySqlHa.Cluster;

namespace MySqlHa.Consensus;

/// <summary>
/// ReadIndex (thesis §6.4): a leader that a majority answers in a round that began after the question led when it was asked,
/// so nobody could have committed anything else before.
/// </summary>
public sealed partial class RaftCore
{
    private readonly List<Question> _questions = [];
    private long _round;

    /// <summary>
    /// Starts a quorum round; a <see cref="ReadConfirmed"/> with this context follows, or nothing ever does. False where this
    /// node cannot start one.
    /// </summary>
    public bool ReadIndex(Instant now, long context)
    {
        _now = Instant.Later(_now, now);

        // Before an entry of its own term is committed a leader does not know how far its predecessors committed.
        if (Role != RaftRole.Leader || (!LeaderIsReady && !_faults.ReadsBeforeOwnCommit))
        {
            return false;
        }

        if (_faults.ReadsWithoutRound)
        {
            _out.Confirm(new ReadConfirmed(context, CommitIndex));
            return true;
        }

        _questions.Add(new Question(context, CommitIndex, _faults.ReadsByAnOlderRound ? Math.Max(_round, 1) : null));
        return true;
    }

    /// <summary>Questions asked since the last output share a round: it starts when its messages leave.</summary>
    private void StartRoundForNewQuestions()
    {
        if (_questions.Exists(q => q.Round is null) || (_faults.ReadsByAnOlderRound && _round == 0 && _questions.Count > 0))
        {
            _round++;
            for (var i = 0; i < _questions.Count; i++)
            {
                _questions[i] = _questions[i] with { Round = _questions[i].Round ?? _round };
            }
        }

        ConfirmReads();
    }

    private void ConfirmReads()
    {
        if (Role != RaftRole.Leader || _questions.Count == 0)
        {
            return;
        }

        var confirmed = HighestOnMajority(_round, p => p.RoundHeard);
        foreach (var question in _questions.Where(q => q.Round <= confirmed))
        {
            _out.Confirm(new ReadConfirmed(question.Context, question.Index));
        }

        _questions.RemoveAll(q => q.Round <= confirmed);
    }

    private sealed record Question(long Context, long Index, long? Round);
}
