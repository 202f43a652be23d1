using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>R10, R11, R12 and the fence: a leader's mysqld and its agent, ending, frozen and coming back.</summary>
internal static class LeaderScenarios
{
    /// <summary>
    /// T is in n0's binary log alone when its mysqld dies: the restart commits T. n0 leads again, and nobody may read T before a
    /// marker was acknowledged: then n0 is lost, and n1 leads without T, which nobody was told of.
    /// </summary>
    public static readonly Scenario NothingReadEarly = new("nobody reads before a marker is acknowledged", 3, s =>
    {
        s.LetControl(s[1]);
        s.CutControl(s[2]);
        s.CutData(s[0], s[1]);
        s.CutData(s[0], s[2]);
        var t = s.Write(s[0]);
        s.Step("n0's mysqld is killed", () => s[0].KillMysqld("killed"));
        s.Until("n0 leads again, with T", () => s.Leads(s[0], 2) && s[0].Mysqld.Rows.Contains(t.Content));
        s.For(1);
        s.Step("n0's host is lost", () => s[0].LosePower());
        s.MendControl(s[2]);
        s.DemandLeader(10, s[1], s[2]);
    });

    /// <summary>
    /// T is on n0 and n1 alone, one acknowledgement too few, when n0 is lost. With n4 unheard n1's promise is needed, so it leads, with T applied,
    /// and reaches nobody: it is lost too, and the others lead without T. Nobody may have read it on a leader.
    /// </summary>
    public static readonly Scenario UnsettledUnread = new("nobody reads on a new leader what only it has", 5, s =>
    {
        s.LetControl(s[2]);
        s.CutControl(s[4]);
        s.AllBut(0, 1).ToList().ForEach(n => s.CutData(s[0], n));
        var t = s.Write(s[0]);
        s.Until("n1 has applied T", () => s[1].Mysqld.Rows.Contains(t.Content));
        s.Step("n0's host is lost", () => s[0].LosePower());
        s.Until("epoch 2 is open", () => s.Opened(2));
        s.AllBut(0, 1).ToList().ForEach(n => s.CutData(s[1], n));
        s.Until("n1 leads", () => s.Leads(s[1], 2));
        s.For(0.3);
        s.Step("n1's host is lost", () => s[1].LosePower());
        s.MendControl(s[4]);
        s.DemandLeader(10, s[2], s[3], s[4]);
    });

    /// <summary>
    /// n1 leads with T, which n2 does not have: clients are shut out. The acknowledgements of its first markers are lost, and MySQL repeats none.
    /// No client's commit can complete them: another marker has to.
    /// </summary>
    public static readonly Scenario LostAcknowledgements = new("markers that wait for ever do not shut the clients out", 3, s =>
    {
        s.LetControl(s[2]);
        s.WriteReceivedBy(s[0], s[1]);
        s.Until("n1 has applied T", () => s[1].Mysqld.Executed.Contains(s[0].Mysqld.Executed));
        s[2].Mysqld.AcksLost = true;
        s.Step("n0's host is lost", () => s[0].LosePower());
        s.Until("n1 leads, and n2 follows", () => s.Leads(s[1], 2) && Script.Follows(s[2], s[1]));
        s.For(3);
        s[2].Mysqld.AcksLost = false;
        s.DemandLeader(10, s[1], s[2]);
    });

    /// <summary>n0 hears nobody and its mysqld ends: it stays down, for another node may lead by now.</summary>
    public static readonly Scenario StaysDown = new("mysqld stays down until a majority told the epochs", 3, s =>
    {
        s.CutControl(s[0]);
        s[0].KillMysqld("killed");
        s.Until("n0's mysqld is down", () => !s[0].Mysqld.Running);
        s.For(3);
        s.Demand("StaysDown", !s[0].Mysqld.Running, "n0 started mysqld though it reaches nobody");
    });

    /// <summary>The agent of n0 is frozen. Its guard kills mysqld before n1 is writable: no client reads old data there.</summary>
    public static readonly Scenario FrozenAgent = new("a guard ends a frozen agent's mysqld before another is writable", 3, s =>
    {
        s.Step("the agent of n0 is frozen", () => s[0].Freeze(SimProcess.Agent, TimeSpan.FromSeconds(6)));
        s.Until("another leads", () => s.AllBut(0).Any(n => s.Leads(n, 2)));
        s.Demand("OneServing", !s[0].Mysqld.Running, "n0's mysqld runs on, though nobody renews its lease");
    });

    /// <summary>
    /// Agent and mysqld of n1 are frozen when the opening statement is under way: thawed, mysqld would run it, though another leads by then.
    /// </summary>
    public static readonly Scenario FrozenOpening = new("a guard ends a mysqld that would be opened late", 3, s =>
    {
        s.AskFailover(to: s[1]);
        s.Until("n1 is being opened", () => s[1].Mysqld.SemiSyncSource);
        s.Step("all of n1 but its guard is frozen", () => s[1].Freeze(SimProcess.Agent, TimeSpan.FromSeconds(8)),
            () => s[1].Freeze(SimProcess.Mysqld, TimeSpan.FromSeconds(8)));
        s.Until("another leads", () => s.AllBut(1).Any(n => s.Leads(n, 3)));
        s.For(8);
    });

