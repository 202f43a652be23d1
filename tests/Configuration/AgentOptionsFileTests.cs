using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using Xunit;

namespace MySqlHa.Tests.Configuration;

public sealed class AgentOptionsFileTests
{
    private const string Minimal = """
        listen: 127.0.61.1
        data: /var/lib/mysqlha
        ring-key: /etc/mysqlha/ring.key
        peers: [127.0.61.2, 127.0.61.3]
        """;

    private static readonly Dictionary<string, IReadOnlyList<string>> NoFlags = [];

    [Fact]
    public void What_is_not_configured_has_the_documented_default()
    {
        var options = AgentOptionsFile.Read(Minimal, "/etc/mysqlha/agent.yaml", NoFlags);

        Assert.Equal("mysql.default", options.ServiceGroup.ToString());
        Assert.Equal(Topology.Leader, options.Topology);
        Assert.Equal(Environment.MachineName, options.Name);
        Assert.Equal(new NodeAddress("127.0.61.1", 9638, 9631, 3306), options.Address);
        Assert.Equal("127.0.61.1", options.HttpListen);
        Assert.Equal(3, options.Voters);
        Assert.Equal(Timing.Lan, options.Timing);
        Assert.Equal(Durability.Commit, options.Durability);
        Assert.Equal(GuardOwner.Agent, options.Guard);
        Assert.Equal("app", options.ClientUser);
        Assert.Equal(LogLevel.Information, options.LogLevel);
        var threads = Math.Min(Environment.ProcessorCount, 4);
        Assert.Equal(new ProxySettings("127.0.61.1", 6446, 6447, 10_000, threads, TimeSpan.FromSeconds(10)), options.Proxy);
        Assert.False(options.Adopt);
        Assert.Null(options.Mysqld);
        Assert.Empty(options.Settings);
        Assert.Equal([new PeerAddress("127.0.61.2", 9638), new PeerAddress("127.0.61.3", 9638)], options.Peers.AsEnumerable());
    }

    [Theory]
    [InlineData("topology: standalone", Topology.Standalone)]
    [InlineData("topology: standalone\npeers: []\nvoters: 5", Topology.Standalone)]
    [InlineData("topology: leader", Topology.Leader)]
    public void A_node_may_know_nobody(string lines, Topology topology)
    {
        var options = AgentOptionsFile.Read($"listen: 127.0.61.1\ndata: /d\nring-key: /k\n{lines}", "/e/agent.yaml", NoFlags);

        Assert.Equal(topology, options.Topology);
        Assert.Empty(options.Peers);
    }

    [Fact]
    public void Every_key_is_read()
    {
        var options = AgentOptionsFile.Read(
            """
            group: production
            topology: leader
            name: db1.example
            listen: 127.0.61.1
            http-listen: 0.0.0.0
            ports: {ring: 19638, http: 19631, mysql: 13306}
            proxy: {listen: 0.0.0.0, read-write: 16446, read-only: 16447, max-connections: 500, threads: 3, max-lag: 2s}
            api: {tokens: tokens, read: token, tls: required, certificate: /c/api.crt, key: /c/api.key}
            data: data
            peers:
              - db2
              - db3:9638
              - 127.0.61.1        # the same list on every node: this node is left out
            ring-key: keys/ring.key
            voters: 5
            timing: {lease: 1500ms, clock-drift: 0.02}
            mysqld: /opt/mysql/bin/mysqld
            adopt: true
            durability: power
            guard: service
            settings:
              max_connections: 500
              Innodb-Buffer-Pool-Size: 2G
              character_set_server: 'utf8mb4'
            client-user: shop
            log-level: debug
            tags: {nofailover: true, priority: 7, nosync: true, clonefrom: true, noload: true}
            webhooks:
              - {url: 'https://a.example/x?y=1', events: [epoch-opened, paused], secret-file: hook.secret}
              - {url: 'http://b.example', events: '*'}
            telemetry: {otlp: 'https://c.example:4318/', headers: {X-Key: k}}
            """,
            "/etc/mysqlha/agent.yaml",
            NoFlags);

        Assert.Equal("mysql.production", options.ServiceGroup.ToString());
        Assert.Equal("db1.example", options.Name);
        Assert.Equal(new NodeTags(NoFailover: true, Priority: 7, NoSync: true, CloneFrom: true, NoLoad: true), options.Tags);
        Assert.Equal("0.0.0.0", options.HttpListen);
        Assert.Equal(new NodeAddress("127.0.61.1", 19638, 19631, 13306), options.Address);
        Assert.Equal(new ProxySettings("0.0.0.0", 16446, 16447, 500, 3, TimeSpan.FromSeconds(2)), options.Proxy);
        Assert.Equal(
            new ApiSettings("/etc/mysqlha/tokens", ReadNeedsToken: true, TlsRequired: true, "/c/api.crt", "/c/api.key"), options.Api);
        Assert.Equal("/etc/mysqlha/data", options.Data);
        Assert.Equal("/etc/mysqlha/keys/ring.key", options.RingKeyPath);
        Assert.Equal([new PeerAddress("db2", 19638), new PeerAddress("db3", 9638)], options.Peers.AsEnumerable());
        Assert.Equal(5, options.Voters);
        Assert.Equal(new Timing { Lease = TimeSpan.FromSeconds(1.5), ClockDrift = 0.02 }, options.Timing);
        Assert.Equal("/opt/mysql/bin/mysqld", options.Mysqld);
        Assert.True(options.Adopt);
        Assert.Equal(Durability.Power, options.Durability);
        Assert.Equal(GuardOwner.Service, options.Guard);
        Assert.Equal(
            [new("character_set_server", "utf8mb4"), new("innodb_buffer_pool_size", "2G"), new("max_connections", "500")],
            options.Settings);
        Assert.Equal("shop", options.ClientUser);
        Assert.Equal(LogLevel.Debug, options.LogLevel);
        Assert.Equal(["https://a.example/x?y=1", "http://b.example/"], options.Webhooks.Select(h => h.Url.AbsoluteUri));
        Assert.Equal(["epoch-opened", "paused"], options.Webhooks[0].Events);
        Assert.Empty(options.Webhooks[1].Events);
        Assert.Equal("https://c.example:4318/v1/traces", options.Telemetry!.Traces.AbsoluteUri);
        Assert.Equal([new("X-Key", "k")], options.Telemetry.Headers);
        Assert.False(options.Telemetry.Grpc);
        Assert.Equal(["/etc/mysqlha/hook.secret", null], options.Webhooks.Select(h => h.SecretFile));
    }

