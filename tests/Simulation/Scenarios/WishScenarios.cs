using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>R13: tags, maintenance and a pause choose among what is safe.</summary>
internal static class WishScenarios
{
    /// <summary>n1 would be taken before n2, as it is before it in all that decides otherwise.</summary>
    public static readonly Scenario NotTheTagged = new("who is tagged nofailover is passed over", 3, s =>
    {
        Tag(s, s[1], new NodeTags(NoFailover: true));
        Script.BreakMysqld(s[0]);
        s.DemandLeader(seconds: 10, s[1], s[2]);
        s.Demand("WishesKept", Script.Writable(s[2]), "n1 is tagged nofailover and leads, though n2 could");
    });

    /// <summary>T is on n0 and n1 only: nothing is lost for a tag. n1 hands over to n2 once that has T.</summary>
    public static readonly Scenario NothingLostForIt = new("who alone holds a commit leads whatever its tags, and hands over", 3, s =>
    {
        Tag(s, s[1], new NodeTags(NoFailover: true));
        s.WriteReceivedBy(s[0], s[1]);
        Script.BreakMysqld(s[0]);
        s.DemandLeader(seconds: 10, s[1], s[2]);
        var led = s.Within("n2 leads", () => Script.Writable(s[2]), seconds: 15);
        s.Demand("WishesKept", led, "n1 is tagged nofailover and leads on, though n2 follows it and could");
    });

    /// <summary>Of two that hold the same the one with the higher priority leads.</summary>
    public static readonly Scenario HigherFirst = new("the higher priority leads", 3, s =>
    {
        Tag(s, s[2], new NodeTags(Priority: 500));
        Script.BreakMysqld(s[0]);
        s.DemandLeader(seconds: 10, s[1], s[2]);
        s.Demand("WishesKept", Script.Writable(s[2]), "n2 has the higher priority, and n1 leads");
    });

    /// <summary>n1 does not acknowledge: a new epoch says so. Commits wait for n2 alone from then on.</summary>
    public static readonly Scenario NoAcknowledgement = new("who is tagged nosync acknowledges nothing", 3, s =>
    {
        Tag(s, s[1], new NodeTags(NoSync: true));
        var turned = s.Within("an epoch counts on n2 alone", () => Ackers(s) is [var only] && only == s[2].Id, seconds: 10);
        s.Demand("WishesKept", turned, "n1 is tagged nosync and counted on");
        s.Until("n1 follows on", () => Script.Follows(s[1], s[0]));
        s.CutData(s[0], s[2]);
        var commit = s.Write(s[0]);
        s.For(1);
        s.Demand("WishesKept", commit.Told is null, "a commit was acknowledged by n1, which is tagged nosync");
        s.MendData(s[0], s[2]);
    });

    /// <summary>n2, which alone acknowledges, is gone: n1 does so again, tagged as it is.</summary>
    public static readonly Scenario NobodyElseLives = new("who is tagged nosync acknowledges where all others are dead", 3, s =>
    {
        Tag(s, s[1], new NodeTags(NoSync: true));
        s.Until("an epoch counts on n2 alone", () => Ackers(s) is [var only] && only == s[2].Id);
        s.Step("n2 is gone", s[2].LosePower);
        var commit = s.Write(s[0]);
        bool CountsOnBoth() => s[1].Core!.State.Current is { Closed: false, Number: > 2 } open && open.Ackers.Count == 2;
        var counts = s.Within("an epoch counts on both", CountsOnBoth, seconds: 30);
        s.Demand("MajorityLeads", counts, "commits wait for n2 alone, which is gone");
        s.DemandLeader(seconds: 10, s[0], s[1]);
        s.Demand("Answered", commit.Told is not true || s[1].Mysqld.Rows.Contains(commit.Content), "a commit was acknowledged by nobody");
    });

    /// <summary>n0 leads and is gone. Of the others n1 is tagged nosync: it acknowledges all the same what n2 commits, from the beginning.</summary>
    public static readonly Scenario LeaderGone = new("who is tagged nosync acknowledges where the other is the lost leader", 3, s =>
    {
        Tag(s, s[1], new NodeTags(NoSync: true));
        s.Until("an epoch counts on n2 alone", () => Ackers(s) is [var only] && only == s[2].Id);
        s.Step("n0 is gone", s[0].LosePower);
        s.DemandLeader(seconds: 2.5, s[1], s[2]);
    });

