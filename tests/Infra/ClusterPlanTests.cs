using MySqlHa.Infra.Plan;
using Xunit;

namespace MySqlHa.Tests.Infra;

public sealed class ClusterPlanTests
{
    private static readonly PlanRequest Good = new() { Zones = ["a", "b", "c"] };

    [Fact]
    public void Nodes_are_dealt_to_the_zones_in_turn_each_with_an_address_in_its_zones_subnet()
    {
        var plan = ClusterPlan.Make(Good with { Nodes = 5 });
        Assert.Equal(["a", "b", "c", "a", "b"], plan.Nodes.Select(n => n.Zone));
        Assert.Equal(["10.20.0.11", "10.20.1.11", "10.20.2.11", "10.20.0.12", "10.20.1.12"], plan.Nodes.Select(n => n.PrivateIp));
        Assert.Equal(["10.20.0.0/24", "10.20.1.0/24", "10.20.2.0/24"], plan.Nodes.Take(3).Select(n => n.Subnet));
    }

    [Theory]
    [InlineData(3, 3, 2, 1)]
    [InlineData(4, 3, 2, 1)]
    [InlineData(5, 5, 3, 2)]
    [InlineData(9, 7, 4, 3)]
    public void Voters_are_odd_and_a_majority_of_them_decides(int nodes, int voters, int quorum, int acks)
    {
        var plan = ClusterPlan.Make(Good with { Nodes = nodes });
        Assert.Equal((nodes, voters, quorum, acks), (plan.Nodes.Count, plan.Voters, plan.Quorum, plan.AcksPerCommit));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(9)]
    public void The_loss_of_any_one_zone_leaves_a_majority(int nodes)
    {
        var plan = ClusterPlan.Make(Good with { Nodes = nodes });
        Assert.All(Good.Zones, lost => Assert.True(plan.Nodes.Count(n => n.Voter && n.Zone != lost) >= plan.Quorum));
    }

    [Fact]
    public void A_further_node_moves_none_of_the_others()
    {
        var before = ClusterPlan.Make(Good with { Nodes = 5 }).Nodes;
        Assert.Equal(before, ClusterPlan.Make(Good with { Nodes = 6 }).Nodes.Take(5));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var request = new PlanRequest
        {
            Group = "Prod!", Nodes = 2, Network = "8.8.0.0/16", Zones = ["a", "a"], Ports = new PlanPorts(Ring: 0, Http: 3306),
        };
        var problems = Assert.Throws<PlanException>(() => ClusterPlan.Make(request)).Problems;
        Assert.Equal(
            [
                "group 'Prod!'", "nodes 2", "zones [a, a]", "zones name 'a' 2 times", "network '8.8.0.0/16'", "port ring 0",
                "ports http and mysql are both 3306",
            ],
            problems.Select(p => p.Split(": ")[0]));
    }

    [Theory]
    [InlineData("10.0.0.0/24")]
    [InlineData("10.0.0.0/8")]
    [InlineData("10.0.0.1/16")]
    [InlineData("172.32.0.0/16")]
    [InlineData("fd00::/16")]
    [InlineData("ten")]
    public void A_network_that_is_public_too_small_too_large_or_none_is_a_problem(string network) =>
        Assert.StartsWith(
            $"network '{network}'",
            Assert.Throws<PlanException>(() => ClusterPlan.Make(Good with { Network = network })).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_network_with_fewer_subnets_than_zones_is_a_problem()
    {
        var request = Good with { Network = "10.0.0.0/22", Zones = ["a", "b", "c", "d", "e"] };
        Assert.Contains("has 4 subnets", Assert.Throws<PlanException>(() => ClusterPlan.Make(request)).Message);
    }
}
