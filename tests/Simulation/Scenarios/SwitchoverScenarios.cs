using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>R8, late effects, and what operators ask for.</summary>
internal static class SwitchoverScenarios
{
    /// <summary>
    /// n0 handed over to n1. n2 has not heard of it and still receives from n0. An opening statement of n0's former agent,
    /// late on its way, finds that another agent holds the effects lock, and opens nothing.
    /// </summary>
    public static readonly Scenario LateStatement = new("a late statement of an agent that is gone opens nothing", 3, s =>
    {
        s.LetControl(s[1]);
        var former = s[0].AgentLife;
        s.CutControl(s[2]);
        s.AskSwitchover(to: s[1]);
        s.Until("n1 leads in the log", () => Script.EpochOn(s[1]) == 2);
        s.RestartAgent(s[0]);
        s.Until("n0's new agent took the lock", () => s[0].Mysqld.EffectsLock > former);
        s.Step("the late statement runs", () => s[0].Mysqld.OpenForWrites(former));
        s.Write(s[0]);
        s.For(0.1);
        s.Until("n1 leads", () => s.Leads(s[1], 2));
    });

    /// <summary>
    /// T waits on n0 when a switchover makes it read-only: the variable reads 1, but the statement hangs, for T's client may yet
    /// be told OK. It may not be taken for done: n1 would lead without T, and n2 acknowledge it after that.
    /// </summary>
    public static readonly Scenario HangingDemotion = new("read-only is done when the statement returned", 3, s =>
    {
        s.LetControl(s[1]);
        s.CutData(s[0], s[1]);
        s.CutData(s[0], s[2]);
        s.Write(s[0]);
        s.CutControl(s[2]);
        s.AskSwitchover(to: s[1]);
        s.Until("n0 closes", () => s[0].Mysqld.ReadOnly);
        _ = s.Within("n1 leads in the log", () => Script.EpochOn(s[1]) == 2, 1);
        s.MendData(s[0], s[2]);
        s.For(1);
        s.Until("n1 leads, or n0 leads on", () => s.Leads(s[1], 2) || s.Leads(s[0], 1));
    });

    /// <summary>
    /// The same, and n0's agent dies while the statement hangs. The next one finds mysqld read-only, and cannot know that T's client
    /// waits for an OK that n2 may yet cause: it kills mysqld.
    /// </summary>
    public static readonly Scenario UnseenDemotion = new("who did not see a demotion return does not trust it", 3, s =>
    {
        s.LetControl(s[1]);
        s.CutData(s[0], s[1]);
        s.CutData(s[0], s[2]);
        s.AskSwitchover(to: s[1]);
        s.Write(s[0]);
        s.Until("n0 closes", () => s[0].Mysqld.ReadOnly);
        s.CutControl(s[2]);
        s.RestartAgent(s[0]);
        s.Until("n1 leads in the log", () => s.Opened(2));
        s.MendData(s[0], s[2]);
        s.For(1);
        s.Until("one of them leads", () => s.Leads(s[1], 2) || s.Leads(s[0], 2));
    });

    /// <summary>
    /// n2 is behind n1, and epoch 2 is open for n1. n0 does not hear of it: it serves on in its lease, and n1 acknowledges. So
    /// n1 waits for n0's last word, and as it does not come, epoch 2 comes to nothing.
    /// </summary>
    public static readonly Scenario WordThatDoesNotCome = new("who takes over waits for the old leader's last word", 3, s =>
    {
        s.LetControl(s[2]);
        s.AskSwitchover(to: s[1]);
        s.Until("n2 is behind n1", () => Script.Follows(s[2], s[1]));
        s.CutControl(s[0]);
        s.Until("epoch 2 is open", () => Script.EpochOn(s[1]) == 2);
        var commit = s.Write(s[0]);
        s.Until("n0 serves on", () => commit.Told == true, 0.5);
        s.Until("one of the others leads", () => Script.Writable(s[1]) || Script.Writable(s[2]));
        s.Demand("Undisturbed", s.World.Checkers.EpochOf(s[1]) != 2, "n1 led epoch 2, though n0 had not said how it ended");
    });

    /// <summary>n1 acknowledged T, and its applier stands, when n0 says with what it stopped: n1 leads when it has applied T.</summary>
    public static readonly Scenario LastTransactions = new("who takes over applies the old leader's last transactions first", 3, s =>
    {
        s.LetControl(s[2]);
        s.AskSwitchover(to: s[1]);
        s.Until("n2 is behind n1", () => Script.Follows(s[2], s[1]));
        s.CutControl(s[0]);
        s.Until("epoch 2 is open", () => Script.EpochOn(s[1]) == 2);
        s[1].Mysqld.ApplierStalled = true;
        var commit = s.Write(s[0]);
        s.Until("T is acknowledged", () => commit.Told == true);
        s.MendControl(s[0]);
        s.For(0.2);
        s.Step("n1 applies again", () => s[1].Mysqld.ApplierStalled = false, s[1].Mysqld.Apply);
        s.Until("n1 leads", () => s.Leads(s[1], 2));
    });

    /// <summary>
    /// n2 acknowledged T, which is still on its way to n1; then n2 gets behind n1, epoch 2 is open for n1, and n0 is lost before its last
    /// word. n1 stands for nothing but epoch 2, in which nothing was committed: n2, which holds T, leads epoch 3.
    /// </summary>
    public static readonly Scenario LostBeforeItsWord = new("an epoch that was handed over proves nothing about the one before", 3, s =>
    {
        s.LetControl(s[2]);
        s[1].Mysqld.ReceiveDelay = TimeSpan.FromSeconds(3);
        var commit = s.Write(s[0]);
        s.Until("T is acknowledged", () => commit.Told == true);
        s.AskSwitchover(to: s[1]);
        s.Until("epoch 2 is open", () => s.Opened(2));
        Script.BreakMysqld(s[0]);
        s.DemandLeader(seconds: 10, s[1], s[2]);
    });

