using MySqlHa.Cluster;
using MySqlHa.Core;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>R2: who may lead next, and when. I4: that somebody does.</summary>
internal static class SuccessionScenarios
{
    /// <summary>T is on n0 and n1. n2's promise alone does not show that it holds everything.</summary>
    public static readonly Scenario EnoughPromises = new("one promise too few opens nothing", 3, s =>
    {
        s.LetControl(s[2]);
        s.WriteReceivedBy(s[0], s[1]);
        s.CutControl(s[1]);
        Script.BreakMysqld(s[0]);
        s.Until("n2 promised", () => Script.Promised(s[2], 1));
        s.For(3);
        s.Demand("WaitsForProof", !s.Opened(2), "an epoch was opened by the promise of n2 alone");
        s.MendControl(s[1]);
        s.DemandLeader(10, s[1], s[2]);
    });

    /// <summary>
    /// T is on n0 and n1 when n1 opens epoch 2 and dies before n2 fetched T. Epoch 2 was never established: n2 by itself may not
    /// lead, whatever epoch 2 says of its ackers.
    /// </summary>
    public static readonly Scenario SecondFailover = new("a second failover before the first is established", 3, s =>
    {
        s.CutData(s[1], s[2]);
        var t = s.WriteReceivedBy(s[0], s[1]);
        Script.BreakMysqld(s[0]);
        s.Until("n1 leads", () => s.Leads(s[1], 2));
        s.Step("n1's host loses its power", () => s[1].LosePower());
        s.For(5);
        s.Demand("WaitsForProof", !s.Opened(3), "an epoch was opened by the promise of n2 alone");
        s[1].StartAgent();
        s.For(3);
        s.Demand("WaitsForProof", !s.Leads(s[2], 3) || t.IsOn(s[2]), "n2 leads without T");
    });

    /// <summary>
    /// n0 hands over to n1, which alone acknowledged T; n0 is tagged nosync, so epoch 2 counts on n2, which is slow. n1's agent is
    /// told to restart, and the next one finds a server that lets clients in. That says nothing of epoch 2: n2 by itself may not lead when
    /// n1 is lost.
    /// </summary>
    public static readonly Scenario TakenOverAtOnce = new("an agent that takes a leader over has seen no commit acknowledged", 3, s =>
    {
        s[0].Tags = new NodeTags(NoSync: true);
        s.RestartAgent(s[0]);
        s.Until("all know the tags", () => s.World.Nodes.All(n => n.Core!.State.Members[s[0].Id].Tags.NoSync));
        s.LetControl(s[2]);
        s.AskSwitchover(to: s[1]);
        s.Until("n2 is behind n1", () => Script.Follows(s[2], s[1]));
        s.CutControl(s[0]);
        s.Until("epoch 2 is open", () => Script.EpochOn(s[1]) == 2);
        s[2].Mysqld.ReceiveDelay = TimeSpan.FromSeconds(20);
        var t = s.Write(s[0]);
        s.Until("T is acknowledged", () => t.Told == true);
        s.MendControl(s[0]);
        s.Until("n1 leads", () => s.Leads(s[1], 2));
        s.Step("n1's agent is told to stop", () => s[1].Step(StopAsked.Instance));
        s.Until("n1 may stop", () => s[1].Core!.MayStop);
        s.RestartAgent(s[1]);
        s.For(1);
        s.Demand("Undisturbed", s.Leads(s[1], 2), "a restart of its agent cost n1 its epoch");
        s.Step("n0's host loses its power", s[0].LosePower);
        Script.BreakMysqld(s[1]);
        s.For(5);
        s.Demand("WaitsForProof", !s.Opened(3), "an epoch was opened by the promise of n2 alone");
        s[2].Mysqld.ReceiveDelay = TimeSpan.Zero;
        s[0].StartAgent();
        s.DemandLeader(10, s[0], s[2]);
    });

