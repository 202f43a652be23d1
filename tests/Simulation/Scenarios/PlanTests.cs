using System.Text.Json;
using System.Text.Json.Nodes;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using MySqlHa.Tests.Failover;
using Xunit;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>Switchovers that are planned for a time: when they begin, when they do not, and what is told of it.</summary>
public sealed class PlanTests
{
    [Fact]
    public void It_begins_at_its_time_under_another_controller_and_is_done_once()
    {
        var script = Founded();
        script.LetControl(script[1]);
        Assert.Equal("planned", Ask(script, Plan(script[2], 4000)).Reason.Code);
        var due = script.World.Now + TimeSpan.FromSeconds(4);
        script[1].StopAgent();
        script.Until("another controls", () => script.Controller is { } other && other != script[1]);
        script[1].StartAgent();
        script.Until("the leader closes", () => script[0].Mysqld.ReadOnly);
        Assert.InRange((script.World.Now - due).TotalSeconds, -0.02, 0.3);
        script.Until("n2 leads", () => script.Leads(script[2], 2) && Script.Writable(script[2]));
        script.For(5);
        Assert.True(script.Leads(script[2], 2));
        Assert.Null(script.Controller!.Core!.State.Plan);
        Assert.Contains("planned", script.Controller!.Core!.State.Current!.OpenReason, StringComparison.Ordinal);
        script.Settle();
        Assert.Null(script.World.Checkers.Violation);
    }

