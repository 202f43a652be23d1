namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>R10: what becomes of a leader's commits that nobody acknowledged. T is in n0's binary log alone when n0 ends.</summary>
internal static class RewindScenarios
{
    /// <summary>n0's host is lost. n0 comes back behind n1: T is archived and cut, and n0 follows with the data that it had.</summary>
    public static readonly Scenario HostBack = new("a returning leader's tail is cut", 3, s =>
    {
        var t = WriteAlone(s);
        s[0].LosePower();
        s.DemandLeader(10, s[1], s[2]);
        s.World.Network.Heal();
        s[0].StartAgent();
        DemandRewound(s, t);
    });

    /// <summary>Only n0's mysqld is killed. Its agent, which could start it at once, waits to be told what to cut.</summary>
    public static readonly Scenario MysqldBack = new("a killed leader waits for its successor", 3, s =>
    {
        var t = WriteAlone(s);
        s.Step("n0's mysqld is killed", () => s[0].KillMysqld("killed"));
        s.DemandLeader(10, s[1], s[2]);
        s.World.Network.Heal();
        DemandRewound(s, t);
    });

    /// <summary>n0's agent dies when T is archived and not cut; and again, when T is cut and nobody knows.</summary>
    public static readonly Scenario Interrupted = new("an interrupted rewind is done again", 3, s =>
    {
        var t = WriteAlone(s);
        s[0].Mysqld.RewindPause = TimeSpan.FromSeconds(0.5);
        s.Step("n0's mysqld is killed", () => s[0].KillMysqld("killed"));
        s.Until("T is archived", () => s[0].Mysqld.Archives.Count > 0);
        s.For(0.1);
        s.RestartAgent(s[0]);
        s.Until("T is cut", () => !t.IsOn(s[0]));
        s.For(0.1);
        s.RestartAgent(s[0]);
        s[0].Mysqld.RewindPause = TimeSpan.Zero;
        s.World.Network.Heal();
        DemandRewound(s, t);
    });

    /// <summary>Somebody switches semi-sync off on n0, and its agent sees it: T is in the engine, so it is archived, n0 cloned.</summary>
    public static readonly Scenario SwitchedOff = new("what the engine committed is archived, and the node cloned", 3, s =>
    {
        Isolate(s);
        s.Step("semi-sync is switched off by hand", s[0].Mysqld.SwitchSemiSyncOff);
        s.For(1);
        s.Step("n0 commits T and is lost", () => s.WriteUnheard(s[0]), s[0].LosePower);
        s.DemandLeader(10, s[1], s[2]);
        s.World.Network.Heal();
        s[0].StartAgent();
        DemandNamed(s);
    });

    /// <summary>The same, but n0 dies before its agent looks: T is cut, and in the engine all the same. The start shows it.</summary>
    public static readonly Scenario FoundAfterStart = new("what the cut did not undo is found before the node follows", 3, s =>
    {
        Isolate(s);
        s.Step("semi-sync is switched off by hand", s[0].Mysqld.SwitchSemiSyncOff, () => s.WriteUnheard(s[0]), s[0].LosePower);
        s.DemandLeader(10, s[1], s[2]);
        s.World.Network.Heal();
        s[0].StartAgent();
        DemandNamed(s);
    });

    /// <summary>T is cut, and a row stays behind that no transaction accounts for: the checksum differs, and n0 is cloned.</summary>
    public static readonly Scenario Differing = new("data that differs after a rewind is cloned", 3, s =>
    {
        var t = WriteAlone(s);
        s[0].Mysqld.RewindPause = TimeSpan.FromSeconds(0.1);
        s.Step("n0's mysqld is killed", () => s[0].KillMysqld("killed"));
        s.Until("T is cut", () => !t.IsOn(s[0]));
        s[0].Mysqld.KeepStray();
        s.World.Network.Heal();
        DemandNamed(s);
        s.For(6);
        s.Demand("Converges", s[0].Mysqld.Clones == 1, "n0 follows with other data than the leader's");
    });

    private static void Isolate(Script s)
    {
        s.CutData(s[0], s[1]);
        s.CutData(s[0], s[2]);
    }

    private static ScriptedCommit WriteAlone(Script s)
    {
        Isolate(s);
        return s.Write(s[0]);
    }

    private static void DemandNamed(Script s)
    {
        s.Until("n0 follows", () => s[0].Mysqld.Receiver is { Attached: true });
        s.For(1);
        var named = s[1].Core!.State.Epochs.Any(e => e.Archived.Any(a => a.Node == s[0].Id));
        s.Demand("NothingSilent", named, "n0 lost T, and the history names no archive");
    }

    private static void DemandRewound(Script s, ScriptedCommit t)
    {
        DemandNamed(s);
        s.Demand("Rewound", s[0].Mysqld.Clones == 0 && !t.IsOn(s[0]), "n0 was cloned, though cutting T off was enough");
    }
}