    /// <summary>
    /// Agent and guard of n0 are frozen, so nothing fences its mysqld. Its clients can read old data there; but none that writes is told
    /// OK, for the followers promised.
    /// </summary>
    public static readonly Scenario FrozenGuard = new("a mysqld that nobody fences acknowledges nothing", 3, s =>
    {
        s.CutData(s[0], s[1]);
        s.Step("agent and guard of n0 are frozen", () => s[0].Freeze(SimProcess.Agent, TimeSpan.FromSeconds(6)),
            () => s[0].Freeze(SimProcess.Guard, TimeSpan.FromSeconds(6)));
        s.Until("n2 has promised", () => Script.Promised(s[2], 1));
        var t = s.Write(s[0]);
        s.Until("n1 leads", () => s.Leads(s[1], 2));
        s.For(1);
        s.Demand("NothingLost", t.Told is null, "the old leader answered a client");
        s.DemandLeader(5, s[1]);
    });

    /// <summary>
    /// n0's agent is back within its lease, and not heard at once: mysqld runs on, the epoch is the same, and no commit in between failed.
    /// </summary>
    public static readonly Scenario QuickRestart = new("an agent back within its lease changes nothing", 3, s =>
    {
        var life = s[0].Mysqld.Life;
        s[0].StopAgent();
        s.For(0.3);
        var t = s.Write(s[0]);
        s.CutControl(s[0]);
        s[0].StartAgent();
        s.For(0.1);
        s.MendControl(s[0]);
        s.For(5);
        s.Demand("Undisturbed", s[0].Mysqld.Life == life && s.Leads(s[0], 1), "the restart of n0's agent cost it its mysqld or its epoch");
        s.Demand("Undisturbed", t.Told == true, "a commit during the restart of n0's agent was not acknowledged");
    });

    /// <summary>
    /// n1's agent dies as soon as n1 leads. The next one finds in its log that epoch 2 was opened, and not yet that this is committed: it holds
    /// the lease of an epoch that it does not know of, and goes on.
    /// </summary>
    public static readonly Scenario RestartAtOnce = new("an agent back before its log tells of its epoch changes nothing", 3, s =>
    {
        s.LetControl(s[2]);
        s.AskFailover(to: s[1]);
        s.Until("n1 leads", () => s.Leads(s[1], 2));
        var life = s[1].Mysqld.Life;
        s.RestartAgent(s[1]);
        s.For(3);
        s.Demand("Undisturbed", s[1].Mysqld.Life == life && s.Leads(s[1], 2), "the restart of n1's agent cost it its mysqld or its epoch");
    });

    /// <summary>T is on n1 and n2, but both acknowledgements were lost: MySQL repeats neither. A marker releases T's client.</summary>
    public static readonly Scenario LostAcknowledgement = new("a marker releases clients whose acknowledgement was lost", 3, s =>
    {
        (s[1].Mysqld.AcksLost, s[2].Mysqld.AcksLost) = (true, true);
        var t = s.Write(s[0]);
        s.Until("n1 and n2 have T", () => t.IsOn(s[1]) && t.IsOn(s[2]));
        (s[1].Mysqld.AcksLost, s[2].Mysqld.AcksLost) = (false, false);
        _ = s.Within("T is acknowledged", () => t.Told is not null, 3);
        s.Demand("Answered", t.Told == true, "T's client still waits, 3 s after both followers had T");
    });

    /// <summary>n0 leads and keeps its lease, so no other node is opened; and nobody can write to n0.</summary>
    public static readonly Scenario ReadOnlyByHand = new("a leader that somebody made read-only is opened again", 3, s =>
    {
        s.Step("n0 is made read-only by hand", s[0].Mysqld.CloseForWrites);
        s.For(1);
        s.DemandLeader(5, [.. s.AllBut()]);
        s.Demand("Undisturbed", s.Leads(s[0], 1), "it cost n0 its epoch");
    });

    /// <summary>T is on n0 alone, and its client waits, when n0 is fenced. A kill tells it nothing; a shutdown would tell it OK.</summary>
    public static readonly Scenario KilledNotAsked = new("the fence tells no client OK", 3, s =>
    {
        s.CutData(s[0], s[1]);
        s.CutData(s[0], s[2]);
        s.Write(s[0]);
        s.AskFailover(to: s[1]);
        s.Until("n1 leads", () => s.Leads(s[1], 2));
    });

    /// <summary>
    /// n0 loses T, of which n4 holds a copy that was never acknowledged. Cloned, n0 leads again and commits: under its former
    /// server_uuid that commit would have T's number. n1 leads, and n4 is back at last: it would take its T for that commit, and skip it.
    /// </summary>
    public static readonly Scenario NewIdentity = new("a server that lost transactions gets another identity", 5, s =>
    {
        foreach (var node in s.AllBut(0, 4))
        {
            s.CutData(s[0], node);
        }

        var t = s.Write(s[0]);
        s.Until("n4 has T", () => t.IsOn(s[4]));
        s[0].LosePower();
        s.CutControl(s[4]);
        s.World.Nodes.Take(4).ToList().ForEach(n => s.CutData(n, s[4]));
        s.DemandLeader(10, s[1], s[2], s[3]);
        s.World.Nodes.Take(4).ToList().ForEach(n => s.MendData(n, s[0]));
        s[0].StartAgent();
        s.Until("n0 follows, and is whole", () => s[0].Mysqld.Receiver is { Attached: true } && Script.IsWhole(s[0]));
        s.For(1);
        s.AskSwitchover(to: s[0]);
        s.Until("n0 leads again", () => s.World.Checkers.EpochOf(s[0]) > 1 && Script.Writable(s[0]));
        var another = s.Write(s[0]);
        s.Until("its commit is acknowledged", () => another.Told == true);
        s.For(1);
        s.AskSwitchover(to: s[1]);
        s.Until("n1 leads again", () => s.Leads(s[1], 4) && Script.Writable(s[1]));
    });
}
