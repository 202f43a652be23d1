using MySqlHa.Cluster;
using MySqlHa.Core;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>R10: nodes whose data is made anew. n0 led and wrote; its server_id is the same in each of its data directories.</summary>
internal static class CloneScenarios
{
    /// <summary>n0 is cloned from n2, which has not applied T yet: the rest comes from n1, and n0 itself once wrote it.</summary>
    public static readonly Scenario DonorBehind = new("a clone of a follower that is behind is completed", 3, s =>
    {
        s[2].Mysqld.ApplierStalled = true;
        var t = s.Write(s[0]);
        s.Until("T is acknowledged, and on n1 and n2", () => t.Told == true && t.IsOn(s[1]) && s[2].Mysqld.Holds.Contains(s[0].Mysqld.Executed));
        FollowBehindN1(s);
        s.Ask(s[0], new ReinitRequest(2, s[0].Id));
        s.Until("n0 is cloned", () => s[0].Mysqld.Clones > 0);
        s.Demand("Copied", !t.IsOn(s[0]), "the scenario is about a donor without T");
        s.Until("n0 follows n1", () => Script.Follows(s[0], s[1]));
        s[2].Mysqld.ApplierStalled = false;
    });

    /// <summary>n0's host is lost while n0 is cloned, and with it all that n0 held. It gets a copy, not only what binary logs tell.</summary>
    public static readonly Scenario Interrupted = new("a node whose reinit was interrupted is cloned", 3, s =>
    {
        var t = WriteAndFollow(s);
        s.Ask(s[0], new ReinitRequest(2, s[0].Id));
        s.Until("n0 is being cloned", () => s[0].Mysqld.HalfMade);
        s[0].LosePower();
        s.For(1);
        s[0].StartAgent();
        DemandCopied(s, t);
    });

    /// <summary>Only n0's agent is killed: mysqld clones on, unseen. What it leaves is not served.</summary>
    public static readonly Scenario Unseen = new("a clone that nobody sees to its end is begun again", 3, s =>
    {
        var t = WriteAndFollow(s);
        s.Ask(s[0], new ReinitRequest(2, s[0].Id));
        s.Until("n0 is being cloned", () => s[0].Mysqld.HalfMade);
        s.RestartAgent(s[0]);
        DemandCopied(s, t);
    });

    /// <summary>n0's data was lost, and n2's mysqld does not start: commits wait for n0, and a CLONE would wait for them. So n0 follows.</summary>
    public static readonly Scenario WaitedFor = new("a node that lost its data follows where commits wait for it", 3, s =>
    {
        var t = WriteAndFollow(s);
        s.Ask(s[0], new ReinitRequest(2, s[0].Id));
        s.Until("n0 is being cloned", () => s[0].Mysqld.HalfMade);
        s[0].LosePower();
        Script.BreakMysqld(s[2]);
        s.For(1);
        var waits = s.Write(s[1]);
        s[0].StartAgent();
        _ = s.Within("n0 has T, and the commit is answered", () => waits.Told is not null && t.IsOn(s[0]), 10);
        s.Demand("Answered", waits.Told == true && t.IsOn(s[0]), "n0 is there, and has not all that it once wrote, or a commit waits for it");
    });

    private static ScriptedCommit WriteAndFollow(Script s)
    {
        var t = s.Write(s[0]);
        s.Until("T is on all", () => t.Told == true && t.IsOn(s[1]) && t.IsOn(s[2]));
        FollowBehindN1(s);
        return t;
    }

    private static void FollowBehindN1(Script s)
    {
        s.AskFailover(to: s[1]);
        s.Until("n1 leads, and the others follow", () => s.Leads(s[1], 2) && Script.Writable(s[1]) && Script.Follows(s[0], s[1]) && Script.Follows(s[2], s[1]));
        s.For(0.5);
    }

    private static void DemandCopied(Script s, ScriptedCommit t)
    {
        s.Until("n0 follows n1", () => Script.Follows(s[0], s[1]), seconds: 20);
        s.For(1);
        s.Demand("Copied", s[0].Mysqld.Clones > 0 && t.IsOn(s[0]), "n0 lost its data, and was not cloned");
    }
}
