using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>One node alone, and how it comes to be three.</summary>
internal static class AloneScenarios
{
    /// <summary>Whatever of it dies, it leads again by itself, with all that its clients were told OK for.</summary>
    public static readonly Scenario Alone = new("one node alone leads again with its own tail", 1, s =>
    {
        ScriptedCommit Written()
        {
            var commit = s.Write(s[0]);
            s.Until("it is acknowledged, by nobody but the node itself", () => commit.Told == true);
            return commit;
        }

        _ = Written();
        s.Step("mysqld crashes", () => s[0].KillMysqld("killed"));
        s.DemandLeader(seconds: 10, s[0]);
        _ = Written();
        s.Step("the agent crashes, and comes back too late for its lease", s[0].StopAgent);
        s.For(3);
        s[0].StartAgent();
        s.DemandLeader(seconds: 10, s[0]);
        _ = Written();
        s.Step("power off", s[0].LosePower);
        s.For(1);
        s[0].StartAgent();
        s.DemandLeader(seconds: 10, s[0]);
    });

    /// <summary>With a second voter it would hang on both. So one that comes alone does not vote, and may go again.</summary>
    public static readonly Scenario NoPair = new("one node gives no vote to a second before there is a third", 1, s =>
    {
        Open(s);
        var second = s.AddFollower(s[0]);
        s.For(3);
        s.Step("the second is lost", second.LosePower);
        s.DemandLeader(seconds: 10, s[0]);
    });

    /// <summary>What it wrote alone is on the others before they count, and what it writes then is on one of them.</summary>
    public static readonly Scenario Grown = new("one node becomes three", 1, s =>
    {
        _ = s.Write(s[0]);
        Open(s);
        var (second, third) = (s.World.AddNode(), s.World.AddNode());
        second.StartAgent();
        third.StartAgent();
        bool Counts() => s[0].Core?.State.Current is { Closed: false, Established: true, AcksNeeded: 1, Ackers.Count: 2 };
        s.Until("an epoch counts on both", Counts, seconds: 40);
        s.For(1);
        var last = s.WriteReceivedBy(s[0], second);
        s.Step("the first is lost", s[0].LosePower);
        s.DemandLeader(seconds: 10, second, third);
        var leader = Script.Writable(second) ? second : third;
        s.Demand("NothingLost", leader.Mysqld.Rows.Contains(last.Content), "the last commit is not on who leads");
    });

    /// <summary>Its agent is restarted to take others in.</summary>
    private static void Open(Script s)
    {
        (s[0].Standalone, s[0].Voters) = (false, 3);
        s.RestartAgent(s[0]);
        s.Until("three shall vote", () => s[0].Core!.State.VotersTarget == 3);
    }
}
