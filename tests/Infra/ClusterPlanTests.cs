using MySqlHa.Infra.Plan;
using Xunit;

namespace MySqlHa.Tests.Infra;

public sealed class ClusterPlanTests
{
    [Fact]
    public void Nodes_are_dealt_to_the_zones_in_turn_each_with_an_address_in_its_zones_subnet()
    {
        var plan = Good.Plan(("nodes", "5"));
        Assert.Equal(["eu-central-1a", "eu-central-1b", "eu-central-1c", "eu-central-1a", "eu-central-1b"], plan.Nodes.Select(n => n.Zone));
        Assert.Equal(["10.20.0.11", "10.20.1.11", "10.20.2.11", "10.20.0.12", "10.20.1.12"], plan.Nodes.Select(n => n.PrivateIp));
        Assert.Equal(["10.20.0.0/24", "10.20.1.0/24", "10.20.2.0/24"], plan.Subnets.Select(s => s.Range));
    }

    [Theory]
    [InlineData(3, 3, 2, 1)]
    [InlineData(4, 3, 2, 1)]
    [InlineData(5, 5, 3, 2)]
    [InlineData(9, 7, 4, 3)]
    public void Voters_are_odd_and_a_majority_of_them_decides(int nodes, int voters, int quorum, int acks)
    {
        var plan = Good.Plan(("nodes", $"{nodes}"));
        Assert.Equal((nodes, voters, quorum, acks), (plan.Nodes.Count, plan.Voters, plan.Quorum, plan.AcksPerCommit));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(9)]
    public void The_loss_of_any_one_zone_leaves_a_majority(int nodes)
    {
        var plan = Good.Plan(("nodes", $"{nodes}"));
        Assert.All(plan.Settings.Zones, lost => Assert.True(plan.Nodes.Count(n => n.Voter && n.Zone != lost) >= plan.Quorum));
    }

    [Fact]
    public void A_further_node_changes_nothing_of_the_others()
    {
        var (three, five) = (Good.Plan(), Good.Plan(("nodes", "5")));
        Assert.Equal(three.Nodes, five.Nodes.Take(3));
        Assert.All(three.Nodes, node => Assert.Equal(Release.Of(three, node, "v").Id, Release.Of(five, node, "v").Id));
        Assert.All(three.Nodes, node => Assert.Equal(
            Steps.Stage(three, node, Release.Of(three, node, "v")).Replace("voters: 3", "voters: 5"),
            Steps.Stage(five, node, Release.Of(five, node, "v"))));
    }

    [Fact]
    public void A_release_is_another_one_when_the_agent_or_its_configuration_is_and_says_whether_mysqld_is_concerned()
    {
        var plan = Good.Plan();
        var node = plan.Nodes[0];
        var before = Release.Of(plan, node, "v1");
        var agent = Release.Of(plan, node, "v2");
        var setting = Good.Plan(("mysqlSettings", """{"max_connections": 500}"""));
        var mysqld = Release.Of(setting, node, "v1");
        Assert.Equal(before, Release.Of(plan, node, "v1"));
        Assert.NotEqual(before.Id, agent.Id);
        Assert.Equal(before.MysqldId, agent.MysqldId);
        Assert.NotEqual(before.Id, mysqld.Id);
        Assert.NotEqual(before.MysqldId, mysqld.MysqldId);
    }

    [Theory]
    [InlineData("m7g.large", "arm64", 8.0)]
    [InlineData("t4g.medium", "arm64", 4.0)]
    [InlineData("r8g.16xlarge", "arm64", 512.0)]
    [InlineData("m7i.large", "x64", 8.0)]
    [InlineData("t3.nano", "x64", 0.5)]
    [InlineData("c7gn.xlarge", "arm64", 8.0)]
    [InlineData("g5.xlarge", "x64", null)]
    [InlineData("a1.large", "arm64", null)]
    [InlineData("m7i.metal-24xl", "x64", null)]
    public void The_name_of_an_instance_type_tells_its_architecture_and_often_its_memory(string name, string architecture, double? memory)
    {
        Assert.Equal(architecture, InstanceTypeName.ArchitectureOf(name)!.Name);
        Assert.Equal(memory, InstanceTypeName.MemoryGb(name));
    }

    [Fact]
    public void The_buffer_pool_is_derived_from_the_machine_unless_it_is_given()
    {
        Assert.Equal("4915M", Good.Settings().MysqlSettings["innodb_buffer_pool_size"]);
        var given = Good.Settings(("mysqlSettings", """{"innodb-buffer-pool-size": "1G"}"""));
        Assert.Equal("1G", given.MysqlSettings["innodb_buffer_pool_size"]);
        Assert.Empty(Good.Settings(("instanceType", "a1.large")).MysqlSettings);
    }

    [Fact]
    public void Between_members_everything_of_theirs_is_open_and_to_others_what_is_configured()
    {
        string Open(params (string, string)[] values) => string.Join(
            " ",
            Openings.Of(Good.Settings(values))
                .Select(o => $"{o.Port}/{o.Protocol}{(o.Members ? "+members" : "")}[{string.Join(',', o.From)}]"));

        Assert.Equal(
            "22/tcp[0.0.0.0/0] 9631/tcp+members[0.0.0.0/0] 9638/tcp+members[] 9638/udp+members[] 3306/tcp+members[] 6446/tcp[] 6447/tcp[]",
            Open());
        Assert.Equal(
            "22/tcp[192.0.2.0/24] 9631/tcp+members[0.0.0.0/0] 9638/tcp+members[] 9638/udp+members[] 3306/tcp+members[10.0.0.0/8] "
            + "6446/tcp[10.0.0.0/8] 6447/tcp[10.0.0.0/8]",
            Open(("sshFrom", """["192.0.2.0/24"]"""), ("clientsFrom", """["10.0.0.0/8"]""")));
    }

    [Fact]
    public void What_is_open_to_the_whole_internet_is_warned_of()
    {
        Assert.Equal(["ssh is", "the census"], Openings.Warnings(Good.Settings()).Select(w => string.Join(' ', w.Split(' ').Take(2))));
        Assert.Empty(Openings.Warnings(Good.Settings(("sshFrom", """["192.0.2.7/32"]"""), ("censusFrom", """["192.0.2.7/32"]"""))));
    }
}
