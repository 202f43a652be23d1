using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;
using Xunit;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>The cluster's configuration and restarts that are asked for, step by step.</summary>
public sealed class SettingsScenarioTests
{
    private const string AtStart = SimMysqld.AtStart + "x";

    [Fact]
    public void What_can_be_set_live_is_and_the_rest_waits_for_a_restart_that_is_asked_for()
    {
        var s = Founded();
        var answer = Ask(s, Set(("live", "1"), (AtStart, "2")));
        Assert.Equal((OperatorOutcome.Done, "configuration"), (answer.Outcome, answer.Reason.Code));
        Assert.Contains(AtStart, answer.Reason.Text, StringComparison.Ordinal);
        s.Until("all have what can be set live", () => s.World.Nodes.All(n => n.Mysqld.Variables.GetValueOrDefault("live") == "1"));
        s.Until("all say what waits", () => s.World.Nodes.All(n => Told(s, n).PendingRestart.SequenceEqual([AtStart])));
        Assert.All(s.World.Nodes, n => Assert.DoesNotContain(AtStart, n.Mysqld.Variables.Keys));
        var pid = s[1].Mysqld.Life;
        var done = Ask(s, new RestartRequest(0, s[1].Id), seconds: 20);
        Assert.Equal((OperatorOutcome.Done, "restarted"), (done.Outcome, done.Reason.Code));
        Assert.NotEqual(pid, s[1].Mysqld.Life);
        Assert.Equal("2", s[1].Mysqld.Variables[AtStart]);
        Assert.Equal("1", s[1].Mysqld.Variables["live"]);
        s.Until("nothing waits there", () => Told(s, s[1]).PendingRestart.IsEmpty);
        Assert.True(s.Leads(s[0], 1));

        // Back at what it was started with: nothing waits any more, and the one that has it already is to lose it.
        _ = Ask(s, new ConfigRequest(0, null, [AtStart, "live"], null, false));
        s.Until("it is unset live", () => s.World.Nodes.All(n => !n.Mysqld.Variables.ContainsKey("live")));
        s.Until("only n1 waits", () => s.World.Nodes.All(n => Told(s, n).PendingRestart.IsEmpty == (n != s[1])));
        Settle(s);
    }

    [Fact]
    public void What_the_leader_would_not_take_is_refused_and_nothing_is_changed()
    {
        var s = Founded();
        Assert.Equal("bad-value", Ask(s, Set(("live", "bad"), ("other", "1"))).Reason.Code);
        Assert.Equal("can-be-set", Ask(s, Set(("live", "1")) with { DryRun = true }).Reason.Code);
        Assert.Equal("not-set", Ask(s, new ConfigRequest(0, null, ["live"], null, false)).Reason.Code);
        Assert.Equal("other-version", Ask(s, Set(("live", "1")) with { IfVersion = 3 }).Reason.Code);
        Assert.Equal("nothing-changes", Ask(s, new ConfigRequest(0, null, null, null, false)).Reason.Code);
        Assert.Equal("bad-name", Ask(s, Set(("Live-x", "1"))).Reason.Code);
        Assert.Equal("bad-value", Ask(s, Set(("live", new string('x', 501)))).Reason.Code);
        var all = Ask(s, new ConfigRequest(0, Set(("live", "bad"), ("Odd-x", "1"), ("b", new string('x', 501))).Set, ["nothing"], null, false));
        Assert.All((string[])["'Odd-x'", "b: one line", "nothing is not set", "live"], w => Assert.Contains(w, all.Reason.Text, StringComparison.Ordinal));
        Assert.Equal("too-many", Ask(s, Set([.. Enumerable.Range(0, 101).Select(n => ($"v{n}", "1"))])).Reason.Code);
        Assert.Equal(0, s[0].Core!.State.Settings.Version);
        Assert.Equal("configuration", Ask(s, Set(("live", "1")) with { IfVersion = 0 }).Reason.Code);
        Assert.Equal("nothing-changes", Ask(s, Set(("live", "1"))).Reason.Code);
        Settle(s);
    }

