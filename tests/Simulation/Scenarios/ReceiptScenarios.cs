using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>R6 and R7: what was acknowledged stays on the node that did, or the node says that it may be gone.</summary>
internal static class ReceiptScenarios
{
    /// <summary>T is acknowledged by n1, not applied. n1's agent sets the receiver up anew while n0 is out of reach: T must stay.</summary>
    public static readonly Scenario KeptRelayLog = new("a receiver that is set up anew keeps what is not applied", 3, s =>
    {
        s[1].Mysqld.ApplierStalled = true;
        s.WriteReceivedBy(s[0], s[1]);
        s.CutData(s[0], s[1]);
        s.RestartAgent(s[1]);
        s.Until("n1's receiver was set up", () => s[1].Mysqld.Receiver is { Attached: false });
        s.For(0.1);
        s[0].LosePower();
        s[1].Mysqld.ApplierStalled = false;
        s[1].Mysqld.Apply();
        s.DemandLeader(10, s[1], s[2]);
    });

    /// <summary>T is in n1's page cache when n0 and n1 lose their power. n1 is back, perhaps without T: n0 is waited for.</summary>
    public static readonly Scenario DoubtfulReceipts = new("receipts from before a power loss prove nothing", 3, s =>
    {
        s[1].Mysqld.ApplierStalled = true;
        s.WriteReceivedBy(s[0], s[1]);
        s[0].LosePower();
        s[1].LosePower();
        s[1].Mysqld.ApplierStalled = false;
        s[1].StartAgent();
        s.Until("n1 and n2 promised", () => Script.Promised(s[1], 1) && Script.Promised(s[2], 1));
        s.For(3);
        s.Demand("WaitsForProof", !s.Opened(2), "an epoch was opened though n1 may have lost what it acknowledged");
        s[0].StartAgent();
        s.DemandLeader(10, s[0], s[1], s[2]);
    });

    /// <summary>n1's host was booted anew: a marker of n0 shows that n1 has everything again, so it counts when n0 is lost.</summary>
    public static readonly Scenario WholeAgain = new("a marker makes receipts whole again", 3, s =>
    {
        s[1].LosePower();
        s.For(1);
        s[1].StartAgent();
        s.Until("n1 follows", () => Script.Follows(s[1], s[0]));
        s.For(2);
        s[0].LosePower();
        s.DemandLeader(10, s[1], s[2]);
    });

    /// <summary>All hosts lose their power with T on n0 and n1. n1 and n2 come back first: they wait for n0's binary log.</summary>
    public static readonly Scenario AllLostLeaderLast = new("all nodes lost, the leader back last", 3, s =>
    {
        s[1].Mysqld.ApplierStalled = true;
        s.WriteReceivedBy(s[0], s[1]);
        s.Step("all hosts lose their power", () => s.World.Nodes.ToList().ForEach(n => n.LosePower()));
        s[1].Mysqld.ApplierStalled = false;
        s.World.Network.Heal();
        s[2].StartAgent();
        s.For(0.5);
        s[1].StartAgent();
        s.For(5);
        s.Demand("WaitsForProof", !s.Opened(2), "an epoch was opened though n1 and n2 may have lost what they acknowledged");
        s[0].StartAgent();
        s.DemandLeader(10, s[0], s[1], s[2]);
    });

    /// <summary>
    /// The same, and n1 led, as a follower of before. It is back with one other: what it committed itself is in its synced
    /// binary log, whatever its receipts are worth.
    /// </summary>
    public static readonly Scenario AllLostLeaderFirst = new("all nodes lost, the leader and one more back", 3, s =>
    {
        s.AskSwitchover(to: s[1]);
        s.Until("n1 leads and all follow", () => s.Leads(s[1], 2) && s.World.Checkers.WhyNotConverged() is null);
        s.WriteReceivedBy(s[1], s[2]);
        s.Step("all hosts lose their power", () => s.World.Nodes.ToList().ForEach(n => n.LosePower()));
        s.World.Network.Heal();
        s[1].StartAgent();
        s.For(1);
        s[0].StartAgent();
        s.DemandLeader(15, s[0], s[1]);
    });
}
