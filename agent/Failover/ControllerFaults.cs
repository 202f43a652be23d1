namespace MySqlHa.Failover;

/// <summary>Rules of the controller switched off by tests, as <see cref="DutyFaults"/>.</summary>
public sealed record ControllerFaults
{
    public static readonly ControllerFaults None = new();

    public bool CountDoubtful { get; init; }
    public bool OnePromiseLess { get; init; }
    public bool OpenBeforeApplied { get; init; }

    /// <summary>A leaving voter is removed while the current epoch still counts on its acknowledgements and its promise.</summary>
    public bool RemoveWithoutNewEpoch { get; init; }

    /// <summary>A newcomer votes at once, whatever it holds.</summary>
    public bool AddVoterEarly { get; init; }

    /// <summary>New ackers are written into the open epoch instead of a new one.</summary>
    public bool ChangeAckersInPlace { get; init; }

    /// <summary>Only the closed epoch is covered, not those before it that were never established.</summary>
    public bool CoversOnlyTheClosed { get; init; }

    /// <summary>The leader of an epoch that was handed over counts as one that holds what was acknowledged before.</summary>
    public bool TrustsHandOver { get; init; }

    /// <summary>Followers that do not get behind the next leader are waited for without end.</summary>
    public bool WaitsForPlaces { get; init; }

    /// <summary>Only the nodes that promised are the next epoch's ackers.</summary>
    public bool AckersArePromisers { get; init; }

    /// <summary>One acknowledgement completes a commit, however many voters there are.</summary>
    public bool OneAckOnly { get; init; }

    /// <summary>The closed epoch's own leader does not count after its host was restarted.</summary>
    public bool DoubtsTheLeader { get; init; }

    /// <summary>Nor does the leader before it, where the closed epoch was handed over and came to nothing.</summary>
    public bool DoubtsTheOlder { get; init; }

    /// <summary>A leader behind the first epoch need not hold what the first leader brought.</summary>
    public bool ForgetAdopted { get; init; }

    /// <summary>A plan that was to replace a leader goes on under another one.</summary>
    public bool PlansOutliveLeaders { get; init; }

    /// <summary>A leader whose mysqld is out of its followers' reach keeps the lead while its agent is heard.</summary>
    public bool StaysWhenCutOff { get; init; }

    /// <summary>A leader that is cut off is given up though no other would be reached either.</summary>
    public bool LeavesForNobody { get; init; }

    /// <summary>A leader that one follower does not reach is cut off.</summary>
    public bool CutOffFromOne { get; init; }

    /// <summary>A planned switchover that began is still planned.</summary>
    public bool KeepsBegunPlans { get; init; }

    /// <summary>R13: neither tags nor maintenance count.</summary>
    public bool IgnoresWishes { get; init; }

    /// <summary>R13: who leads is changed though the cluster is paused.</summary>
    public bool IgnoresPause { get; init; }

    /// <summary>R13: who is tagged nosync acknowledges nothing though all others are dead.</summary>
    public bool WaitsForTheDead { get; init; }

    /// <summary>R13: at the opening of an epoch all live that are not known to be dead, the leader that was just lost too.</summary>
    public bool CountsTheSilent { get; init; }

    /// <summary>R13: an epoch stands though too few of its ackers live to establish it.</summary>
    public bool StandsInVain { get; init; }

    /// <summary>R13: what operators wish of who votes does not count.</summary>
    public bool IgnoresVoteWishes { get; init; }

    /// <summary>R13: a vote is given to who is not ready for it.</summary>
    public bool GivesVotesEarly { get; init; }

    /// <summary>R9: of two that both have to live both vote.</summary>
    public bool PairsUp { get; init; }

    /// <summary>A rolling restart restarts the leader's mysqld while it leads.</summary>
    public bool RollsTheLeaderFirst { get; init; }

    /// <summary>Whether a mysqld can be done without now is not asked before it is restarted.</summary>
    public bool RollsBlindly { get; init; }

    /// <summary>A restart that is asked for does not know of another that was told a moment ago.</summary>
    public bool RestartsTogether { get; init; }

    /// <summary>A rolling restart is left as it is by a controller that did not begin it.</summary>
    public bool RollsAlone { get; init; }

    /// <summary>A rolling restart believes that nothing waits on a node that has not looked yet.</summary>
    public bool RollsOnUnsettled { get; init; }

    /// <summary>A rolling restart goes on though the node that drove it is lost.</summary>
    public bool RollsOnBehindTheLost { get; init; }

    /// <summary>R13: a dead voter votes for ever.</summary>
    public bool KeepsTheDead { get; init; }
}
