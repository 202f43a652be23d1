using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Membership;
using Xunit;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>A node that knows nobody waits to be added; whoever cannot be is refused with the reason.</summary>
public sealed class InvitingTests
{
    private static readonly AddRequest Add = new(0, "10.0.0.4", 9638, null);
    private bool _keptAlive = true;

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
        var node = Added(script);
        Assert.Equal("already-member", Asked(script, script[0], Add).Reason.Code);
        Assert.Equal("can-remove", Asked(script, script[0], new RemoveRequest(0, node.Id, DryRun: true)).Reason.Code);
        script.For(2);
        Assert.True(Script.Follows(node, script[0]));
        Assert.Equal("removed", Asked(script, script[0], new RemoveRequest(0, node.Id)).Reason.Code);
        script.For(3);
        Assert.Contains("mysqlha add 10.0.0.4", node.Core!.View(node.LocalNow).Reasons[0].Text, StringComparison.Ordinal);

        var refused = Asked(script, script[0], Add);

        Assert.Equal((OperatorOutcome.Refused, "removed"), (refused.Outcome, refused.Reason.Code));
        Assert.Contains("empty its data directory", refused.Reason.Text, StringComparison.Ordinal);
    }

    /// <summary>The former id is alive in gossip still; it is not the one that is meant.</summary>
    [Fact]
    public void Who_comes_back_with_empty_data_is_added_at_once()
    {
        var script = Founded();
        var node = Added(script);
        Assert.Equal("removed", Asked(script, script[0], new RemoveRequest(0, node.Id)).Reason.Code);

        node.Retire();
        var anew = script.World.AddNode(node);
        anew.KnowsNobody = true;
        anew.StartAgent();

        Assert.Equal("added", Asked(script, script[0], Add).Reason.Code);
        script.Until("it follows", () => Script.Follows(anew, script[0]), seconds: 30);
    }

    /// <summary>Somebody of another cluster of this group is in the ring, by gossip alone: a newcomer joins neither, and says so.</summary>
    [Fact]
    public void Where_the_ring_holds_two_clusters_of_the_group_who_is_added_is_refused_with_both()
    {
        var script = Founded();
        var facts = new MemberFacts("production", "far", "cluster-far", "");
        KeepAlive(script, new MemberRecord(NodeId.Parse($"{77:x32}"), new NodeAddress("10.0.9.1"), 1, MemberStatus.Alive, facts));
        var node = Newcomer(script);

        var answer = Asked(script, script[1], Add);

        Assert.Equal((OperatorOutcome.Refused, "two-clusters"), (answer.Outcome, answer.Reason.Code));
        const string Both = "another cluster of the group production too (cluster-far: far (10.0.9.1))";
        Assert.Contains(Both, answer.Reason.Text, StringComparison.Ordinal);
        Assert.Equal("two-clusters", node.Core!.View(node.LocalNow).Reasons[0].Code);
        Assert.Empty(node.Core!.ClusterId);

        _keptAlive = false;
        script.Until("the other one is confirmed dead, and it joins", () => Script.Follows(node, script[0]), seconds: 60);
    }

    /// <summary>What it is that keeps it, only its own status tells.</summary>
    [Fact]
    public void Who_answers_and_never_asks_to_join_is_refused_by_name()
    {
        var script = Founded();
        script.World.Wire = frame => frame is JoinAsk ? null : frame;
        var node = Newcomer(script);

        var answer = Asked(script, script[2], Add);

        Assert.Equal((OperatorOutcome.Refused, "does-not-ask"), (answer.Outcome, answer.Reason.Code));
        Assert.Contains("n3 (10.0.0.4) answers, and did not ask to join for 30 s: 'mysqlha status --address 10.0.0.4'", answer.Reason.Text,
            StringComparison.Ordinal);
        Assert.Empty(node.Core!.ClusterId);
    }

    [Fact]
    public void A_node_without_peers_is_found_again_when_all_were_switched_off()
    {
        var script = Founded();
        _ = Added(script);
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
        var answer = Asked(script, script[0], Add);
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
            _ => Add,
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

    /// <summary>A fourth node that was invited, and follows.</summary>
    private static SimNode Added(Script script)
    {
        var node = Newcomer(script);
        Assert.Equal("added", Asked(script, script[0], Add).Reason.Code);
        script.Until("it follows", () => Script.Follows(node, script[0]), seconds: 30);
        return node;
    }

    /// <summary>Says of itself twice a second that it lives, to all, so that nobody confirms it dead.</summary>
    private void KeepAlive(Script script, MemberRecord far)
    {
        foreach (var node in script.World.Nodes)
        {
            node.Step(new DatagramReceived(far.Address.Host, 9638, new News(far.Id, 0, [new MemberUpdate(far, far.Id)])));
        }

        if (_keptAlive)
        {
            script.World.After(500_000, () => KeepAlive(script, far with { Incarnation = far.Incarnation + 1 }));
        }
    }

    private static OperatorAnswer Asked(Script script, SimNode at, OperatorRequest request)
    {
        var before = at.Answers.Count;
        script.Ask(at, request);
        script.Until($"{request} is answered", () => at.Answers.Count > before, seconds: 40);
        return at.Answers[^1];
    }
}
