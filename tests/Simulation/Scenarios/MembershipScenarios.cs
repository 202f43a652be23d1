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
}
