using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>R1: a promise is made by a fenced node, of what it holds once nothing more comes in, and outlives its agent.</summary>
internal static class PromiseScenarios
{
    /// <summary>
    /// n1 promised, and its agent starts again with an older state, in which epoch 1 is open. It must not attach to n0, whose frozen
    /// agent fences nothing: n2 is opened with the old promise, and n4, slow to stop, and n1 would acknowledge T behind its back.
    /// </summary>
    public static readonly Scenario KeptPromise = new("an agent that comes back to an older state keeps its promise", 5, s =>
    {
        s.LetControl(s[2]);
        s.Step("n2, n3 and n4 are slow to promise, n4 most of all",
            () => s[2].Mysqld.SlowStatements = TimeSpan.FromMilliseconds(50),
            () => s[3].Mysqld.SlowStatements = TimeSpan.FromMilliseconds(50),
            () => s[4].Mysqld.SlowStatements = TimeSpan.FromMilliseconds(600));
        s.Step("the agent of n0 is frozen", () => s[0].Freeze(SimProcess.Agent, TimeSpan.FromSeconds(8)));
        s.AskFailover(to: s[2]);
        s.Until("n1 promised", () => Script.Promised(s[1], 1));
        s.For(0.001);
        s.CutControl(s[1]);
        s.RestartAgent(s[1]);
        bool OlderState() => Script.EpochOn(s[1]) == 1 && !Script.KnowsClosed(s[1], 1);
        if (!s.Within("n1 is back in epoch 1, and n2 is opened", () => OlderState() && s.Opened(2), 3))
        {
            return; // the disk of n1 held already that the close is committed: no older state to come back to
        }

        s.For(0.2);
        s.Write(s[0]);
        s.Until("n2 leads", () => s.Leads(s[2], 2));
    });

    /// <summary>
    /// T waits on n0 when its epoch ends. n0 is killed before it promises: else T waits on through epoch 2, and is acknowledged when
    /// n0 leads again: a commit of epoch 1 that epochs 2 and 3 did not begin with.
    /// </summary>
    public static readonly Scenario FencedFirst = new("a leader is fenced before it promises", 3, s =>
    {
        s.CutData(s[0], s[1]);
        s.CutData(s[0], s[2]);
        s.CutData(s[1], s[2]);
        s.Write(s[0]);
        s.Step("n0's guard does not stand in for its agent", () => s[0].Freeze(SimProcess.Guard, TimeSpan.FromSeconds(30)));
        s.AskFailover(to: s[1]);
        s.Until("n1 leads", () => s.Leads(s[1], 2));
        s.AskFailover(to: s[0]);
        _ = s.Within("n0 leads again", () => s.Leads(s[0], 3), 5);
        s.MendData(s[0], s[1]);
        s.MendData(s[0], s[2]);
        s.For(2);
    });

    /// <summary>n1 promised. What n0, unfenced, commits after that must not be acknowledged by n1: n2 leads without it.</summary>
    public static readonly Scenario ReceiverOff = new("a promiser receives nothing more", 3, s =>
    {
        s.CutData(s[0], s[2]);
        s.Step("the agent of n0 is frozen, and n2 is to lead", () => s[0].Freeze(SimProcess.Agent, TimeSpan.FromSeconds(8)));
        s.AskFailover(to: s[2]);
        s.Until("n2 leads in the log", () => s.Opened(2));
        s.Write(s[0]);
        s.Until("n2 leads", () => s.Leads(s[2], 2));
    });

    /// <summary>
    /// Commits flow while n1 promises, and its acknowledgements are two seconds under way: their clients are told OK when n2 or n1
    /// leads already. What was acknowledged is in what n1 promised, so the next leader began with it.
    /// </summary>
    public static readonly Scenario LateAcknowledgement = new("an acknowledgement that comes late is of what was promised", 3, s =>
    {
        s[1].Mysqld.AckDelay = TimeSpan.FromSeconds(2);
        s.Step("the agent of n0 is frozen, and n2 is to lead", () => s[0].Freeze(SimProcess.Agent, TimeSpan.FromSeconds(8)));
        s.AskFailover(to: s[2]);
        for (var i = 0; i < 100; i++)
        {
            s.Write(s[0]);
            s.For(0.0003);
        }

        s.Until("one of them leads", () => s.Leads(s[1], 2) || s.Leads(s[2], 2));
        s.For(2);
    });
}