    [Fact]
    public void A_mysqld_that_does_not_start_with_it_is_started_with_what_it_had()
    {
        var s = Founded();
        _ = Ask(s, Set((AtStart, "good")));
        Assert.Equal("restarted", Ask(s, new RestartRequest(0, s[1].Id), seconds: 20).Reason.Code);
        _ = Ask(s, Set((AtStart, SimMysqld.Deadly), ("live", "2")));
        s.Until("all have what can be set live", () => s.World.Nodes.All(n => n.Mysqld.Variables.GetValueOrDefault("live") == "2"));
        s.Ask(s.Controller!, new RestartRequest(0, s[1].Id));
        s.Until("n1 says that it does not start so", () => Told(s, s[1]).Problems.Any(p => p.Code == "configuration-refused"), seconds: 30);
        s.Until("it follows", () => Script.Follows(s[1], s[0]), seconds: 20);
        Assert.Equal("good", s[1].Mysqld.Variables[AtStart]);
        s.Until("it says what waits", () => Told(s, s[1]).PendingRestart.Contains(AtStart));

        // It stays so through a restart of its agent, and the next version is tried.
        s.RestartAgent(s[1]);
        s[1].KillMysqld("killed");
        s.Until("it follows again", () => s[1].Mysqld.Running && Script.Follows(s[1], s[0]), seconds: 20);
        Assert.Equal("good", s[1].Mysqld.Variables[AtStart]);
        _ = Ask(s, Set((AtStart, "better")));
        Assert.Equal("restarted", Ask(s, new RestartRequest(0, s[1].Id), seconds: 20).Reason.Code);
        Assert.Equal("better", s[1].Mysqld.Variables[AtStart]);
        s.Until("nothing is wrong", () => Told(s, s[1]) is { Problems.IsEmpty: true, PendingRestart.IsEmpty: true });
        Settle(s);
    }

    [Fact]
    public void Without_the_rule_it_stays_down()
    {
        var s = Founded(new Mutation { Core = new CoreFaults { StartsAsAsked = true } });
        _ = Ask(s, Set((AtStart, SimMysqld.Deadly)));
        s.Ask(s.Controller!, new RestartRequest(0, s[1].Id));
        s.Until("n1 is down", () => !s[1].Mysqld.Running);
        Assert.False(s.Within("n1 follows", () => Script.Follows(s[1], s[0]), seconds: 60));
    }

    [Fact]
    public void A_nodes_own_settings_are_its_own()
    {
        var s = Founded();
        s[2].OwnSettings = ["live"];
        s.RestartAgent(s[2]);
        s.For(1);
        _ = Ask(s, Set(("live", "1"), ("else", "2")));
        s.Until("all have the other", () => s.World.Nodes.All(n => n.Mysqld.Variables.GetValueOrDefault("else") == "2"));
        Assert.False(s[2].Mysqld.Variables.ContainsKey("live"));
        s.Until("it says so", () => Told(s, s[2]).Own.SequenceEqual(["live"]));
        Settle(s);
    }

    [Fact]
    public void What_one_server_cannot_take_is_told_and_tried_again()
    {
        var s = Founded();
        _ = Ask(s, Set(("live", SimMysqld.NotHere)));
        s.Until("all say so", () => s.World.Nodes.All(n => Told(s, n).Problems.Any(p => p.Code == "bad-value")));
        _ = Ask(s, Set(("live", "1")));
        s.Until("all have it", () => s.World.Nodes.All(n => n.Mysqld.Variables.GetValueOrDefault("live") == "1"));
        Settle(s);
    }

