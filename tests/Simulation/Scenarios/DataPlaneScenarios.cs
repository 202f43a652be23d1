namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>I4 where agents hear each other and mysqlds do not.</summary>
internal static class DataPlaneScenarios
{
    /// <summary>n0's agent is heard by all, its mysqld by none: no commit of it is acknowledged. n1 and n2 reach each other.</summary>
    public static readonly Scenario LeaderCutOff = new("a leader whose mysqld alone is cut off is replaced", 3, s =>
    {
        s.CutData(s[0], s[1]);
        s.CutData(s[0], s[2]);
        s.Write(s[0]);
        s.DemandLeader(6, s[1], s[2]);
        s.For(6);
        s.Demand("Undisturbed", s.Leads(s[1], 2) || s.Leads(s[2], 2), "the next leader, which its acker reaches, lost the lead again");
    });

    /// <summary>Packets of n0's mysqld do not arrive, those to it do.</summary>
    public static readonly Scenario LeaderUnheard = new("a leader whose mysqld is not heard is replaced", 3, s =>
    {
        s.AllBut(0).ToList().ForEach(n => s.World.Network.Cut(s[0], n, control: false, data: true));
        s.DemandLeader(6, s[1], s[2]);
    });

    /// <summary>Only n4 still receives from n0, which needs two. All but n0 reach each other.</summary>
    public static readonly Scenario MostCutOff = new("a leader that too few followers reach is replaced", 5, s =>
    {
        s.AllBut(0, 4).ToList().ForEach(n => s.CutData(s[0], n));
        s.DemandLeader(6, s[1], s[2], s[3], s[4]);
    });

    /// <summary>No mysqld reaches another: nobody would do better than n0, which leads on and says so.</summary>
    public static readonly Scenario NobodyBetter = new("a leader that is cut off stays where nobody would do better", 3, s =>
    {
        s.CutData(s[0], s[1]);
        s.CutData(s[0], s[2]);
        s.CutData(s[1], s[2]);
        var t = s.Write(s[0]);
        s.For(8);
        s.Demand("Undisturbed", s.Leads(s[0], 1), "n0 lost the lead though nobody else is reached by enough");
        s.Demand("Undisturbed", Says(s, "data-plane-cut"), "the controller does not say that the data plane is cut");
        s.MendData(s[0], s[1]);
        s.Until("T is acknowledged", () => t.Told == true, 5);
        s.Until("nothing is said any more", () => !Says(s, "data-plane-cut"), 5);
    });

    /// <summary>n0 reaches n2, which is enough: n1 is no reason to take the lead from it.</summary>
    public static readonly Scenario OneFollowerCutOff = new("a leader that enough followers reach stays", 3, s =>
    {
        s.CutData(s[0], s[1]);
        s.For(8);
        s.Demand("Undisturbed", s.Leads(s[0], 1), "n0 lost the lead though a follower acknowledges");
    });

    private static bool Says(Script s, string code) =>
        s[0].Core!.View(s[0].LocalNow).Reasons.Any(r => r.Code == code);
}
