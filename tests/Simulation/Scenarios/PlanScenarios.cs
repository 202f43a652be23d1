using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>R8: switchovers that operators planned for a time.</summary>
internal static class PlanScenarios
{
    /// <summary>The best follower is to replace n0 in three seconds. n0 is lost before: whoever leads then is left alone.</summary>
    public static readonly Scenario LeaderLost = new("a plan is over with the leader that it was to replace", 3, s =>
    {
        s.LetControl(s[1]);
        Plan(s, to: null, milliseconds: 3000);
        Script.BreakMysqld(s[0]);
        s.Until("another leads", () => s.World.Nodes.Any(n => s.Leads(n, 2) && Script.Writable(n)));
        s.For(8);
        s.Demand("Undisturbed", !s.Opened(3) && !Script.KnowsClosed(s[1], 2), "a plan to replace n0 ended epoch 2, which n0 does not lead");
        DemandToldOf(s, s[1]);
    });

    /// <summary>The planned switchover begins, and is dropped because n1 does not catch up in time. It does not begin again.</summary>
    public static readonly Scenario OnceOnly = new("a planned switchover begins once", 3, s =>
    {
        s.LetControl(s[2]);
        Plan(s, s[1], milliseconds: 2000);
        s.For(1.8);
        s[1].Mysqld.ApplierStalled = true;
        s.Write(s[0]);
        s.Until("n0 closes", () => s[0].Mysqld.ReadOnly);
        s.Until("n0 leads on", () => s.Leads(s[0], 1));
        s[1].Mysqld.ApplierStalled = false;
        s[1].Mysqld.Apply();
        s.For(6);
        s.Demand("Undisturbed", !s.Opened(2) && !Script.KnowsClosed(s[2], 1), "a planned switchover that was dropped began again");
        DemandToldOf(s, s[2]);
    });

    private static void DemandToldOf(Script s, SimNode node) => s.Demand(
        "Answered",
        node.Core!.State is { Plan: null, Current.PlansDropped: [{ Cancelled: false }] },
        "the dropped plan is not in the history");

    private static void Plan(Script s, SimNode? to, int milliseconds)
    {
        s.Ask(s.Controller!, new PlanSwitchoverRequest(0, to?.Id, null, milliseconds, DryRun: false));
        s.Until("it is planned", () => s.World.Nodes.All(n => n.Core!.State.Plan is not null));
    }
}
