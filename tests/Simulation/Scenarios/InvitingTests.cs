using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>A node that knows nobody waits to be added; whoever cannot be is refused with the reason.</summary>
public sealed class InvitingTests
{
    [Fact]
    public void A_node_without_peers_waits_says_so_and_is_added_from_any_node()
    {
        var script = Founded();
        var node = Newcomer(script);
        script.For(5);
        Assert.Null(node.Core!.Local.ClusterId.Length > 0 ? "it belongs to a cluster" : null);
        var waits = node.Core!.View(node.LocalNow).Reasons[0];
        Assert.Equal("waits-to-be-added", waits.Code);
        Assert.Contains("mysqlha add 10.0.0.4", waits.Text, StringComparison.Ordinal);

        var answer = Asked(script, script[1], new AddRequest(0, "10.0.0.4", 9638, Votes: false));

        Assert.Equal((OperatorOutcome.Done, "added"), (answer.Outcome, answer.Reason.Code));
        script.Until("it follows", () => Script.Follows(node, script[0]), seconds: 30);
        _ = Asked(script, script[1], new VotersRequest(0, 5));
        script.For(5);
        Assert.DoesNotContain(node.Id, script.Controller!.Core!.Voters);

        Assert.Equal("vote-wished", Asked(script, script[2], new VotingRequest(0, node.Id, Votes: true)).Reason.Code);
        script.Until("it votes", () => script.Controller?.Core!.Voters.Contains(node.Id) == true, seconds: 20);
    }

    [Fact]
    public void Who_is_added_after_it_was_removed_is_told_what_to_do()
    {
        var script = Founded();
        var node = Newcomer(script);
        var add = new AddRequest(0, "10.0.0.4", 9638, null);
        Assert.Equal("added", Asked(script, script[0], add).Reason.Code);
        script.Until("it follows", () => Script.Follows(node, script[0]), seconds: 30);
        Assert.Equal("already-member", Asked(script, script[0], add).Reason.Code);
        Assert.Equal("can-remove", Asked(script, script[0], new RemoveRequest(0, node.Id, DryRun: true)).Reason.Code);
        script.For(2);
        Assert.True(Script.Follows(node, script[0]));
        Assert.Equal("removed", Asked(script, script[0], new RemoveRequest(0, node.Id)).Reason.Code);
        script.For(3);
        Assert.Contains("mysqlha add 10.0.0.4", node.Core!.View(node.LocalNow).Reasons[0].Text, StringComparison.Ordinal);

        var refused = Asked(script, script[0], add);

        Assert.Equal((OperatorOutcome.Refused, "removed"), (refused.Outcome, refused.Reason.Code));
        Assert.Contains("empty its data directory", refused.Reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_without_peers_is_found_again_when_all_were_switched_off()
    {
        var script = Founded();
        var node = Newcomer(script);
        Assert.Equal("added", Asked(script, script[0], new AddRequest(0, "10.0.0.4", 9638, null)).Reason.Code);
        script.Until("it follows", () => Script.Follows(node, script[0]), seconds: 30);
        foreach (var one in script.World.Nodes)
        {
            one.LosePower();
        }

        foreach (var one in script.World.Nodes)
        {
            one.StartAgent();
        }

        bool KnowsAll(SimNode one) => one.Core!.View(one.LocalNow).Members.Count(m => m.Liveness == MemberLiveness.Alive) == 4;
        script.Until("all know all", () => script.World.Nodes.All(KnowsAll), seconds: 20);
    }

    [Fact]
    public void Where_nobody_is_nobody_is_added()
    {
        var script = Founded();
        var answer = Asked(script, script[2], new AddRequest(0, "10.0.0.9", 9638, null));
        Assert.Equal((OperatorOutcome.Refused, "no-answer"), (answer.Outcome, answer.Reason.Code));
    }

    [Fact]
    public void A_node_with_data_of_its_own_is_not_added()
    {
        var script = Founded();
        var node = script.World.AddNode();
        node.KnowsNobody = true;
        node.Mysqld.Initialise();
        node.StartAgent();
        var answer = Asked(script, script[0], new AddRequest(0, "10.0.0.4", 9638, null));
        Assert.Equal((OperatorOutcome.Refused, "foreign-data"), (answer.Outcome, answer.Reason.Code));
    }

    [Fact]
    public void A_vote_that_cannot_be_given_or_taken_is_refused_with_the_reason()
    {
        var script = Founded();
        Assert.Equal("no-substitute", Asked(script, script[0], new VotingRequest(0, script[1].Id, Votes: false)).Reason.Code);
        var node = script.AddFollower(script[0]);
        Assert.Equal("vote-wished", Asked(script, script[0], new VotingRequest(0, script[1].Id, Votes: true)).Reason.Code);
        Assert.Equal("vote-wished", Asked(script, script[0], new VotingRequest(0, script[2].Id, Votes: true)).Reason.Code);
        Assert.Equal("no-room", Asked(script, script[0], new VotingRequest(0, node.Id, Votes: true)).Reason.Code);
        Assert.Equal("no-member", Asked(script, script[0], new VotingRequest(0, NodeId.Parse($"{99:x32}"), Votes: true)).Reason.Code);
    }

    [Theory]
    [InlineData("switchover")]
    [InlineData("step-down")]
    [InlineData("failover")]
    [InlineData("drill")]
    [InlineData("voters")]
    [InlineData("add")]
    public void One_node_alone_refuses_what_needs_others_and_says_how_to_grow(string verb)
    {
        var script = new Script(nodes: 1, seed: 1, mutation: null, verbose: false);
        script.Found();
        OperatorRequest request = verb switch
        {
            "switchover" => new SwitchoverRequest(0, null),
            "step-down" => new StepDownRequest(0),
            "failover" => new FailoverRequest(0, null, AcceptDataLoss: false),
            "drill" => new DrillRequest(0, DryRun: false),
            "voters" => new VotersRequest(0, 3),
            _ => new AddRequest(0, "10.0.0.4", 9638, null),
        };
        var answer = Asked(script, script[0], request);
        Assert.Equal(OperatorOutcome.Refused, answer.Outcome);
        Assert.Contains("restart its agent with topology leader", answer.Reason.Text, StringComparison.Ordinal);
        Assert.Equal(1, Script.EpochOn(script[0]));
    }

    private static Script Founded()
    {
        var script = new Script(nodes: 3, seed: 1, mutation: null, verbose: false);
        script.Found();
        return script;
    }

    private static SimNode Newcomer(Script script)
    {
        var node = script.World.AddNode();
        node.KnowsNobody = true;
        node.StartAgent();
        return node;
    }

    private static OperatorAnswer Asked(Script script, SimNode at, OperatorRequest request)
    {
        var before = at.Answers.Count;
        script.Ask(at, request);
        script.Until($"{request} is answered", () => at.Answers.Count > before, seconds: 40);
        return at.Answers[^1];
    }
}