    /// <summary>The same, and n0's mysqld starts again. What epoch 2 began with is not known: nothing is cut by it.</summary>
    public static readonly Scenario BackInAHandOver = new("nothing is cut by an epoch whose first set is not known", 3, s =>
    {
        s.LetControl(s[2]);
        var commit = s.Write(s[0]);
        s.Until("T is acknowledged", () => commit.Told == true);
        s.AskSwitchover(to: s[1]);
        s.Until("epoch 2 is open", () => s.Opened(2));
        s[0].KillMysqld("killed");
        s.DemandLeader(seconds: 10, s[1], s[2]);
    });

    /// <summary>
    /// n1, which followed, leads epoch 2; epoch 3 is open for n0 when all hosts lose their power, before n1's last word. Nobody's receipts
    /// prove anything any more: what was acknowledged in epoch 2 is told by n1's own binary log, though the epoch that is over is another's.
    /// </summary>
    public static readonly Scenario DarkInAHandOver = new("behind a hand-over that came to nothing the leader before is the witness", 3, s =>
    {
        s.LetControl(s[2]);
        s.AskSwitchover(to: s[1]);
        s.Until("n1 leads, and all follow", () => s.Leads(s[1], 2) && s.AllBut(1).All(n => Script.Follows(n, s[1])));
        s.For(3);
        var commit = s.Write(s[1]);
        s.Until("T is acknowledged", () => commit.Told == true);
        s.AskSwitchover(to: s[0]);
        s.Until("epoch 3 is open", () => s.Opened(3));
        s.Step("the power fails", s.World.Nodes.Select(n => (Action)n.LosePower));
        s.Step("the power is back", s.World.Nodes.Select(n => (Action)n.StartAgent));
        s.DemandLeader(seconds: 15, [.. s.World.Nodes]);
    });

    /// <summary>n0 has handed over to n1, and n2, which was to acknowledge, is lost: n1's commits wait for n0.</summary>
    public static readonly Scenario NeededAtOnce = new("who handed over follows at once where its acknowledgement is needed", 3, s =>
    {
        s.LetControl(s[2]);
        s.AskSwitchover(to: s[1]);
        s.Until("epoch 2 is open", () => s.Opened(2));
        Script.BreakMysqld(s[2]);
        s.Until("n1 leads", () => s.Leads(s[1], 2));
        var commit = s.Write(s[1]);
        _ = s.Within("a commit is acknowledged", () => commit.Told is not null, 1);
        s.Demand("Answered", commit.Told == true, "a commit waits for a node that is there");
    });

    /// <summary>n0 has handed over to n1; n2 is attached, and none of its acknowledgements arrives: n1's commits need n0's.</summary>
    public static readonly Scenario AttachedOnly = new("who handed over does not wait for one that only counts as attached", 3, s =>
    {
        s.LetControl(s[2]);
        s.AskSwitchover(to: s[1]);
        s.Until("epoch 2 is open", () => s.Opened(2));
        s[2].Mysqld.AcksLost = true;
        s.Until("n1 leads", () => s.Leads(s[1], 2));
        var commit = s.Write(s[1]);
        _ = s.Within("a commit is acknowledged", () => commit.Told is not null, 2);
        s.Demand("Answered", commit.Told == true, "a commit waits for a node that is there");
    });

    /// <summary>The follower that should get behind n1 cannot: the switchover goes the longer way, and n1 leads all the same.</summary>
    public static readonly Scenario OutOfPlace = new("a follower that cannot get behind the next leader does not stop a switchover", 3, s =>
    {
        s.LetControl(s[2]);
        s[1].Mysqld.SetAccess([], [s[2].Id]);
        s.AskSwitchover(to: s[1]);
        s.Demand("Answered", s.Within("n1 leads", () => s.Leads(s[1], 2), 10), "the switchover waits for a follower that cannot come");
        s.Until("n2 follows n1", () => Script.Follows(s[2], s[1]));
    });

    /// <summary>An operator saw epoch 1 and asks for a failover; in the meantime one happened. It is about a leader that is gone.</summary>
    public static readonly Scenario StaleRequest = new("a request made under an older epoch is refused", 3, s =>
    {
        Script.BreakMysqld(s[0]);
        s.Until("another leads", () => s.World.Nodes.Any(n => s.Leads(n, 2) && Script.Writable(n)));
        s.Ask(s[2], new FailoverRequest(1, s[2].Id, AcceptDataLoss: false));
        s.For(3);
        s.Demand("Undisturbed", !s.Opened(3) && !Script.KnowsClosed(s[2], 2), "a request for a failover of epoch 1 ended epoch 2");
    });

    /// <summary>
    /// n2 hears of the hand-over two milliseconds after n0, and sends it clients till then. They would have a statement refused by a
    /// server that has become read-only, and not know their connection for what it is.
    /// </summary>
    public static readonly Scenario LastToHear = new("who hands over stops when nobody sends it clients any more", 3, s =>
    {
        s.LetControl(s[1]);
        s.World.Network.Delay(s[2], TimeSpan.FromMilliseconds(2));
        s.AskSwitchover(to: s[1]);
        s.Until("n0 stops", () => s[0].Mysqld.ReadOnly);
        s.Demand("Undisturbed", s[2].Core!.Routes.Writer?.Node != s[0].Id, "n0 stopped, and n2 sent it clients");
        s.Until("n1 leads", () => s.Leads(s[1], 2));
    });
}
