using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;
using Xunit;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>What comes between: a change of the configuration, a pause, a failover, a removal, a maintenance, a second cancel.</summary>
public sealed partial class RollingScenarioTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Asked_right_behind_a_change_it_restarts_all_that_wait_for_one(bool unsettled)
    {
        var mutation = new Mutation { Controller = new ControllerFaults { RollsOnUnsettled = unsettled } };
        var s = new Script(3, seed: 7, mutation, verbose: false);
        s.Found();
        Assert.Equal("nothing waits for a restart", Ask(s, new RollingRequest(0, false, false)).Reason.Text);
        _ = Ask(s, Change("1"));
        var plan = Ask(s, new RollingRequest(0, false, DryRun: true)).Reason;
        Assert.Equal(!unsettled, plan.Text.Contains("has not looked at version 1 of the configuration yet", StringComparison.Ordinal));
        var answer = Ask(s, new RollingRequest(0, false, false)).Reason.Code;
        if (unsettled)
        {
            Assert.Equal("nothing-waits", answer);
            return;
        }

        Assert.Equal("rolling-restart", answer);
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 120);
        Assert.Equal("rolled", Known(s)!.End!.Reason.Code);
        Assert.All(s.World.Nodes, n => Assert.Equal("1", n.Mysqld.Variables[AtStart]));
        Settle(s);
    }

    [Theory]
    [InlineData("n1 is down")]
    [InlineData("n1 is up again")]
    [InlineData("n1 is done")]
    public void A_change_meanwhile_is_waited_for_by_none_when_it_is_over(string moment)
    {
        var s = Waiting(3);
        var life = s[1].Mysqld.Life;
        _ = Ask(s, new RollingRequest(0, false, false));
        s.Until(moment, () => moment switch
        {
            "n1 is down" => !s[1].Mysqld.Running,
            "n1 is up again" => s[1].Mysqld.Running && s[1].Mysqld.Life != life,
            _ => Known(s)!.Done.Contains(s[1].Id),
        }, seconds: 30);
        _ = Ask(s, Change("2"));
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 120);
        Assert.Equal("rolled", Known(s)!.End!.Reason.Code);
        Assert.All(s.World.Nodes, n => Assert.Equal("2", n.Mysqld.Variables[AtStart]));
        Settle(s);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void In_a_pause_the_leader_does_not_hand_over_for_it(bool blindly)
    {
        var s = Waiting(3, new Mutation { Controller = new ControllerFaults { RollsBlindly = blindly } });
        _ = Ask(s, new RollingRequest(0, false, false));
        s.Until("n2 is known to be down", () => Known(s) is { Steps.Length: 2 } && MysqldOf(s, s[2]) == MysqldState.Stopped, seconds: 30);
        _ = Ask(s, new PauseRequest(0, true));
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 120);
        Assert.Equal(blindly ? 2 : 1, s.Controller!.Core!.State.Current!.Number);
        if (!blindly)
        {
            Assert.Equal("paused", Known(s)!.End!.Reason.Code);
            Assert.Equal([s[1].Id, s[2].Id], Known(s)!.Done);
        }

        _ = Ask(s, new PauseRequest(0, false));
        Settle(s);
    }

    [Fact]
    public void Of_one_that_was_told_when_a_pause_begins_nobody_says_that_it_is_not_restarted()
    {
        var s = Waiting(3);
        _ = Ask(s, new RollingRequest(0, false, false));
        s.Until("n2's step has begun", () => Known(s) is { Steps.Length: 2 }, seconds: 30);
        s.Step("n2 is not heard from here on", () => s.CutOutgoing(s[2]));
        s.Until("n2 is down and nobody knows", () => !s[2].Mysqld.Running && MysqldOf(s, s[2]) == MysqldState.Running, seconds: 30);
        _ = Ask(s, new PauseRequest(0, true));
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 120);
        s.Step("n2 is heard again", s.World.Network.Heal);
        Assert.Equal((OperatorOutcome.Unknown, "paused"), (Known(s)!.End!.Outcome, Known(s)!.End!.Reason.Code));
        _ = Ask(s, new PauseRequest(0, false));
        Settle(s);
    }

    [Fact]
    public void Of_a_node_that_is_back_in_a_young_epoch_it_is_not_said_that_it_waits_still()
    {
        var s = Waiting(3);
        _ = Ask(s, new RollingRequest(0, false, false));
        s.Until("n1 is being restarted", () => !s[1].Mysqld.Running, seconds: 30);
        s.Step("the leader dies, and the next one's first commit is acknowledged late", () =>
        {
            Script.BreakMysqld(s[0]);
            s[1].Mysqld.AckDelay = s[2].Mysqld.AckDelay = TimeSpan.FromSeconds(2);
        });
        s.Until("n1's step is over", () => Known(s) is { EndedAt: > 0 } or { Steps: [{ EndedAt: > 0 }, ..] }, seconds: 60);
        Assert.NotEqual("still-waits", Known(s)!.End?.Reason.Code);
        Assert.Equal([s[1].Id], Known(s)!.Done);
    }

    [Fact]
    public void A_node_that_is_removed_in_its_own_step_is_not_waited_for()
    {
        var s = Down();
        Assert.Equal("removed", Ask(s, new RemoveRequest(0, s[1].Id)).Reason.Code);
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 60);
        Assert.Equal((OperatorOutcome.Unknown, "no-member"), (Known(s)!.End!.Outcome, Known(s)!.End!.Reason.Code));
    }

    [Fact]
    public void A_node_whose_maintenance_begins_in_its_own_step_is_not_waited_for()
    {
        var s = Down();
        Assert.Equal("maintenance", Ask(s, new MaintenanceRequest(0, s[1].Id, 3_600_000, null)).Reason.Code);
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 60);
        Assert.Equal((OperatorOutcome.Unknown, "maintenance"), (Known(s)!.End!.Outcome, Known(s)!.End!.Reason.Code));
        _ = Ask(s, new MaintenanceRequest(0, s[1].Id, null, null));
        Settle(s);
    }

    [Fact]
    public void Another_is_not_restarted_by_hand_beside_the_step_under_way()
    {
        var s = Waiting(3);
        _ = Ask(s, new RollingRequest(0, false, false));
        s.Until("n1 is told to restart", () => Known(s) is { Steps: [{ Token: > 0 }] });
        Assert.True(s[1].Mysqld.Running);
        Assert.Equal("too-few-followers", Refused(s, new RestartRequest(0, s[2].Id)));
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 120);
        Assert.Equal("rolled", Known(s)!.End!.Reason.Code);
        Settle(s);
    }

    /// <summary>Each step of the record begins the patience anew: one that cancels in a loop would keep it for ever.</summary>
    [Fact]
    public void What_is_cancelled_twice_does_not_wait_longer_for_that()
    {
        var s = Down();
        Assert.Equal("cancelled", Ask(s, new StopRollingRequest(0)).Reason.Code);
        var first = Known(s)!;
        Assert.NotNull(first.Stopping);
        Assert.Equal("cancelled", Ask(s, new StopRollingRequest(0)).Reason.Code);
        Assert.Equal(first, Known(s));
        Settle(s);
    }

    [Theory]
    [InlineData(false, "goes on with those that are left")]
    [InlineData(true, "begins with all")]
    public void What_comes_of_asking_again_is_told_as_it_is(bool all, string told)
    {
        var s = Waiting(3);
        _ = Ask(s, new RollingRequest(0, all, false));
        s.Until("n1 is being restarted", () => !s[1].Mysqld.Running);
        _ = Ask(s, new StopRollingRequest(0));
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 60);
        var view = s.Controller!.Core!.View(s.Controller.LocalNow);
        Assert.Contains(told, view.Reasons.Single(r => r.Code == "rolling-stopped").Text, StringComparison.Ordinal);
    }

    private static MysqldState MysqldOf(Script s, SimNode node) => s.Controller!.Core!.View(s.Controller.LocalNow).Member(node.Id)!.Mysqld;

    /// <summary>Five nodes, of which n1 is in its step and does not start.</summary>
    private static Script Down()
    {
        var s = Waiting(5);
        s[1].Mysqld.CannotStart = true;
        _ = Ask(s, new RollingRequest(0, false, false));
        s.Until("n1 is being restarted", () => !s[1].Mysqld.Running);
        return s;
    }

    private static ConfigRequest Change(string value) =>
        new(0, ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create(AtStart, value)]), null, null, false);
}
