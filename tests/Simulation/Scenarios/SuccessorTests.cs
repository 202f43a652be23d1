using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>Clients hear of a switchover for which all is in place a moment before it: half of them are logged in when it comes.</summary>
public sealed class SuccessorTests
{
    [Fact]
    public void Every_node_names_the_next_leader_a_moment_before_it_leads()
    {
        var script = Founded();
        script.AskSwitchover(script[1]);
        var told = new Dictionary<int, TimeSpan>();
        script.Until("epoch 2 is open", () =>
        {
            foreach (var node in script.World.Nodes.Where(n => n.Core!.Routes.Successor?.Node == script[1].Id))
            {
                Assert.Equal(script[0].Id, node.Core!.Routes.Writer?.Node);
                _ = told.TryAdd(node.Number, script.World.Now - Instant.Zero);
            }

            return script.Opened(2);
        });
        var opened = script.World.Now - Instant.Zero;
        var notice = Weights.Timing.Notice;
        Assert.Equal([0, 1, 2], told.Keys.Order());
        Assert.All(told.Values, at => Assert.InRange(opened - at, notice * 0.8, notice * 4));
        script.Until("n1 leads", () => script.Leads(script[1], 2));
        script.Until("all go there", () => script.World.Nodes.All(n => n.Core!.Routes is { Successor: null } r && r.Writer?.Node == script[1].Id));
    }

    [Fact]
    public void Nobody_is_named_in_a_switchover_for_which_not_all_is_in_place()
    {
        var script = Founded();
        script.CutData(script[1], script[2]);
        script.AskSwitchover(script[1]);
        script.Until("the longer way is taken", () =>
        {
            Assert.All(script.World.Nodes, n => Assert.Null(n.Core!.Routes.Successor));
            return script.World.Nodes.Any(n => n.Core!.State.Switchover is { Behind.IsEmpty: true });
        });
    }

    [Fact]
    public void A_node_that_hears_nothing_does_not_keep_the_old_leader_from_stopping()
    {
        var script = Founded();
        script.AskSwitchover(script[1]);
        script.Until("all is in place", () => script[0].Core!.Routes.Successor is not null);
        var deaf = script.World.Nodes.Single(n => n != script[0] && n != script.Controller);
        script.CutControl(deaf);
        script.Until("n0 knows that it hands over", () => Script.EpochOn(script[0]) == 2);
        var known = script.World.Now;
        script.Until("n0 stops", () => script[0].Mysqld.ReadOnly);
        Assert.InRange(script.World.Now - known, Weights.Timing.LastMoment * 0.9, Weights.Timing.LastMoment * 3);
    }

    private static Script Founded()
    {
        var script = new Script(3, seed: 1, mutation: null, verbose: false);
        script.Found();
        return script;
    }
}
