using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>Who may acknowledge, where not all members are ackers.</summary>
internal static class MembershipScenarios
{
    /// <summary>
    /// n3 follows and is no acker. It alone receives T, and then n0 is lost: n1 and n2 are enough to go on, so T must not have been
    /// acknowledged.
    /// </summary>
    public static readonly Scenario OnlyAckersAcknowledge = new("what a node that is no acker received does not count", 3, s =>
    {
        var follower = s.AddFollower(s[0]);
        s.CutData(s[0], s[1]);
        s.CutData(s[0], s[2]);
        var commit = s.Write(s[0]);
        s.Until("n3 has it", () => follower.Mysqld.Rows.Contains(commit.Content));
        s[0].LosePower();
        s.DemandLeader(10, s[1], s[2]);
    });

    /// <summary>
    /// n0 loses all that it keeps but its id, so its log and its votes too. With n2, which lacks what n0 and n1 committed last, it would be
    /// a majority that never heard of that: it is not let in under its id. It is removed, and the others go on.
    /// </summary>
    public static readonly Scenario RecordLost = new("a voter that lost its record does not vote any more", 3, s =>
    {
        s.LetControl(s[1]);
        s.CutControl(s[2]);
        s.Ask(s[1], new VotersRequest(0, 5));
        s.Until("n0 and n1 have applied it", () => s[0].Core!.State.VotersTarget == 5 && s[1].Core!.State.VotersTarget == 5);
        s.Step("n1's agent is away, and n0's disk is lost", s[1].StopAgent, s[0].LosePower, s[0].Disk.Lose, s[0].Mysqld.GiveUp);
        s.MendControl(s[2]);
        s[0].StartAgent();
        s.For(5);
        s[1].StartAgent();
        s.Until("another leads", () => s.AllBut(0).Any(n => Script.Writable(n)), seconds: 20);
        s.For(2);
        s.Ask(s.Controller!, new RemoveRequest(0, s[0].Id));
        s.Until("n0 is no member", () => s.AllBut(0).All(n => !n.Core!.State.Members.ContainsKey(s[0].Id)), seconds: 30);
        s[0].Retire();
    });
}
