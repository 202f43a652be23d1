using MySqlHa.Infra.Plan;
using Xunit;

namespace MySqlHa.Tests.Infra;

public sealed class RefusedSettingsTests
{
    [Theory]
    [InlineData("group", "Prod!", "group 'Prod!': 1 to 32 lower-case letters, digits and '-', a letter first is allowed")]
    [InlineData("nodes", "2", "nodes '2': 1, or a whole number from 3 to 9, is allowed")]
    [InlineData("nodes", "10", "nodes '10': 1, or a whole number from 3 to 9, is allowed")]
    [InlineData("nodes", "three", "nodes 'three': 1, or a whole number from 3 to 9, is allowed")]
    [InlineData("network", "8.8.0.0/16", "network '8.8.0.0/16': a private IPv4 network like 10.20.0.0/16, /16 to /22 is allowed")]
    [InlineData("network", "10.0.0.0/24", "network '10.0.0.0/24': a private")]
    [InlineData("network", "10.0.0.0/8", "network '10.0.0.0/8': a private")]
    [InlineData("network", "10.0.0.1/16", "network '10.0.0.1/16': a private")]
    [InlineData("network", "172.32.0.0/16", "network '172.32.0.0/16': a private")]
    [InlineData("network", "fd00::/16", "network 'fd00::/16': a private")]
    [InlineData("network", "ten", "network 'ten': a private")]
    [InlineData("zones", """["eu-central-1a","eu-central-1b"]""", "zones [eu-central-1a, eu-central-1b]: at least three different ones")]
    [InlineData("zones", """["eu-central-1a","eu-central-1b","eu-west-1c"]""", "zones 'eu-west-1c': zones of eu-central-1, the region")]
    [InlineData("zones", "eu-central-1a", "zones 'eu-central-1a': a list of zones")]
    [InlineData("architecture", "amd64", "architecture 'amd64': arm64 or x64 is allowed")]
    [InlineData("instanceType", "m7i.large", "instanceType 'm7i.large': it is x64, and architecture is arm64: an arm64 type")]
    [InlineData("instanceType", "large", "instanceType 'large': an EC2 instance type like m7g.large is allowed")]
    [InlineData("rootGb", "4", "rootGb '4': a whole number from 8 to 1024 is allowed")]
    [InlineData("dataGb", "100000", "dataGb '100000': a whole number from 10 to 16384 is allowed")]
    [InlineData("sshFrom", "[]", "sshFrom []: at least one range is needed")]
    [InlineData("censusFrom", "[]", "censusFrom []: at least one range is needed")]
    [InlineData("clientsFrom", """["10.0.0.1/8"]""", "clientsFrom '10.0.0.1/8': a list of IPv4 ranges")]
    [InlineData("loadBalancer", "true", "loadBalancer 'true': none, internal or internet-facing is allowed")]
    [InlineData("loadBalancer", "internal", "loadBalancer 'internal': clientsFrom needs at least one range then")]
    [InlineData("agent", "all", "agent 'all': a mapping of keys of agent.yaml to their values is allowed")]
    [InlineData("agent", """{"group": "x"}""", "agent.group is not handed on: hooks, log-level, proxy (max-connections, threads, max-lag)")]
    [InlineData("agent", """{"proxy": {"read-write": 1}}""", "agent.proxy.read-write is not handed on: hooks, log-level,")]
    [InlineData("agent", """{"proxy": false}""", "agent.proxy is not handed on: hooks, log-level,")]
    [InlineData("tags", "[]", "tags '[]': a mapping of nodes to their tags, like")]
    [InlineData("tags", """{"node4": {"noload": true}}""", "tags.node4 is no node: node1 to node3 are allowed")]
    [InlineData("tags", """{"node1": 3}""", "tags.node1 '3': a mapping of tags, like")]
    [InlineData("tags", """{"node1": {"nofail": true}}""", "tags.node1.nofail is no tag: nofailover, nosync, clonefrom, noload and prio")]
    [InlineData("tags", """{"node1": {"priority": 1001}}""", "tags.node1.priority '1001': a whole number from 0 to 1000 is allowed")]
    [InlineData("tags", """{"node1": {"noload": "yes"}}""", "tags.node1.noload '\"yes\"': true or false is allowed")]
    [InlineData("ringFrom", "everywhere", "ringFrom 'everywhere': a list of IPv4 ranges")]
    [InlineData("sshPublicKey", "ecdsa-sha2-nistp256 AAAA", "sshPublicKey 'ecdsa-sha2-nistp256 AAAA': one line that begins with")]
    [InlineData(
        "sshPublicKey",
        "ssh-ed25519 AAAA me",
        "sshPublicKey given without the other half: both halves of a key pair or none: `pulumi config set --secret sshPrivateKey`")]
    [InlineData(
        "sshPrivateKey",
        "x",
        "sshPrivateKey given without the other half: both halves of a key pair or none: `pulumi config set sshPublicKey`")]
    [InlineData("timing", "slow", "timing 'slow': fast, lan, balanced or wan is allowed")]
    [InlineData("durability", "none", "durability 'none': commit or power is allowed")]
    [InlineData("mysqlSettings", "max_connections=5", "mysqlSettings 'max_connections=5': a mapping of mysqld settings")]
    [InlineData("mysqlSettings", """{"server_id": 7}""", "mysqlSettings.server_id is for the agent alone to set")]
    [InlineData("mysqlSettings", """{"loose-sync-binlog": 0}""", "mysqlSettings.loose-sync-binlog is for the agent alone to set")]
    [InlineData("mysqlSettings", """{"innodb_flush_method": "nosync"}""", "mysqlSettings.innodb_flush_method 'nosync' leaves out syncs")]
    [InlineData("mysqlSettings", """{"innodb-flush-method": 2}""", "mysqlSettings.innodb-flush-method '2' leaves out syncs")]
    [InlineData("mysqlSettings", """{"a b": 0}""", "mysqlSettings.a b is no name of a setting")]
    [InlineData("mysqlSettings", """{"sql_mode": "a\nport = 1"}""", "mysqlSettings.sql_mode '\"a\\nport = 1\"': one line of text")]
    [InlineData("mysqlSettings", """{"sql_mode": "a", "sql-mode": "b"}""", "mysqlSettings.sql-mode is set twice")]
    [InlineData("clientUser", "root", "clientUser 'root': letters, digits and _, at most 32")]
    [InlineData("clientUser", "mysqlha_agent", "clientUser 'mysqlha_agent': letters, digits")]
    [InlineData("ubuntu", "25.10", "ubuntu '25.10': a release with long-term support")]
    [InlineData("image", "ubuntu", "image 'ubuntu': the id of an image")]
    [InlineData("loginUser", "a b", "loginUser 'a b': a user of the image")]
    [InlineData("protectData", "yes", "protectData 'yes': true or false is allowed")]
    [InlineData("agentArchive", "agent.zip", "agentArchive 'agent.zip': the path of a .tar.gz is allowed")]
    [InlineData("waitSeconds", "0", "waitSeconds '0': a whole number from 30 to 3600 is allowed")]
    [InlineData("node", "3", "node: there is no such key; there are group, nodes, zones")]
    public void A_value_that_is_not_allowed_is_named_with_what_is(string key, string value, string problem)
    {
        var problems = Assert.Throws<PlanException>(() => Good.Settings((key, value))).Problems;
        Assert.Contains(problems, p => p.StartsWith(problem, StringComparison.Ordinal));
        Assert.All(problems, p => Assert.DoesNotContain('\n', p));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var values = new Dictionary<string, string>
        {
            ["group"] = "Prod!", ["nodes"] = "2", ["timing"] = "slow", ["zones"] = """["a","a"]""",
        };
        var wrong = Assert.Throws<PlanException>(() => SettingsReader.Read("dev", null, values));
        Assert.Equal(
            ["aws:region is missing", "group 'Prod!'", "nodes '2'", "timing 'slow'", "zones 'a' 2 times", "zones [a, a]"],
            wrong.Problems.Select(p => p.Split(": ")[0]).Order(StringComparer.Ordinal));
        Assert.StartsWith("The configuration cannot be used (6 to mend):\n  ", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_region_must_be_given_and_look_like_one() =>
        Assert.Contains(
            "aws:region 'Frankfurt': a region like eu-central-1 is allowed",
            Assert.Throws<PlanException>(() => SettingsReader.Read("dev", "Frankfurt", new Dictionary<string, string>())).Problems);

    [Fact]
    public void A_network_with_fewer_subnets_than_zones_is_a_problem()
    {
        var zones = """["eu-central-1a","eu-central-1b","eu-central-1c","eu-central-1d","eu-central-1e"]""";
        var wrong = Assert.Throws<PlanException>(() => Good.Settings(("network", "10.0.0.0/22"), ("zones", zones)));
        Assert.Equal(["network '10.0.0.0/22': it has 4 subnets of /24, and 5 zones need one each"], wrong.Problems);
    }

    [Fact]
    public void A_private_key_that_is_none_is_refused_and_not_shown()
    {
        var wrong = Assert.Throws<PlanException>(
            () => Good.Settings(("sshPublicKey", "ssh-ed25519 AAAA me"), ("sshPrivateKey", "hunter2")));
        Assert.Equal(["sshPrivateKey (not shown): the text of a private key file, from -----BEGIN to the end, is allowed"], wrong.Problems);
    }

    [Theory]
    [InlineData("production", true)]
    [InlineData("prod", true)]
    [InlineData("shop-prod-eu", true)]
    [InlineData("dev", false)]
    [InlineData("product", false)]
    public void Data_of_a_production_stack_is_protected_unless_told_otherwise(string stack, bool isProtected)
    {
        Assert.Equal(isProtected, SettingsReader.Read(stack, Good.Region, new Dictionary<string, string>()).ProtectData);
        Assert.False(SettingsReader.Read(stack, Good.Region, new Dictionary<string, string> { ["protectData"] = "false" }).ProtectData);
    }
}