    /// <summary>
    /// n2 acknowledged T, and a marker behind it, of which n0's agent hears late: n2 is tagged nosync, and n0 leads epoch 2, which counts
    /// on n1, by then. That marker says nothing of epoch 2: n1, which is slow, may not lead by itself when n0 is lost.
    /// </summary>
    public static readonly Scenario LateMarker = new("a marker of an earlier epoch establishes nothing", 3, s =>
    {
        s.LetControl(s[1]);
        s[1].Mysqld.ReceiveDelay = TimeSpan.FromSeconds(30);
        s[2].Mysqld.AckDelay = TimeSpan.FromSeconds(0.5);
        s[0].Mysqld.MarkersTold = TimeSpan.FromSeconds(4);
        var t = s.Write(s[0]);
        s.Until("T is acknowledged", () => t.Told == true);
        s[2].Mysqld.AckDelay = TimeSpan.Zero;
        s[2].Tags = new NodeTags(NoSync: true);
        s.RestartAgent(s[2]);
        s.Until("n0 leads epoch 2", () => s.Leads(s[0], 2));
        s.For(4);
        s.Step("n0's host loses its power", s[0].LosePower);
        s.Until("another leads", () => s.Leads(s[1], 3) || s.Leads(s[2], 3));
    });

    /// <summary>
    /// T is on n0 and n1, and epoch 2 is open for n1, when n1's data is lost: it may not lead with none, and n2 have to throw its own away.
    /// n0, which has T, leads when it is back.
    /// </summary>
    public static readonly Scenario DataLostAtOnce = new("who lost its data before it began does not lead", 3, s =>
    {
        s.LetControl(s[2]);
        s.WriteReceivedBy(s[0], s[1]);
        Script.BreakMysqld(s[0]);
        s.Until("epoch 2 is open", () => s.Opened(2));
        s.Step("n1's data is lost", s[1].StopAgent, s[1].Mysqld.GiveUp, s[1].StartAgent);
        s.For(5);
        s[0].Mysqld.CannotStart = false;
        s.DemandLeader(20, s[0], s[2]);
    });

    /// <summary>T is in n1's relay log, not applied. n1 is the only candidate, and leads when it has applied T, not before.</summary>
    public static readonly Scenario AppliedFirst = new("a leader has applied what it received", 3, s =>
    {
        s[1].Mysqld.ApplierStalled = true;
        s.WriteReceivedBy(s[0], s[1]);
        s[0].LosePower();
        s.Until("n1 and n2 promised", () => Script.Promised(s[1], 1) && Script.Promised(s[2], 1));
        s.For(2);
        s[1].Mysqld.ApplierStalled = false;
        s[1].Mysqld.Apply();
        s.DemandLeader(10, s[1], s[2]);
    });

    /// <summary>The same, and n1's mysqld dies with T unapplied: one that is started does not apply by itself.</summary>
    public static readonly Scenario AppliedAnew = new("a restarted mysqld applies what its node promised", 3, s =>
    {
        s[1].Mysqld.ApplierStalled = true;
        s.WriteReceivedBy(s[0], s[1]);
        s[0].LosePower();
        s.Until("n1 and n2 promised", () => Script.Promised(s[1], 1) && Script.Promised(s[2], 1));
        s[1].KillMysqld("killed");
        s[1].Mysqld.ApplierStalled = false;
        s.DemandLeader(10, s[1], s[2]);
    });

    /// <summary>W is half of the voters, rounded down: any majority that is left has promises enough. With W = 1 of five not.</summary>
    public static readonly Scenario MajorityLeads = new("three of five nodes lead on", 5, s =>
    {
        var t = s.Write(s[0]);
        s.Until("T is acknowledged", () => t.Told == true);
        s[0].LosePower();
        s[1].LosePower();
        s.DemandLeader(10, s[2], s[3], s[4]);
    });

    /// <summary>n1 was cloned, so it has no binary log from before. n2 lacks T, which n1 cannot send: it is cloned too.</summary>
    public static readonly Scenario PurgedLogs = new("a leader without the logs that a follower needs", 3, s =>
    {
        Script.BreakMysqld(s[2]);
        s.WriteReceivedBy(s[0], s[1]);
        s.Ask(s[2], new ReinitRequest(0, s[1].Id));
        s.Until("n1 is being cloned", () => !Script.Follows(s[1], s[0]));
        s.Until("n1 is back, and whole", () => Script.Follows(s[1], s[0]) && Script.IsWhole(s[1]));
        s[0].LosePower();
        s[2].Mysqld.CannotStart = false;
        s.DemandLeader(20, s[1], s[2]);
    });
}
