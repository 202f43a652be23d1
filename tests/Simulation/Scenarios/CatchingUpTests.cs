using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>A follower that was just attached has applied all that it received, which is nothing: it is not taken for a healthy one.</summary>
public sealed class CatchingUpTests
{
    [Fact]
    public void A_follower_is_healthy_when_it_has_what_the_leader_had_when_it_was_attached()
    {
        var script = new Script(3, seed: 1, mutation: null, verbose: false);
        script.Found();
        script.Until("n1 is healthy", () => Seen(script).Health == MemberHealth.Ok, seconds: 5);
        script.CutData(script[0], script[1]);
        for (var i = 0; i < 20; i++)
        {
            _ = script.Write(script[0]);
        }

        script.For(1);
        script[1].Mysqld.ApplierStalled = true;
        script.MendData(script[0], script[1]);
        script.Until("n1 follows again", () => Script.Follows(script[1], script[0]));
        script.For(1);
        var behind = Seen(script);
        Assert.Equal((MemberRole.Follower, MemberHealth.Warning), (behind.Role, behind.Health));
        Assert.Null(behind.LagSeconds);
        Assert.Contains(behind.Problems, p => p.Code == "catching-up");

        script[1].Mysqld.ApplierStalled = false;
        script[1].Mysqld.Apply();
        script.Until("n1 is healthy again", () => Seen(script) is { Health: MemberHealth.Ok, LagSeconds: 0 }, seconds: 5);
    }

    /// <summary>n1 as n0 sees it.</summary>
    private static MemberView Seen(Script script) => script[0].Core!.View(script[0].LocalNow).Member(script[1].Id)!;
}
