using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;
using Xunit;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>A rolling restart, driven by the controller: step by step, and what ends it.</summary>
public sealed partial class RollingScenarioTests
{
    private const string AtStart = SimMysqld.AtStart + "x";

    [Fact]
    public void All_that_wait_are_restarted_one_by_one_and_the_leader_last_behind_a_switchover()
    {
        var s = Waiting(5);
        var lives = s.World.Nodes.ToDictionary(n => n, n => n.Mysqld.Life);
        var plan = Ask(s, new RollingRequest(0, false, DryRun: true));
        Assert.Equal("can-roll", plan.Reason.Code);
        Assert.EndsWith("n0 (leads; hands over before)", plan.Reason.Text, StringComparison.Ordinal);
        Assert.Null(Known(s));
        Assert.Equal("rolling-restart", Ask(s, new RollingRequest(0, false, false)).Reason.Code);
        Assert.Equal("rolling-restart", Refused(s, new RollingRequest(0, true, false)));

        var down = 0;
        s.Until("it is over", () =>
        {
            down = Math.Max(down, s.World.Nodes.Count(n => !n.Mysqld.Running));
            return Known(s) is { EndedAt: > 0 };
        }, seconds: 120);
        var rolling = Known(s)!;
        Assert.True(rolling.End!.Outcome == OperatorOutcome.Done, rolling.End.ToString());
        Assert.Equal(1, down);
        Assert.Equal(["n1", "n2", "n3", "n4", "n0"], rolling.Done.Select(d => $"n{s.World.Node(d).Number}"));
        Assert.Equal([s[0].Id], rolling.Steps.Where(r => r.HandsOver).Select(r => r.Node));
        // Of the numbers that a term has (2^20) a step takes one, however long it takes.
        Assert.All(rolling.Steps.Where(r => !r.HandsOver), r => Assert.InRange(r.Token & 0xFFFFF, 1, 100));
        Assert.All(s.World.Nodes, n => Assert.NotEqual(lives[n], n.Mysqld.Life));
        Assert.All(s.World.Nodes, n => Assert.Equal("1", n.Mysqld.Variables[AtStart]));
        Assert.Equal(2, s.Controller!.Core!.State.Current!.Number);
        Assert.Equal("nothing-waits", Ask(s, new RollingRequest(0, false, false)).Reason.Code);
        var view = s.Controller.Core.View(s.Controller.LocalNow);
        Assert.Equal((false, OperatorOutcome.Done, 6), (view.Rolling!.UnderWay, view.Rolling.End!.Outcome, view.Rolling.Steps.Length));
        Assert.Contains(view.Audit, a => a.Request == "restart --rolling" && a.Reason?.Code == "rolled");
        Assert.Equal("nothing-to-cancel", Refused(s, new StopRollingRequest(0)));
        Settle(s);
    }

    [Fact]
    public void A_leader_that_was_not_to_be_first_is_not_restarted_while_it_leads()
    {
        var s = Waiting(3, new Mutation { Controller = new ControllerFaults { RollsTheLeaderFirst = true } });
        _ = Ask(s, new RollingRequest(0, false, false));
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 120);
        Assert.Equal("leads", Known(s)!.End!.Reason.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_whoever_drove_it_is_lost_it_ends_behind_the_step_under_way_and_says_so(bool goesOn)
    {
        var s = Waiting(5, new Mutation { Controller = new ControllerFaults { RollsOnBehindTheLost = goesOn } });
        s.LetControl(s[4]);
        _ = Ask(s, new RollingRequest(0, false, false));
        s.Until("n1 is being restarted", () => !s[1].Mysqld.Running);
        s.Step("who drives it loses power", s[4].LosePower);
        s.Until("somebody else controls", () => s.Controller is { } next && next != s[4]);
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 120);
        var rolling = Known(s)!;
        if (goesOn)
        {
            Assert.NotEqual("driver-lost", rolling.End!.Reason.Code);
            return;
        }

        Assert.Equal((OperatorOutcome.Refused, "driver-lost"), (rolling.End!.Outcome, rolling.End.Reason.Code));
        Assert.Equal([s[1].Id], rolling.Done);
        Assert.True(Script.Follows(s[1], s[0]));
        var view = s.Controller!.Core!.View(s.Controller.LocalNow);
        Assert.Contains(view.Reasons, r => r.Code == "rolling-stopped" && r.Text.Contains("n4", StringComparison.Ordinal));
        Assert.Contains(view.Audit, a => a.Request == "restart --rolling" && a.Reason?.Code == "driver-lost");

        // Asked again, it goes on with those that are left.
        s[4].StartAgent();
        s.Until("n4 follows again", () => s[4].Mysqld.Running && Script.Follows(s[4], s[0]), seconds: 30);
        s.For(1);
        _ = Ask(s, new RollingRequest(0, false, false));
        s.Until("it is over too", () => Known(s) is { EndedAt: > 0, Steps.Length: > 1 }, seconds: 120);
        Assert.Equal("rolled", Known(s)!.End!.Reason.Code);
        Assert.DoesNotContain(s[1].Id, Known(s)!.Done);
        Settle(s);
    }

