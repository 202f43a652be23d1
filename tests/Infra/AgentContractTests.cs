using System.Text.RegularExpressions;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Infra.Plan;
using MySqlHa.Tests.Cli;
using Xunit;
using PlanRules = MySqlHa.Infra.Plan.MysqlSettingRules;

namespace MySqlHa.Tests.Infra;

/// <summary>The stack and the agent share no code; that they understand each other is held here.</summary>
[Collection(CommandLineRun.Collection)]
public sealed partial class AgentContractTests
{
    internal static readonly Dictionary<string, IReadOnlyList<string>> NoFlags = [];

    [Theory]
    [InlineData("nodes", "3")]
    [InlineData("nodes", "4")]
    [InlineData("nodes", "9")]
    [InlineData("timing", "wan")]
    [InlineData("durability", "power")]
    [InlineData("group", "orders-2")]
    [InlineData("clientUser", "app_7")]
    [InlineData("mysqlSettings", """{"sql_mode": "a \"b\" \\ c: # d", "max_connections": 500, "performance_schema": true}""")]
    public void The_agent_reads_what_is_rendered_for_it_as_it_was_meant(string key, string value)
    {
        var plan = Good.Plan((key, value));
        foreach (var node in plan.Nodes)
        {
            var options = AgentOptionsFile.Read(Release.Of(plan, node, "v").AgentYaml, "agent.yaml", NoFlags);
            Assert.Equal(plan.Settings.Group, options.Group);
            Assert.Equal(node.Name, options.Name);
            Assert.Equal(node.PrivateIp, options.Listen);
            Assert.Equal(plan.Nodes.Take(3).Where(n => n != node).Select(n => n.PrivateIp), options.Peers.Select(p => p.Host));
            Assert.Equal(plan.Voters, options.Voters);
            Assert.Equal((Ports.Ring, Ports.Http, Ports.Mysql), (options.Ports.Ring, options.Ports.Http, options.Ports.Mysql));
            Assert.Equal((Paths.Data, Paths.RingKey, "/usr/sbin/mysqld"), (options.Data, options.RingKeyPath, options.Mysqld));
            Assert.Equal(plan.Settings.ClientUser, options.ClientUser);
            Assert.Equal(plan.Settings.MysqlSettings, options.Settings);
            Assert.Equal(GuardOwner.Service, options.Guard);
            Assert.Equal(plan.Settings.Durability, options.Durability.ToString().ToLowerInvariant());
            Assert.Equal($"{Paths.Data}/client.cnf", options.ClientFile);
        }
    }

    [Fact]
    public void The_agent_reads_what_is_handed_on_to_it_and_what_is_wished_of_one_node()
    {
        var plan = Good.Plan(
            ("agent",
                """
                {"log-level": "debug", "proxy": {"threads": 2, "max-lag": "3s"}, "hooks": {"directory": "/etc/mysqlha/hooks"},
                 "webhooks": [{"url": "https://chat.example/ä?a=\"b\"", "events": ["epoch-opened"]}]}
                """),
            ("tags", """{"node2": {"nofailover": true, "priority": 7}}"""));
        var options = plan.Nodes.Select(n => AgentOptionsFile.Read(Release.Of(plan, n, "v").AgentYaml, "agent.yaml", NoFlags)).ToList();
        foreach (var (node, of) in plan.Nodes.Zip(options))
        {
            Assert.Equal(node.Name == "node2" ? new NodeTags(true, 7, false, false, false) : NodeTags.None, of.Tags);
            Assert.Equal((2, TimeSpan.FromSeconds(3), 6446), (of.Proxy!.Threads, of.Proxy.MaxLag, of.Proxy.ReadWrite));
            Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Debug, of.LogLevel);
            Assert.Equal("/etc/mysqlha/hooks", of.Hooks!.Directory);
            Assert.Equal("https://chat.example/%C3%A4?a=%22b%22", Assert.Single(of.Webhooks).Url.AbsoluteUri);
        }
    }

    [Theory]
    [InlineData("server_id")]
    [InlineData("ServerId")]
    [InlineData("skip-grant-tables")]
    [InlineData("rpl_semi_sync_source_enabled")]
    [InlineData("loose_relay-log-recovery")]
    [InlineData("replicate_do_db")]
    [InlineData("relay")]
    [InlineData("max_connections")]
    [InlineData("innodb_buffer_pool_size")]
    [InlineData("sql_mode")]
    [InlineData("innodb_flush_log_at_trx_commit")]
    public void Both_refuse_the_same_settings(string name) => Assert.Equal(MysqldSettings.IsOwned(name), PlanRules.IsOwned(name));

    [Theory]
    [InlineData("innodb_flush_method", "nosync")]
    [InlineData("loose-innodb-flush-meth", "LITTLESYNC")]
    [InlineData("innodb_flush_method", "2")]
    [InlineData("innodb_flush_method", "O_DIRECT")]
    [InlineData("INNODB_FLUSH_METHOD", "4")]
    [InlineData("innodb_flush_", "nosync")]
    [InlineData("innodb_flush_neighbors", "2")]
    public void Both_refuse_the_same_values(string name, string value) =>
        Assert.Equal(MysqldSettings.Unsafe(name, value), PlanRules.Unsafe(name, value));

    [Fact]
    public void Both_lists_of_refused_settings_are_the_same()
    {
        string[] Words(string file) =>
            [.. Quoted().Matches(File.ReadAllText(Path.Combine(House.Repository.Root, file))).Select(m => m.Groups[1].Value).Order()];

        Assert.Equal(Words("agent/Configuration/MysqldSettings.cs"), Words("infra/Plan/MysqlSettingRules.cs"));
    }

    [Fact]
    public async Task The_commands_that_the_steps_use_are_the_agents()
    {
        foreach (var (step, commands) in new[]
        {
            (
                "rollout",
                new[]
                {
                    "role --address x", "wait --timeout 300 --address x", "switchover --to 10.20.0.11 --address x",
                    "status --address x --address y",
                }),
            ("members", ["status --json --address x"]),
            ("hand-over", ["step-down --address x", "role --address x"]),
        })
        {
            foreach (var command in commands)
            {
                Assert.Contains(command.Split(' ')[0], Shell.Script(step) + Shell.Script("common"), StringComparison.Ordinal);
                var parse = MySqlHa.Cli.MysqlhaCommand.Build((_, _) => Task.FromResult(0), (_, _) => 0).Parse(command.Split(' '));
                Assert.Empty(parse.Errors);
            }
        }

        var key = await CommandLineRun.OfAsync(Steps.NewRingKey(Good.Plan(), "v").Split(' ')[1..]);
        key.Expect(0);
        Assert.StartsWith("production-", MySqlHa.Ring.RingKey.Parse(key.Output).NameAndRevision, StringComparison.Ordinal);
    }

    [GeneratedRegex("\"([a-z_]+_?)\"")]
    private static partial Regex Quoted();
}