    [Fact]
    public void A_restart_that_would_hurt_is_refused()
    {
        var s = Founded();
        Assert.Equal("leads", Ask(s, new RestartRequest(0, s[0].Id)).Reason.Code);
        Assert.Equal("leads", Ask(s, new RestartRequest(0, s[0].Id, InterruptWrites: true)).Reason.Code);
        Assert.Equal("follows", Ask(s, new RestartRequest(0, s[1].Id, InterruptWrites: true)).Reason.Code);
        _ = Ask(s, new PauseRequest(0, true));
        Assert.Equal("paused", Ask(s, new RestartRequest(0, s[1].Id)).Reason.Code);
        _ = Ask(s, new PauseRequest(0, false));
        Script.BreakMysqld(s[2]);
        s.Until("that is known", () => s.Controller!.Core!.View(s.Controller.LocalNow).Member(s[2].Id)!.Mysqld == MysqldState.Stopped);
        Assert.Equal("too-few-followers", Ask(s, new RestartRequest(0, s[1].Id)).Reason.Code);
        Assert.Equal("mysqld-down", Ask(s, new RestartRequest(0, s[2].Id)).Reason.Code);
        Settle(s);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_that_are_asked_for_at_once_do_not_leave_the_leader_without_a_follower(bool together)
    {
        var s = Founded(new Mutation { Controller = new ControllerFaults { RestartsTogether = together } });
        // Of itself a controller knows at once.
        var (one, other) = (s.AllBut(0, s.Controller!.Number).Single(), s.Controller);
        s.Ask(other, new RestartRequest(0, one.Id));
        Assert.Equal(together ? "restarted" : "too-few-followers", Ask(s, new RestartRequest(0, other.Id), seconds: 20).Reason.Code);
        if (!together)
        {
            s.Until("the first is back", () => one.Mysqld.Running && Script.Follows(one, s[0]), seconds: 20);
            s.For(1);
            Assert.Equal("restarted", Ask(s, new RestartRequest(0, other.Id), seconds: 20).Reason.Code);
        }

        Settle(s);
    }

    [Fact]
    public void One_alone_is_restarted_where_it_is_asked_for_by_name_and_keeps_what_it_acknowledged()
    {
        var s = Founded(nodes: 1);
        var commit = s.Write(s[0]);
        s.Until("it is acknowledged", () => commit.Told == true);
        _ = Ask(s, Set((AtStart, "2")));
        s.Until("it waits", () => Told(s, s[0]).PendingRestart.SequenceEqual([AtStart]));
        Assert.Equal("leads-alone", Ask(s, new RestartRequest(0, s[0].Id)).Reason.Code);
        Assert.Equal("leads-alone", Ask(s, new RollingRequest(0, false, false)).Reason.Code);
        _ = Ask(s, new PauseRequest(0, true));
        Assert.Equal("paused", Ask(s, new RestartRequest(0, s[0].Id, InterruptWrites: true)).Reason.Code);
        _ = Ask(s, new PauseRequest(0, false));

        var life = s[0].Mysqld.Life;
        var done = Ask(s, new RestartRequest(0, s[0].Id, InterruptWrites: true), seconds: 30);
        Assert.Equal((OperatorOutcome.Done, "restarted"), (done.Outcome, done.Reason.Code));
        Assert.Contains("leads again", done.Reason.Text, StringComparison.Ordinal);
        Assert.NotEqual(life, s[0].Mysqld.Life);
        Assert.True(Script.Writable(s[0]));
        Assert.Equal("2", s[0].Mysqld.Variables[AtStart]);
        Assert.Contains(commit.Content, s[0].Mysqld.Rows);
        Assert.Equal("an operator had the leader's mysqld restarted", s[0].Core!.State.Epochs[0].CloseReason);
        Assert.Equal("nothing-waits", Ask(s, new RollingRequest(0, false, false)).Reason.Code);
        Settle(s);
    }

    private static Script Founded(Mutation? mutation = null, int nodes = 3)
    {
        var script = new Script(nodes, seed: 7, mutation, verbose: false);
        script.Found();
        return script;
    }

    private static ConfigRequest Set(params (string Key, string Value)[] settings) =>
        new(0, settings.ToImmutableSortedDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal), null, null, false);

    private static OperatorAnswer Ask(Script script, OperatorRequest request, double seconds = 10)
    {
        script.Until("somebody controls", () => script.Controller is not null);
        var at = script.Controller!;
        var before = at.Answers.Count;
        script.Ask(at, request);
        script.Until("it is answered", () => at.Answers.Count > before, seconds);
        return at.Answers[^1];
    }

    /// <summary>What the controller knows of it.</summary>
    private static MemberConfigurationView Told(Script script, SimNode node) =>
        script.Controller is { Core: { } core } at ? core.View(at.LocalNow).Configuration!.Member(node.Id)! : new() { Number = 0, Id = node.Id, Name = "" };

    private static void Settle(Script script)
    {
        script.Settle();
        Assert.Null(script.World.Checkers.Violation);
    }
}