    /// <summary>n2 leads, and before it is told that a commit is acknowledged n0, which alone shall do so, is gone.</summary>
    public static readonly Scenario GoneAtOnce = new("an epoch that only the dead could establish is given up", 3, s =>
    {
        Tag(s, s[1], new NodeTags(NoSync: true));
        s.Until("an epoch counts on n2 alone", () => Ackers(s) is [var only] && only == s[2].Id);
        s.LetControl(s[1]);
        s.AskSwitchover(to: s[2]);
        s.Until("n2 leads", () => s.Leads(s[2], 3));
        s.Demand("WishesKept", s[1].Core!.State.Current is { Established: false, Ackers: [var only] } && only == s[0].Id, "n1 is counted on");
        s.Step("n0 is gone", s[0].LosePower);
        s.Demand("MajorityLeads", s.Within("another epoch is open", () => s.Opened(4), seconds: 10), "commits wait for n0 alone, which is gone");
        s.DemandLeader(seconds: 10, s[1], s[2]);
    });

    /// <summary>n1's mysqld is stopped in its maintenance, and back when that is over.</summary>
    public static readonly Scenario LeftDown = new("mysqld is left down in maintenance", 3, s =>
    {
        Maintain(s, s[1], seconds: 6);
        s[1].KillMysqld("shut down", byShutdown: true);
        s.For(4);
        s.Demand("WishesKept", !s[1].Mysqld.Running, "the mysqld of n1 was started in its maintenance");
        var back = s.Within("n1 follows", () => Script.Follows(s[1], s[0]), seconds: 10);
        s.Demand("Answered", back, "the maintenance of n1 is over, and its mysqld is not back");
    });

    /// <summary>n0 leads and goes into maintenance: another takes over with nothing lost.</summary>
    public static readonly Scenario LeaderMaintained = new("a leader in maintenance hands over", 3, s =>
    {
        Maintain(s, s[0], seconds: 8);
        var over = s.Within("another leads", () => s.AllBut(0).Any(Script.Writable), seconds: 4);
        s.Demand("WishesKept", over, "n0 is in maintenance and leads on");
    });

    /// <summary>While the cluster is paused a lost leader is not replaced; when that is over it is.</summary>
    public static readonly Scenario Paused = new("nobody is replaced while the cluster is paused", 3, s =>
    {
        Pause(s, true);
        Script.BreakMysqld(s[0]);
        s.For(6);
        s.Demand("NothingWhilePaused", !s.Opened(2) && !Script.KnowsClosed(s[1], 1), "epoch 1 was ended by the cluster itself in a pause");
        Pause(s, false);
        s.DemandLeader(seconds: 10, s[1], s[2]);
    });

    /// <summary>A planned switchover does not begin in a pause: it would be the cluster's own doing.</summary>
    public static readonly Scenario PausedPlan = new("a plan does not begin in a pause", 3, s =>
    {
        s.Ask(s.Controller!, new PlanSwitchoverRequest(0, s[1].Id, null, 2000, DryRun: false));
        s.Until("it is planned", () => s.World.Nodes.All(n => n.Core!.State.Plan is not null));
        Pause(s, true);
        s.For(6);
        s.Demand("NothingWhilePaused", !s.Opened(2) && !Script.KnowsClosed(s[1], 1), "a planned switchover began in a pause");
        Pause(s, false);
        s.Until("n1 leads", () => Script.Writable(s[1]));
    });

    private static NodeId[] Ackers(Script s) => s[2].Core?.State.Current is { Closed: false, Established: true } open ? [.. open.Ackers] : [];

    private static void Tag(Script s, SimNode node, NodeTags tags)
    {
        node.Tags = tags;
        s.RestartAgent(node);
        s.Until("all know the tags", () => s.World.Nodes.All(n => n.Core!.State.Members[node.Id].Tags == tags));
        s.Until("it follows", () => Script.Follows(node, s[0]));
        s.For(1);
    }

    private static void Maintain(Script s, SimNode node, int seconds)
    {
        s.Ask(s.Controller!, new MaintenanceRequest(0, node.Id, seconds * 1000, "a new disk"));
        s.Until("all know it", () => s.World.Nodes.All(n => n.Core!.State.Maintenance.ContainsKey(node.Id)));
    }

    private static void Pause(Script s, bool paused)
    {
        s.Ask(s.Controller!, new PauseRequest(0, paused));
        s.Until("all know it", () => s.World.Nodes.All(n => n.Core!.State.Paused == paused));
    }
}
