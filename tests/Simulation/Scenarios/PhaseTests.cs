using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>How long each part of a change of leader took is in the history, as far as it was seen.</summary>
public sealed class PhaseTests
{
    [Fact]
    public void A_crash_is_told_from_the_end_of_mysqld_to_the_first_client()
    {
        var script = Founded();
        var began = script.World.Now;
        script[0].KillMysqld("killed");
        script.Until("clients are let in", () => script.World.Nodes.Any(n => script.Leads(n, 2) && Script.Writable(n)));
        var took = (script.World.Now - began).TotalMilliseconds;
        var phases = Noted(script, 2);
        Assert.Equal(PhaseZero.MysqldEnd, phases.Zero);
        int?[] inOrder = [0, phases.Detect, phases.Close, phases.Promise, phases.Open, phases.Writable, phases.Established];
        Assert.DoesNotContain(null, inOrder);
        Assert.Equal(inOrder.Order(), inOrder);
        Assert.Equal(phases.Writable, phases.Clients);
        Assert.InRange(phases.Apply!.Value, phases.Close!.Value, phases.Writable!.Value);
        Assert.Null(phases.Release);
        // Within a heartbeat of what was seen from outside: the controller hears of it by a report.
        Assert.InRange(phases.Clients!.Value, took - 220, took + 220);
    }

    [Fact]
    public void A_leader_that_is_silent_is_told_from_when_that_was_known()
    {
        var script = Founded();
        script[0].LosePower();
        var phases = Noted(script, 2);
        Assert.Equal((PhaseZero.Known, 0), (phases.Zero, phases.Detect));
        Assert.NotNull(phases.Clients);
        Assert.StartsWith("close ", phases.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_switchover_is_told_from_the_wish()
    {
        var script = Founded();
        script.AskSwitchover(script[1]);
        var phases = Noted(script, 2);
        Assert.Equal(PhaseZero.Asked, phases.Zero);
        Assert.InRange(phases.Close!.Value, 0, phases.Promise!.Value);
        Assert.InRange(phases.Writable!.Value, phases.Promise!.Value, phases.Established!.Value);
    }

    [Fact]
    public void What_a_new_controller_did_not_see_is_absent()
    {
        var script = Founded();
        script[0].KillMysqld("killed");
        script.Until("epoch 1 is closed", () => Script.KnowsClosed(script.Controller ?? script[0], 1));
        // Every agent that goes on began after that.
        script.World.Nodes.ToList().ForEach(n => n.StopAgent());
        script.World.Nodes.ToList().ForEach(n => n.StartAgent());
        script.Until("another leads", () => script.World.Nodes.Any(n => Script.EpochOn(n) == 2 && Script.Writable(n)), seconds: 30);
        script.For(4);
        Assert.All(script.World.Nodes, n => Assert.Null(n.Core!.State.Current!.Phases));
    }

    [Fact]
    public void What_a_new_controller_saw_as_a_follower_is_there()
    {
        var script = Founded();
        script.LetControl(script[1]);
        script[0].KillMysqld("killed");
        script.Until("epoch 1 is closed everywhere", () => script.World.Nodes.All(n => Script.KnowsClosed(n, 1)));
        script.RestartAgent(script[1]);
        var phases = Noted(script, 2);
        Assert.NotNull(phases.Close);
        Assert.NotNull(phases.Clients);
    }

    [Fact]
    public void A_switchover_that_was_dropped_leaves_no_phases()
    {
        var script = Founded();
        script[1].Mysqld.ApplierStalled = true;
        _ = script.Write(script[0]);
        script.AskSwitchover(script[1]);
        script.Until("the leader closes", () => script[0].Mysqld.ReadOnly);
        script.Until("n0 leads on", () => script.Leads(script[0], 1));
        script.For(1);
        script[1].Mysqld.ApplierStalled = false;
        script[1].Mysqld.Apply();
        script.For(1);
        script[0].KillMysqld("killed");
        var phases = Noted(script, 2);
        Assert.InRange(phases.Clients!.Value, 0, 1500);
    }

    private static EpochPhases Noted(Script script, long epoch)
    {
        EpochPhases? There() => script.World.Nodes.Select(n => n.Core?.State.Current)
            .FirstOrDefault(c => c is { Phases: not null } && c.Number == epoch)?.Phases;
        script.Until("the phases are noted", () => There() is not null);
        return There()!;
    }

    private static Script Founded()
    {
        var script = new Script(3, seed: 1, mutation: null, verbose: false);
        script.Found();
        script.For(1);
        return script;
    }
}