    [Theory]
    [InlineData("proxy: true", true)]
    [InlineData("proxy: {}", true)]
    [InlineData("proxy: false", false)]
    public void The_proxy_can_be_switched_off(string line, bool there) =>
        Assert.Equal(there, AgentOptionsFile.Read($"{Minimal}\n{line}\n", "/etc/mysqlha/agent.yaml", NoFlags).Proxy is not null);

    [Fact]
    public void All_that_the_agent_writes_is_below_the_data_directory()
    {
        var options = AgentOptionsFile.Read(Minimal, "/etc/mysqlha/agent.yaml", NoFlags);

        Assert.Equal("/var/lib/mysqlha/mysql", options.MysqldDirectory);
        Assert.Equal("/var/lib/mysqlha/state", options.StateDirectory);
        Assert.Equal("/var/lib/mysqlha/run", options.RunDirectory);
        Assert.Equal("/var/lib/mysqlha/archive", options.ArchiveDirectory);
        Assert.Equal("/var/lib/mysqlha/client.cnf", options.ClientFile);
    }

    [Fact]
    public void Flags_win_over_the_file_and_their_paths_count_from_the_working_directory()
    {
        var options = AgentOptionsFile.Read(Minimal, "/etc/mysqlha/agent.yaml", new Dictionary<string, IReadOnlyList<string>>
        {
            ["group"] = ["staging"],
            ["data"] = ["d"],
            ["peers"] = ["127.0.61.9:1234", "127.0.61.8"],
            ["timing"] = ["wan"],
        });

        Assert.Equal("staging", options.Group);
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "d"), options.Data);
        Assert.Equal([new PeerAddress("127.0.61.9", 1234), new PeerAddress("127.0.61.8", 9638)], options.Peers.AsEnumerable());
        Assert.Equal(Timing.Wan, options.Timing);
        Assert.Equal("127.0.61.1", options.Listen);
    }

    [Theory]
    [InlineData("fast", 0.5)]
    [InlineData("lan", 1)]
    [InlineData("balanced", 3)]
    [InlineData("wan", 10)]
    [InlineData("{lease: 300ms}", 0.3)]
    [InlineData("{lease: 60s}", 60)]
    [InlineData("{lease: 1m}", 60)]
    [InlineData("{lease: 1.25s}", 1.25)]
    public void Timing_is_a_preset_or_a_lease(string timing, double leaseSeconds) =>
        Assert.Equal(
            TimeSpan.FromSeconds(leaseSeconds),
            AgentOptionsFile.Read($"{Minimal}\ntiming: {timing}", "/etc/mysqlha/agent.yaml", NoFlags).Timing.Lease);

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.2:9638")]
    [InlineData("10.0.0.2:1", "10.0.0.2:1")]
    [InlineData("db-2.example.org:65535", "db-2.example.org:65535")]
    [InlineData("fd00::2", "[fd00::2]:9638")]
    [InlineData("[fd00::2]", "[fd00::2]:9638")]
    [InlineData("[fd00::2]:99", "[fd00::2]:99")]
    public void A_peer_is_a_host_with_or_without_a_port(string text, string expected)
    {
        Assert.True(PeerAddress.TryParse(text, 9638, out var peer));
        Assert.Equal(expected, peer!.ToString());
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var missing = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "agent.yaml");

        var problem = Assert.Single(Assert.Throws<ConfigurationException>(() => AgentOptionsFile.Load(missing, NoFlags)).Problems);

        Assert.Equal(missing, problem.Value);
        Assert.Contains("cannot be read", problem.ToString(), StringComparison.Ordinal);
    }
}