    [Theory]
    [InlineData(1, "driver-lost")]
    [InlineData(4, "not-back")]
    public void A_node_that_is_lost_in_its_own_step_is_not_waited_for(int driver, string code)
    {
        var s = Waiting(5);
        s.LetControl(s[driver]);
        _ = Ask(s, new RollingRequest(0, false, false));
        s.Until("n1 is being restarted", () => !s[1].Mysqld.Running);
        s.Step("it loses power", s[1].LosePower);
        s.Until("somebody else controls", () => s.Controller is { } next && next != s[1]);
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 45);
        Assert.Equal(code, Known(s)!.End!.Reason.Code);
        Assert.Contains("n1 is not heard of any more", Known(s)!.End!.Reason.Text, StringComparison.Ordinal);
        s[1].StartAgent();
        s.Until("n1 follows again, with what it waited for", () => Script.Follows(s[1], s[0]) && s[1].Mysqld.Variables.ContainsKey(AtStart), seconds: 30);
        Settle(s);
    }

    [Fact]
    public void A_controller_that_hands_its_part_over_leaves_the_rolling_restart_to_the_next()
    {
        var s = Waiting(5);
        s.LetControl(s[4]);
        _ = Ask(s, new RollingRequest(0, false, false));
        s.Until("n2 is being restarted", () => !s[2].Mysqld.Running, seconds: 30);
        s.LetControl(s[3]);
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 120);
        Assert.Equal("rolled", Known(s)!.End!.Reason.Code);
        Assert.Equal(5, Known(s)!.Done.Count());
        Settle(s);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_stops_before_a_mysqld_that_cannot_be_done_without(bool blindly)
    {
        var s = Waiting(3, new Mutation { Controller = new ControllerFaults { RollsBlindly = blindly } });
        Script.BreakMysqld(s[2]);
        s.Until("that is known", () => s.Controller!.Core!.View(s.Controller.LocalNow).Member(s[2].Id)!.Mysqld == MysqldState.Stopped);
        _ = Ask(s, new RollingRequest(0, false, false));
        var (life, restarted) = (s[1].Mysqld.Life, false);
        _ = s.Within("it is over, or n1 is restarted", () => (restarted |= s[1].Mysqld.Life != life) || Known(s) is { EndedAt: > 0 }, seconds: 120);
        Assert.Equal(blindly, restarted);
        if (!blindly)
        {
            Assert.Equal("too-few-followers", Known(s)!.End!.Reason.Code);
            Settle(s);
        }
    }

    [Fact]
    public void An_operator_ends_it_behind_the_step_under_way()
    {
        var s = Waiting(5);
        _ = Ask(s, new RollingRequest(0, true, false));
        s.Until("n1 is being restarted", () => !s[1].Mysqld.Running);
        Assert.Equal("cancelled", Ask(s, new StopRollingRequest(0)).Reason.Code);
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 60);
        Assert.Equal("cancelled", Known(s)!.End!.Reason.Code);
        Assert.Equal([s[1].Id], Known(s)!.Done);
        Settle(s);
    }

    [Fact]
    public void It_stops_where_what_waited_waits_all_the_same()
    {
        var s = Waiting(3, value: SimMysqld.Deadly);
        _ = Ask(s, new RollingRequest(0, false, false));
        s.Until("it is over", () => Known(s) is { EndedAt: > 0 }, seconds: 120);
        Assert.Contains(Known(s)!.End!.Reason.Code, (string[])["not-taken", "still-waits"]);
        Assert.Equal([s[1].Id], Known(s)!.Done);
    }

    [Fact]
    public void In_a_pause_none_begins()
    {
        var s = Waiting(3);
        _ = Ask(s, new PauseRequest(0, true));
        Assert.Equal("paused", Refused(s, new RollingRequest(0, false, false)));
        _ = Ask(s, new PauseRequest(0, false));
        Settle(s);
    }

    /// <summary>A cluster in which every mysqld waits for a restart.</summary>
    private static Script Waiting(int nodes, Mutation? mutation = null, string value = "1")
    {
        var script = new Script(nodes, seed: 7, mutation, verbose: false);
        script.Found();
        _ = Ask(script, Change(value));
        script.Until("all say what waits", () => script.Controller is { Core: { } core } at
            && core.View(at.LocalNow).Configuration!.Members.All(m => m.PendingRestart.SequenceEqual([AtStart])));
        return script;
    }

    private static RollingRestart? Known(Script script) => script.Controller?.Core?.State.Rolling;

    private static string Refused(Script script, OperatorRequest request)
    {
        var answer = Ask(script, request);
        Assert.Equal(OperatorOutcome.Refused, answer.Outcome);
        return answer.Reason.Code;
    }

    private static OperatorAnswer Ask(Script script, OperatorRequest request)
    {
        script.Until("somebody controls", () => script.Controller is not null);
        var at = script.Controller!;
        var before = at.Answers.Count;
        script.Ask(at, request);
        script.Until("it is answered", () => at.Answers.Count > before);
        return at.Answers[^1];
    }

    private static void Settle(Script script)
    {
        script.Settle();
        Assert.Null(script.World.Checkers.Violation);
    }
}
