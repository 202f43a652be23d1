namespace MySqlHa.Consensus;

/// <summary>
/// Known ways to get Raft wrong, each one switch. The product runs with <see cref="None"/>; tests switch one on to show
/// that the simulator would notice. A checker that no switch trips checks nothing.
/// </summary>
internal sealed record RaftFaults
{
    public static readonly RaftFaults None = new();

    /// <summary>Votes for everyone who asks in a term.</summary>
    public bool VotesTwice { get; init; }

    /// <summary>Sends a vote without keeping it.</summary>
    public bool ForgetsVote { get; init; }

    /// <summary>Votes for a candidate whose log is behind.</summary>
    public bool VotesForStaleLogs { get; init; }

    /// <summary>Commits entries of earlier terms by counting copies (Raft figure 8).</summary>
    public bool CountsOldTerms { get; init; }

    /// <summary>Answers a read without asking a majority.</summary>
    public bool ReadsWithoutRound { get; init; }

    /// <summary>Answers a read by a round that started before the question.</summary>
    public bool ReadsByAnOlderRound { get; init; }

    /// <summary>Answers reads before an entry of its own term is committed.</summary>
    public bool ReadsBeforeOwnCommit { get; init; }

    /// <summary>Votes although a leader was heard just now.</summary>
    public bool IgnoresSilence { get; init; }

    /// <summary>A leader that hears nobody leads on.</summary>
    public bool LeadsWithoutQuorum { get; init; }

    /// <summary>Takes entries without looking whether the one before them matches.</summary>
    public bool SkipsConsistencyCheck { get; init; }

    /// <summary>Cuts the log behind every append message, late ones included.</summary>
    public bool CutsOnEveryAppend { get; init; }

    /// <summary>Commits as far as the leader says, past what the message proved equal.</summary>
    public bool CommitsPastTheProof { get; init; }

    /// <summary>Acknowledges entries without keeping them.</summary>
    public bool AcknowledgesUnkept { get; init; }

    /// <summary>Counts learners when it looks for a majority.</summary>
    public bool CountsLearners { get; init; }

    /// <summary>Changes the configuration while an earlier change, or the start of its term, is not committed.</summary>
    public bool ChangesWithoutWaiting { get; init; }

    /// <summary>Keeps the configuration of an entry that was cut from the log.</summary>
    public bool KeepsCutConfiguration { get; init; }

    /// <summary>Forgets the entries behind a snapshot that its log already contains.</summary>
    public bool InstallsOverNewerLog { get; init; }
}
