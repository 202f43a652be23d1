using System.Collections.Immutable;
using MySqlHa.Configuration;
using MySqlHa.Infra.Plan;
using Pulumi;
using Pulumi.Utilities;
using Xunit;

namespace MySqlHa.Tests.Infra;

/// <summary><c>nodes: 1</c>: one machine whose agent is alone, until there are three.</summary>
[Collection(PulumiCollection.Name)]
public sealed class OneNodeTests : IDisposable
{
    private static readonly Dictionary<string, string> One = new() { ["nodes"] = "1" };
    private readonly DirectoryInfo _etc = Directory.CreateTempSubdirectory("mha-one-node-");

    public void Dispose() => _etc.Delete(recursive: true);

    [Fact]
    public async Task It_is_one_machine_that_leads_and_the_outputs_are_its_own()
    {
        var run = await StackRun.OfAsync(One, leader: "node1");
        _ = Assert.Single(run.Of("aws:ec2/instance:Instance"));
        Assert.Contains("VOTERS='1'\nNAMES='node1'\n", run.Named("node1-members").Text("stdin"), StringComparison.Ordinal);
        Assert.Equal("198.51.100.1", await OutputUtilities.GetValueAsync(run.Outputs["leaderIp"]));
        var ips = (ImmutableArray<object>)(await OutputUtilities.GetValueAsync(run.Outputs["nodeIps"]))!;
        Assert.Equal(["198.51.100.1"], ips.Cast<string>());
    }

    [Fact]
    public void Its_agent_reads_that_it_is_alone_and_those_of_three_that_they_are_not()
    {
        AgentOptions Read(ClusterPlan plan) =>
            AgentOptionsFile.Read(Release.Of(plan, plan.Nodes[0], "v").AgentYaml, "agent.yaml", AgentContractTests.NoFlags);

        var alone = Read(Good.Plan(("nodes", "1")));
        Assert.Equal((Topology.Standalone, 0), (alone.Topology, alone.Peers.Length));
        var three = Read(Good.Plan());
        Assert.Equal((Topology.Leader, 2, 3), (three.Topology, three.Peers.Length, three.Voters));
    }

    [Fact]
    public void A_plan_of_one_warns_and_does_with_one_zone()
    {
        var plan = Good.Plan(("nodes", "1"), ("zones", """["eu-central-1b"]"""));
        Assert.Equal((1, 1, 0), (plan.Voters, plan.Quorum, plan.AcksPerCommit));
        Assert.Contains("no failover is possible", plan.Warning, StringComparison.Ordinal);
        Assert.Null(Good.Plan().Warning);
        var wrong = Assert.Throws<PlanException>(() => Good.Plan(("nodes", "1"), ("zones", "[]")));
        Assert.Equal(["zones []: at least one is needed"], wrong.Problems);
    }

    [Fact]
    public async Task Three_are_two_more_and_the_first_keeps_machine_disk_and_mysqld()
    {
        var (one, three) = (await StackRun.OfAsync(One, leader: "node1"), await StackRun.OfAsync(leader: "node1"));
        foreach (var name in new[] { "node1-machine", "node1-data", "node1-attachment", "node1-prepare" })
        {
            Assert.Equal(
                one.Named(name).Texts().Where(t => t.Path != "stdin").OrderBy(t => t.Path),
                three.Named(name).Texts().Where(t => t.Path != "stdin").OrderBy(t => t.Path));
        }

        var (alone, first) = (Good.Plan(("nodes", "1")), Good.Plan());
        Assert.Equal(Release.Of(alone, alone.Nodes[0], "v").MysqldId, Release.Of(first, first.Nodes[0], "v").MysqldId);
        Assert.NotEqual(Release.Of(alone, alone.Nodes[0], "v").Id, Release.Of(first, first.Nodes[0], "v").Id);
    }

    [Fact]
    public async Task Three_do_not_become_one_which_a_preview_says_already()
    {
        MadeVolume[] made =
        [
            new("vol-3", "mysql.production-node3-data", 100), new("vol-1", "mysql.production-node1-data", 100),
            new("vol-2", "mysql.production-node2-data", 100),
        ];
        var failure = await Assert.ThrowsAnyAsync<RunException>(() => StackRun.OfAsync(One, preview: true, volumes: made));
        Assert.Contains(
            "nodes '1': there is mysql.production-node2-data (vol-2) and mysql.production-node3-data (vol-3) of this stack, and a cluster "
            + "does not shrink to one node: a whole number from 3 to 9 is allowed; or 1 in another stack",
            failure.Message,
            StringComparison.Ordinal);
        _ = await StackRun.OfAsync(One, leader: "node1", volumes: made[1..2]);
    }

    [Theory]
    [InlineData("topology: standalone\n", "agent v is not on the machine")]
    [InlineData("peers:\n", "nodes is 1, and it is a member of a cluster, which does not shrink to one node: set nodes to 3 or more; noth")]
    [InlineData(null, "agent v is not on the machine")]
    public async Task And_a_member_does_not_take_it(string? runs, string told)
    {
        var plan = Good.Plan(("nodes", "1"));
        if (runs is not null)
        {
            File.WriteAllText(Path.Combine(_etc.FullName, "agent.yaml"), runs);
            File.WriteAllText(Path.Combine(_etc.FullName, "release"), "0123456789ab");
        }

        var step = Steps.Stage(plan, plan.Nodes[0], Release.Of(plan, plan.Nodes[0], "v"))
            .Replace("/etc/mysqlha", _etc.FullName, StringComparison.Ordinal)
            .Replace("/opt/mysqlha", Path.Combine(_etc.FullName, "opt"), StringComparison.Ordinal);
        var (code, output) = await LocalShell.RunAsync("-s", step);
        Assert.Equal(1, code);
        Assert.StartsWith($"node1 (10.20.0.11): {told}", output, StringComparison.Ordinal);
    }
}
