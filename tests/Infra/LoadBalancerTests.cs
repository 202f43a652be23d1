using System.Collections.Immutable;
using Pulumi.Utilities;
using Xunit;

namespace MySqlHa.Tests.Infra;

[Collection(PulumiCollection.Name)]
public sealed class LoadBalancerTests
{
    private const string Group = "aws:ec2/securityGroup:SecurityGroup";
    private const string Targets = "aws:lb/targetGroup:TargetGroup";

    [Fact]
    public async Task Without_the_key_there_is_none_and_its_endpoints_are_empty()
    {
        var run = await StackRun.OfAsync();
        Assert.DoesNotContain(run.Resources, r => r.Type.StartsWith("aws:lb/", StringComparison.Ordinal));
        _ = Assert.Single(run.Of(Group));
        Assert.Equal(("", ""), await EndpointsAsync(run));
    }

    [Theory]
    [InlineData("internal", true)]
    [InlineData("internet-facing", false)]
    public async Task One_address_in_all_zones_leads_writers_to_the_leader_and_readers_to_the_followers(string scheme, bool isInternal)
    {
        var run = await OfAsync(scheme);
        var balancer = Assert.Single(run.Of("aws:lb/loadBalancer:LoadBalancer"));
        Assert.Equal(("network", isInternal, true),
            (balancer.Text("loadBalancerType"), balancer.Inputs["internal"], balancer.Inputs["enableCrossZoneLoadBalancing"]));
        Assert.Equal(run.Of("aws:ec2/subnet:Subnet").Select(s => $"{s.Name}-id").Order(), balancer.List<string>("subnets").Order());
        Assert.Equal(["firewall-load-balancer-id"], balancer.List<string>("securityGroups"));
        Assert.Equal(("load-balancer-nlb-7f3a.elb.example:6446", "load-balancer-nlb-7f3a.elb.example:6447"), await EndpointsAsync(run));

        Assert.Equal(
            [
                "load-balancer-nlb-arn TCP 6446 forward load-balancer-writers-arn",
                "load-balancer-nlb-arn TCP 6447 forward load-balancer-readers-arn",
            ],
            run.Of("aws:lb/listener:Listener").OrderBy(l => l.Inputs["port"]).Select(l =>
            {
                var action = Assert.Single(l.List<ImmutableDictionary<string, object>>("defaultActions"));
                return $"{l.Text("loadBalancerArn")} {l.Text("protocol")} {l.Inputs["port"]} {action["type"]} {action["targetGroupArn"]}";
            }));
    }

    [Fact]
    public async Task Agents_are_asked_over_http_whether_their_node_is_in_order_and_one_that_is_not_loses_its_connections()
    {
        var run = await OfAsync("internal");
        foreach (var (name, port) in new[] { ("load-balancer-writers", 6446.0), ("load-balancer-readers", 6447.0) })
        {
            var group = run.Of(Targets).Single(g => g.Name == name);
            Assert.Equal(("TCP", port, "instance", "true"),
                (group.Text("protocol"), group.Inputs["port"], group.Text("targetType"), group.Text("preserveClientIp")));
            var check = group.Map("healthCheck");
            Assert.Equal(("HTTP", "9631", "/readiness", "200"), (check["protocol"], check["port"], check["path"], check["matcher"]));
            // AWS's own limits, and no check that lasts until the next one.
            Assert.InRange((double)check["interval"], 5, 10);
            Assert.InRange((double)check["timeout"], 2, (double)check["interval"]);
            Assert.InRange((double)check["healthyThreshold"], 2, 10);
            Assert.InRange((double)check["unhealthyThreshold"], 2, 10);
            var state = Assert.Single(group.List<ImmutableDictionary<string, object>>("targetHealthStates"));
            Assert.Equal(true, state["enableUnhealthyConnectionTermination"]);
            Assert.Equal((true, 0.0), (group.Inputs["connectionTermination"], group.Inputs["deregistrationDelay"]));
        }
    }

    [Theory]
    [InlineData("3", 3)]
    [InlineData("5", 5)]
    public async Task Every_node_is_in_both_groups(string nodes, int count)
    {
        var run = await OfAsync("internal", ("nodes", nodes));
        var attached = run.Of("aws:lb/targetGroupAttachment:TargetGroupAttachment")
            .Select(a => $"{a.Text("targetGroupArn")} {a.Text("targetId")} {a.Inputs["port"]}");
        var wanted = Enumerable.Range(1, count).SelectMany(n => new[] { ("readers", 6447), ("writers", 6446) }
            .Select(group => $"load-balancer-{group.Item1}-arn node{n}-machine-id {group.Item2}"));
        Assert.Equal(wanted.Order(StringComparer.Ordinal), attached.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Clients_reach_it_and_it_reaches_the_nodes_and_their_agents_and_nothing_else()
    {
        var run = await OfAsync("internal", ("sshFrom", """["192.0.2.0/24"]"""), ("censusFrom", """["192.0.2.0/24"]"""));
        var balancer = run.Of(Group).Single(g => g.Name == "firewall-load-balancer");
        Assert.Equal(["tcp 6446-6446 from 10.9.0.0/16", "tcp 6447-6447 from 10.9.0.0/16"], StackTests.RulesOf(balancer, "ingress"));
        Assert.Equal(
            ["tcp 6446-6446 to 10.20.0.0/16", "tcp 6447-6447 to 10.20.0.0/16", "tcp 9631-9631 to 10.20.0.0/16"],
            StackTests.RulesOf(balancer, "egress"));
        Assert.Equal(
            [
                "tcp 22-22 from 192.0.2.0/24", "tcp 3306-3306 from 10.9.0.0/16", "tcp 3306-3306 from the nodes",
                "tcp 6446-6446 from 10.9.0.0/16", "tcp 6446-6446 from firewall-load-balancer-id",
                "tcp 6447-6447 from 10.9.0.0/16", "tcp 6447-6447 from firewall-load-balancer-id",
                "tcp 9631-9631 from 192.0.2.0/24", "tcp 9631-9631 from firewall-load-balancer-id",
                "tcp 9631-9631 from the nodes", "tcp 9638-9638 from the nodes", "udp 9638-9638 from the nodes",
            ],
            StackTests.RulesOf(run.Of(Group).Single(g => g.Name == "firewall-nodes"), "ingress"));
    }

    [Fact]
    public async Task A_preview_does_not_know_its_name_yet()
    {
        var run = await StackRun.OfAsync(Settings("internal"), preview: true);
        _ = Assert.Single(run.Of("aws:lb/loadBalancer:LoadBalancer"));
        Assert.False(await OutputUtilities.GetIsKnownAsync(run.Outputs["writerEndpoint"]));
    }

    private static Task<StackRun> OfAsync(string scheme, params (string Key, string Value)[] more) =>
        StackRun.OfAsync(Settings(scheme, more));

    private static Dictionary<string, string> Settings(string scheme, params (string Key, string Value)[] more) =>
        more.Append(("loadBalancer", scheme)).Append(("clientsFrom", """["10.9.0.0/16"]""")).ToDictionary(s => s.Item1, s => s.Item2);

    private static async Task<(string Writer, string Reader)> EndpointsAsync(StackRun run) => (
        $"{await OutputUtilities.GetValueAsync(run.Outputs["writerEndpoint"])}",
        $"{await OutputUtilities.GetValueAsync(run.Outputs["readerEndpoint"])}");
}
