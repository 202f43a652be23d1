using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>R13: who votes, as operators wish and as the dead make necessary.</summary>
internal static class VoteScenarios
{
    /// <summary>n3 takes the vote of one that nobody wished to vote, and gives it back: as many vote as before.</summary>
    public static readonly Scenario AsWished = new("who is wished to vote votes, who is not does not", 3, s =>
    {
        var added = s.AddFollower(s[0]);
        s.Ask(s.Controller!, new VotingRequest(0, added.Id, Votes: true));
        var votes = s.Within("n3 votes, and three do", () => Voters(s) is { Count: 3 } voters && voters.Contains(added.Id), seconds: 20);
        s.Demand("WishesKept", votes, "n3 was wished to vote, is ready to, and does not");
        s.For(1);
        s.Ask(s.Controller!, new VotingRequest(0, added.Id, Votes: false));
        bool Follows() => Voters(s) is { Count: 3 } voters && !voters.Contains(added.Id);
        var follows = s.Within("n3 votes no more, and three do", Follows, seconds: 20);
        s.Demand("WishesKept", follows, "n3 was wished to follow without a vote, and votes");
    });

    /// <summary>n3 is to vote and cannot: until it can, the others keep their votes, and may lose one of them.</summary>
    public static readonly Scenario NotReady = new("no vote is taken while nobody is ready to have it", 3, s =>
    {
        var added = s.AddFollower(s[0]);
        Script.BreakMysqld(added);
        s.For(1);
        s.Ask(s.Controller!, new VotingRequest(0, added.Id, Votes: true));
        s.For(3);
        s.Step("n1 is lost", s[1].LosePower);
        s.DemandLeader(seconds: 10, s[0], s[2]);
    });

    /// <summary>n1 is dead, n3 follows and has its vote after a while: then n0 may be lost too.</summary>
    public static readonly Scenario DeadForLong = new("a voter that is dead for long loses its vote to one that lives", 3, s =>
    {
        var added = s.AddFollower(s[0]);
        s.Step("n1 is lost", s[1].LosePower);
        _ = s.Within("n3 votes, and is counted on", () => s[0].Core!.State.Current is { Closed: false, Established: true } open
            && open.Ackers.Contains(added.Id), seconds: 40);
        s.For(1);
        s.Step("n0 is lost too", s[0].LosePower);
        s.DemandLeader(seconds: 10, s[2], added);
    });

    private static System.Collections.Immutable.ImmutableSortedSet<NodeId>? Voters(Script s) => s.Controller?.Core?.Voters;
}