    [Fact]
    public void What_cannot_be_planned_is_refused_with_every_reason()
    {
        var script = Founded();
        Assert.Equal("in-the-past", Ask(script, new PlanSwitchoverRequest(0, null, DateTimeOffset.UnixEpoch, null, false)).Reason.Code);
        Assert.Equal("too-far", Ask(script, new PlanSwitchoverRequest(0, null, null, long.MaxValue, false)).Reason.Code);
        Assert.Equal("can-be-planned", Ask(script, Plan(script[1], 60_000) with { DryRun = true }).Reason.Code);
        Assert.Equal("planned", Ask(script, Plan(script[1], 60_000)).Reason.Code);
        var both = Ask(script, Plan(script[0], 60_000));
        Assert.Equal((OperatorOutcome.Refused, "planned-already"), (both.Outcome, both.Reason.Code));
        Assert.Contains("n0 (10.0.0.1) leads already", both.Reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void It_may_be_planned_while_it_could_not_begin_and_the_dry_run_says_what_is_in_the_way()
    {
        var script = Founded();
        Script.BreakMysqld(script[1]);
        script.For(1);
        Assert.Equal("mysqld-down", Ask(script, Plan(script[1], 60_000) with { DryRun = true }).Reason.Code);
        var answer = Ask(script, Plan(script[1], 60_000));
        Assert.Equal("planned", answer.Reason.Code);
        Assert.Contains("As it is now it could not begin: mysqld on n1", answer.Reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_is_cancelled_a_begun_one_too_and_nothing_is_refused()
    {
        var script = Founded();
        Assert.Equal("nothing-to-cancel", Ask(script, new CancelSwitchoverRequest(0)).Reason.Code);
        _ = Ask(script, Plan(script[1], 60_000));
        Assert.Equal("cancelled", Ask(script, new CancelSwitchoverRequest(0)).Reason.Code);
        Assert.True(script.Controller!.Core!.State is { Plan: null, Current.PlansDropped: [{ Cancelled: true }] });

        script[1].Mysqld.ApplierStalled = true;
        _ = script.Write(script[0]);
        _ = Ask(script, Plan(script[1], 500));
        script.Until("the leader closes", () => script[0].Mysqld.ReadOnly);
        Assert.Equal("cancelled", Ask(script, new CancelSwitchoverRequest(0)).Reason.Code);
        script.Until("n0 leads on", () => script.Leads(script[0], 1));
        script[1].Mysqld.ApplierStalled = false;
        script[1].Mysqld.Apply();
        script.For(3);
        Assert.True(script.Leads(script[0], 1));
        Assert.True(script.Controller!.Core!.State.Current!.PlansDropped is [_, { Cancelled: true }]);
    }

    [Fact]
    public void A_switchover_whose_leader_has_let_go_is_too_late_to_cancel()
    {
        var script = Founded();
        var at = script.Controller!;
        script.AskSwitchover(script[1]);
        script.Until("the leader has let go", () => script[0].Mysqld.ReadOnly);
        var before = at.Answers.Count;
        script.Ask(at, new CancelSwitchoverRequest(0));
        script.Until("both are answered", () => at.Answers.Count == before + 2, seconds: 40);
        Assert.Contains(at.Answers, a => a.Reason.Code is "too-late");
        Assert.Contains(at.Answers, a => a.Reason.Code is "new-leader");
    }

    /// <summary>Whenever it comes, a paused cluster ends with a leader: one that let go meanwhile cannot take it back.</summary>
    [Fact]
    public void Wherever_a_cancellation_meets_a_switchover_there_is_a_leader_in_the_end()
    {
        var cancelled = 0;
        for (var step = 0; step < 60; step++)
        {
            var script = Founded(seed: step + 1);
            _ = Ask(script, new PauseRequest(0, true));
            var at = script.Controller!;
            var before = at.Answers.Count;
            script.AskSwitchover(script[1]);
            script.For(step * 0.0005);
            script.Ask(at, new CancelSwitchoverRequest(0));
            script.Until("both are answered", () => at.Answers.Count >= before + 2, seconds: 40);
            script.Until("there is a leader", () => script.World.Nodes.Any(n => Script.Writable(n)), seconds: 20);
            var told = at.Answers.Skip(before).Select(a => a.Reason.Code).ToList();
            var leads = script.Leads(script[0], 1);
            Assert.True(leads || !told.Contains("cancelled"), $"step {step}: told {string.Join(", ", told)}, but n0 does not lead");
            cancelled += told.Contains("cancelled") ? 1 : 0;
            script.Settle();
            Assert.Null(script.World.Checkers.Violation);
        }

        Assert.InRange(cancelled, 1, 59);
    }

    [Fact]
    public void What_is_unsafe_at_its_time_is_tried_for_a_minute_and_dropped_with_all_reasons()
    {
        var script = Founded();
        script.LetControl(script[1]);
        Script.BreakMysqld(script[2]);
        _ = Ask(script, Plan(script[2], 2000));
        script.For(50);
        Assert.NotNull(script.Controller!.Core!.State.Plan);
        Assert.Contains(script.Controller!.Core!.View(script.Controller!.LocalNow).Reasons, r => r.Code == "plan-waits");
        script.For(15);
        Assert.Null(script.Controller!.Core!.State.Plan);
        var dropped = Assert.Single(script.Controller!.Core!.State.Current!.PlansDropped);
        Assert.Contains("mysqld on n2", dropped.Reason, StringComparison.Ordinal);
        Assert.True(script.Leads(script[0], 1));
    }

    [Fact]
    public void What_is_safe_again_within_the_minute_begins()
    {
        var script = Founded();
        script.LetControl(script[1]);
        Script.BreakMysqld(script[2]);
        _ = Ask(script, Plan(script[2], 1000));
        script.For(5);
        script[2].Mysqld.CannotStart = false;
        script.Until("n2 leads", () => script.Leads(script[2], 2), seconds: 50);
    }

    [Fact]
    public void Hours_later_nothing_begins_and_the_history_says_so()
    {
        var script = Founded();
        _ = Ask(script, Plan(script[1], 5000));
        script.World.Nodes.ToList().ForEach(n => n.StopAgent());
        script.For(3600);
        script.World.Nodes.ToList().ForEach(n => n.StartAgent());
        script.Until("a leader is there again", () => script.World.Checkers.WhyNotConverged() is null, seconds: 60);
        script.For(2);
        var state = script.Controller!.Core!.State;
        Assert.Null(state.Plan);
        Assert.Contains("its time was over by", state.Epochs.SelectMany(e => e.PlansDropped).Single().Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(state.Epochs, e => e.OpenReason.Contains("planned", StringComparison.Ordinal));
    }

    [Fact]
    public void Under_a_controller_whose_clock_is_an_hour_ahead_it_is_dropped_and_not_begun()
    {
        var script = Founded();
        script.LetControl(script[1]);
        _ = Ask(script, Plan(null, 60_000));
        script[2].WallAhead = 3_600_000;
        script.LetControl(script[2]);
        script.For(1);
        Assert.True(script.Leads(script[0], 1));
        Assert.Single(script[0].Core!.State.Current!.PlansDropped);
    }

    [Fact]
    public void A_plan_for_a_node_that_leads_by_then_is_dropped()
    {
        var script = Founded();
        _ = Ask(script, Plan(script[1], 5000));
        script.AskSwitchover(script[1]);
        script.Until("n1 leads", () => script.Leads(script[1], 2));
        Assert.NotNull(script[2].Core!.State.Plan);
        script.For(6);
        Assert.True(script.Leads(script[1], 2));
        Assert.Contains("leads already", Assert.Single(script[2].Core!.State.Current!.PlansDropped).Reason, StringComparison.Ordinal);
    }

    /// <summary>What an older agent wrote knows of no plans, no phases.</summary>
    [Fact]
    public void A_state_of_an_older_agent_is_read()
    {
        var state = ThreeNodes.Founded.Apply(new OpenEpoch(ThreeNodes.Epoch(1, ThreeNodes.A)));
        var json = JsonNode.Parse(JsonSerializer.Serialize(state, FailoverJson.Default.ClusterState))!;
        var epoch = json["epochs"]![0]!.AsObject();
        Assert.True(epoch.Remove("plansDropped"));
        _ = json.AsObject().Remove("plan");
        _ = epoch.Remove("phases");
        var read = JsonSerializer.Deserialize(json.ToJsonString(), FailoverJson.Default.ClusterState)!;
        Assert.Null(read.Plan);
        var plan = new PlannedSwitchover(ThreeNodes.A, null, 5, 1);
        var dropped = read.Apply(new PlanSwitchover(plan)).Apply(new DropPlan(plan, "why", 6));
        Assert.Equal("why", Assert.Single(dropped.Current!.PlansDropped).Reason);
    }

    private static PlanSwitchoverRequest Plan(SimNode? to, int milliseconds) => new(0, to?.Id, null, milliseconds, DryRun: false);

    private static OperatorAnswer Ask(Script script, OperatorRequest request)
    {
        var at = script.Controller!;
        var before = at.Answers.Count;
        script.Ask(at, request);
        script.Until("the operator is answered", () => at.Answers.Count > before, seconds: 40);
        script.Until("the audit tells the outcome", () => at.Core!.State.Audit.All(e => e.Answer is not null));
        return at.Answers[^1];
    }

    private static Script Founded(int seed = 1)
    {
        var script = new Script(3, seed, mutation: null, verbose: false);
        script.Found();
        script.For(1);
        return script;
    }
}
