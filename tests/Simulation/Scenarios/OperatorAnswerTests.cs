using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>An operator is told how it went, and what is told is so.</summary>
public sealed class OperatorAnswerTests
{
    [Fact]
    public void Each_of_several_switchovers_ends_at_its_target_and_says_so()
    {
        for (var seed = 1; seed <= 8; seed++)
        {
            var script = Founded(seed);
            for (var (epoch, target) = (2, 1); epoch <= 6; epoch++, target = (target + 1) % 3)
            {
                var answer = Switchover(script, script[target]);
                Assert.Equal((OperatorOutcome.Done, "new-leader"), (answer.Outcome, answer.Reason.Code));
                Assert.True(script.Leads(script[target], epoch), $"seed {seed}: n{target} does not lead epoch {epoch}");
            }
        }
    }

    [Fact]
    public void A_switchover_after_one_that_was_dropped_is_not_told_of_that_one()
    {
        var script = Founded(seed: 1);
        script[1].Mysqld.ApplierStalled = true;
        _ = script.Write(script[0]);
        Assert.Equal("switchover-dropped", Switchover(script, script[1]).Reason.Code);

        script[1].Mysqld.ApplierStalled = false;
        script[1].Mysqld.Apply();
        script.For(2);
        Assert.Equal("new-leader", Switchover(script, script[1]).Reason.Code);
    }

    [Fact]
    public void A_switchover_that_ended_with_another_leader_is_not_called_done()
    {
        var script = Founded(seed: 1);
        script.LetControl(script[1]);
        // n1 cannot get behind it beforehand, so all promise, and it is late.
        script[2].Mysqld.SetAccess([], [script[1].Id]);
        script[2].Mysqld.SlowStatements = TimeSpan.FromSeconds(1);
        Assert.Equal("another-leads", Switchover(script, script[2]).Reason.Code);
    }

    [Fact]
    public void A_dry_run_says_what_a_switchover_would_be_told_and_changes_nothing()
    {
        var script = Founded(seed: 1);
        script.For(1);
        var anybody = Check(script, to: null);
        Assert.Equal((OperatorOutcome.Done, "can-switch-over"), (anybody.Outcome, anybody.Reason.Code));
        Assert.Contains("n1 or n2 would lead epoch 2", anybody.Reason.Text, StringComparison.Ordinal);

        Script.BreakMysqld(script[1]);
        script.For(1);
        var refused = Check(script, script[1]);
        Assert.Equal((OperatorOutcome.Refused, "mysqld-down"), (refused.Outcome, refused.Reason.Code));
        Assert.Contains("n2 would lead", Check(script, script[2]).Reason.Text, StringComparison.Ordinal);
        script.For(1);
        Assert.True(script.Leads(script[0], 1));
    }

    private static OperatorAnswer Check(Script script, SimNode? to)
    {
        var at = script.Controller!;
        script.Ask(at, new SwitchoverCheckRequest(0, to?.Id));
        return at.Answers[^1];
    }

    private static Script Founded(int seed)
    {
        var script = new Script(3, seed, mutation: null, verbose: false);
        script.Found();
        return script;
    }

    private static OperatorAnswer Switchover(Script script, SimNode to)
    {
        script.Until("both others follow", () => script.World.Nodes.Count(n => n.Mysqld.Receiver is { Attached: true }) == 2);
        script.For(1);
        var at = script.Controller!;
        var before = at.Answers.Count;
        script.AskSwitchover(to);
        script.Until("the operator is answered", () => at.Answers.Count > before, seconds: 40);
        return at.Answers[^1];
    }
}
