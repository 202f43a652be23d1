using MySqlHa.Cluster;
using MySqlHa.Core;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>Leases: no two nodes that are writable believe in themselves at once, whoever is frozen, slow, away or newly elected.</summary>
internal static class LeaseScenarios
{
    /// <summary>n0, frozen, is writable and its lease runs. Epoch 2 is open at once, but n1 gets no lease before that of n0 is over.</summary>
    public static readonly Scenario OldLeaseFirst = new("the next leader waits for the end of the old lease", 3, s =>
    {
        s.Step("the agent of n0 is frozen, and n1 is to lead", () => s[0].Freeze(SimProcess.Agent, TimeSpan.FromSeconds(5)));
        s.AskFailover(to: s[1]);
        s.Until("n1 leads", () => s.Leads(s[1], 2));
    });

    /// <summary>
    /// n0, frozen, is writable until its guard's clock says so, which is a slow one; the controller's is a fast one. Epoch 2 is open at
    /// once, but n1 is not made writable before the guard has killed n0's mysqld.
    /// </summary>
    public static readonly Scenario OldGuardFirst = new("the next leader waits for the old one's guard", 3, s =>
    {
        s.Step("the agent of n0 is frozen, and n1 is to lead", () => s[0].Freeze(SimProcess.Agent, TimeSpan.FromSeconds(5)));
        s.AskFailover(to: s[1]);
        s.Until("n1 leads", () => s.Leads(s[1], 2));
    }) { Drift = 0.009 };

    /// <summary>Answers reach n0 late, then its questions reach nobody. A lease runs from its question: the controller counts no further.</summary>
    public static readonly Scenario FromTheQuestion = new("a late answer does not stretch a lease", 3, s =>
    {
        s.World.Network.Delay(s[0], TimeSpan.FromSeconds(0.6));
        s.For(2);
        s.CutOutgoing(s[0]);
        s.Until("another leads", () => s.AllBut(0).Any(n => s.Leads(n, 2)));
        s.For(1);
        s.World.Network.Delay(s[0], TimeSpan.Zero);
    });

    /// <summary>
    /// n0's agent is restarted with three times the lease that its epoch has, as while that is changed from node to node. Then it is cut
    /// off: the others give it up after a lease of the epoch, so it may count no further itself.
    /// </summary>
    public static readonly Scenario LongerLease = new("a leader counts by no more than the lease of its epoch", 3, s =>
    {
        s.LetControl(s[1]);
        s[0].Timing = Weights.Timing with { Lease = Weights.Timing.Lease * 3 };
        s.RestartAgent(s[0]);
        s.For(2);
        LeadsOnUntilCutOff(s);
    });

    /// <summary>
    /// The agents of n1 and n2 are restarted with a third of the lease that the epoch of n0 has. Then n0 is cut off: it counts on by its
    /// own, and whichever of them controls waits as long, though it would give up a leader of its own times sooner.
    /// </summary>
    public static readonly Scenario ShorterLease = new("a controller waits for as long as the lease of the epoch is", 3, s =>
    {
        s.LetControl(s[1]);
        foreach (var other in s.AllBut(0))
        {
            other.Timing = Weights.Timing with { Lease = Weights.Timing.Lease / 3 };
            s.RestartAgent(other);
            s.For(2);
        }

        LeadsOnUntilCutOff(s);
    });

    /// <summary>n0, frozen, is writable and its lease runs. Another controller does not know of it, and so waits a whole lease.</summary>
    public static readonly Scenario NewController = new("a new controller waits for leases it did not give", 3, s =>
    {
        s.LetControl(s[1]);
        s.Step("the agent of n0 is frozen", () => s[0].Freeze(SimProcess.Agent, TimeSpan.FromSeconds(5)));
        s.Step("n1 hands the controller's part over", () => s[1].Step(StopAsked.Instance));
        s.Until("another leads", () => s.AllBut(0).Any(n => s.Leads(n, 2)));
    });

    /// <summary>
    /// n0's agent was restarted on purpose and is long back when n0 is lost; n1 leads, and is lost too. Nobody waits for the end of n0's
    /// absence: that n1 led says that n0 does not any more.
    /// </summary>
    public static readonly Scenario AbsenceIsOver = new("an absence of an earlier leader does not hold the next but one up", 3, s =>
    {
        s.LetControl(s[2]);
        s[0].Step(StopAsked.Instance);
        s.Until("n0 may stop", () => s[0].Core!.MayStop);
        s.Step("n0's agent is away", s[0].StopAgent, () => s[0].RestEnds = s.World.Now + Weights.Timing.Rest);
        s[0].StartAgent();
        s.AskFailover(to: s[1]);
        s.Until("n1 leads", () => s.Leads(s[1], 2));
        s.Until("n0 follows", () => Script.Follows(s[0], s[1]));
        s.Step("n1 is out of reach", () => s.CutControl(s[1]));
        s.DemandLeader(seconds: 4, s[0], s[2]);
        s.MendControl(s[1]);
    });

    /// <summary>n0's agent announced that it restarts, and is away. The controller changes: that one too leaves n0 in peace.</summary>
    public static readonly Scenario AnnouncedAbsence = new("an announced absence is known to every controller", 3, s =>
    {
        var life = s[0].Mysqld.Life;
        s.LetControl(s[1]);
        s[0].Step(StopAsked.Instance);
        s.Until("n0 may stop", () => s[0].Core!.MayStop);
        s.Step("n0's agent is away", s[0].StopAgent, () => s[0].RestEnds = s.World.Now + Weights.Timing.Rest);
        s.Step("n1 hands the controller's part over", () => s[1].Step(StopAsked.Instance));
        s.For(3);
        s[0].StartAgent();
        s.For(2);
        s.Demand("Undisturbed", s[0].Mysqld.Life == life && s.Leads(s[0], 1), "an announced absence cost n0 its mysqld or its epoch");
    });

    /// <summary>
    /// The same, and the agent of n2, which has applied the log's word of n0's absence, is restarted before it controls: it reads the log
    /// again, and has told people of that entry already. All agents are restarted one after the other in an upgrade.
    /// </summary>
    public static readonly Scenario AbsenceReadAgain = new("an announced absence is known to an agent that was restarted since", 3, s =>
    {
        var life = s[0].Mysqld.Life;
        s.LetControl(s[1]);
        s[0].Step(StopAsked.Instance);
        s.Until("n0 may stop", () => s[0].Core!.MayStop);
        s.Step("n0's agent is away", s[0].StopAgent, () => s[0].RestEnds = s.World.Now + Weights.Timing.Rest);
        s.RestartAgent(s[2]);
        s.For(0.5);
        s.Step("n1 hands the controller's part over", () => s[1].Step(StopAsked.Instance));
        s.For(2.5);
        s[0].StartAgent();
        s.For(2);
        s.Demand("Undisturbed", s[0].Mysqld.Life == life && s.Leads(s[0], 1), "an announced absence cost n0 its mysqld or its epoch");
    });

    /// <summary>n0 leads still; then it is cut off, and another takes over.</summary>
    private static void LeadsOnUntilCutOff(Script s)
    {
        s.Demand("Undisturbed", s.Leads(s[0], 1), "n0 lost its epoch by another lease");
        s.CutControl(s[0]);
        s.Until("another leads", () => s.AllBut(0).Any(n => s.Leads(n, 2)));
        s.For(1);
        s.MendControl(s[0]);
    }
}
