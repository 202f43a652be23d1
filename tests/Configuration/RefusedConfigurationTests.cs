using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MySqlHa.Configuration;
using Xunit;

namespace MySqlHa.Tests.Configuration;

public sealed partial class RefusedConfigurationTests
{
    private static readonly Dictionary<string, IReadOnlyList<string>> NoFlags = [];

    // A value, the problem's key, what the message shows of the value, and what it says is allowed.
    [Theory]
    [InlineData("group: ''", "group", "", "letters, digits, - and _")]
    [InlineData("group: a b", "group", "a b", "letters, digits, - and _")]
    [InlineData("group: [a]", "group", "[a]", "letters, digits, - and _")]
    [InlineData("topology: standalone", "peers", "127.0.61.2", "topology leader")]
    [InlineData("topology: ring", "topology", "ring", "leader")]
    [InlineData("name: a/b", "name", "a/b", "letters, digits, '.', - and _")]
    [InlineData("listen: db1", "listen", "db1", "the IP address of this node")]
    [InlineData("listen: 0.0.0.0", "listen", "0.0.0.0", "the IP address of this node")]
    [InlineData("listen: 10.1", "listen", "10.1", "the IP address of this node")]
    [InlineData("listen: 224.0.0.1", "listen", "224.0.0.1", "the IP address of this node")]
    [InlineData("listen: '127.0.61.1:9638'", "listen", "127.0.61.1:9638", "the IP address of this node")]
    [InlineData("listen: {ip: 127.0.61.1}", "listen", "{ip: 127.0.61.1}", "the IP address of this node")]
    [InlineData("http-listen: everywhere", "http-listen", "everywhere", "0.0.0.0")]
    [InlineData("ports: 9638", "ports", "9638", "a mapping with the keys ring, http, mysql")]
    [InlineData("ports: {ring: 0}", "ports.ring", "0", "a port from 1 to 65535")]
    [InlineData("ports: {http: 65536}", "ports.http", "65536", "a port from 1 to 65535")]
    [InlineData("ports: {mysql: 3306x}", "ports.mysql", "3306x", "a port from 1 to 65535")]
    [InlineData("ports: {http: 3306}", "ports", "http: 3306", "three different ports")]
    [InlineData("proxy: 6446", "proxy", "6446", "false, or a mapping with keys of listen, read-write")]
    [InlineData("proxy: {read-write: 0}", "proxy.read-write", "0", "a port from 1 to 65535")]
    [InlineData("proxy: {read-only: 6446}", "proxy", "read-only: 6446", "ports of its own")]
    [InlineData("proxy: {read-only: 3306}", "proxy", "read-only: 3306", "ports of its own")]
    [InlineData("proxy: {listen: db1}", "proxy.listen", "db1", "0.0.0.0")]
    [InlineData("proxy: {max-connections: 0}", "proxy.max-connections", "0", "a number from 1 to 100000")]
    [InlineData("proxy: {threads: 65}", "proxy.threads", "65", "a number from 1 to 64")]
    [InlineData("proxy: {max-lag: 10}", "proxy.max-lag", "10", "a duration from 100ms to 1h")]
    [InlineData("proxy: {max-lag: 2h}", "proxy.max-lag", "2h", "a duration from 100ms to 1h")]
    [InlineData("tags: nofailover", "tags", "nofailover", "a mapping with keys of nofailover, priority")]
    [InlineData("tags: {nofailover: maybe}", "tags.nofailover", "maybe", "true or false")]
    [InlineData("tags: {priority: 1001}", "tags.priority", "1001", "a number from 0 to 1000")]
    [InlineData("tags: {priority: -1}", "tags.priority", "-1", "a number from 0 to 1000")]
    [InlineData("data: ", "data", "", "a directory that this user may write to")]
    [InlineData("data: /", "data", "/", "a directory of its own")]
    [InlineData("data: /a2345678901234567890/b2345678901234567890/c2345678901234567890/d23456789012345678901", "data", "/a2", "at most 84")]
    [InlineData("data: [/a]", "data", "[/a]", "a directory")]
    [InlineData("ring-key: /var/lib/mysqlha/mysql/ring.key", "ring-key", "/var/lib/mysqlha/mysql/ring.key", "a path outside of it")]
    [InlineData("peers: 127.0.61.2", "peers", "127.0.61.2", "a list")]
    [InlineData("peers: [127.0.61.1]", "peers", "[127.0.61.1]", "another node")]
    [InlineData("peers: ['127.0.61.1:9638', 127.0.61.1]", "peers", "127.0.61.1", "another node")]
    [InlineData("peers: [127.0.61.2, 'a b']", "peers[1]", "a b", "host or host:port")]
    [InlineData("peers: ['127.0.61.2:0']", "peers[0]", "127.0.61.2:0", "host or host:port")]
    [InlineData("peers: ['127.0.61.2:x']", "peers[0]", "127.0.61.2:x", "host or host:port")]
    [InlineData("peers: [10.0.0.300]", "peers[0]", "10.0.0.300", "host or host:port")]
    [InlineData("peers: ['http://db2']", "peers[0]", "http://db2", "host or host:port")]
    [InlineData("voters: 1", "voters", "1", "3, 5 or 7")]
    [InlineData("voters: 4", "voters", "4", "3, 5 or 7")]
    [InlineData("voters: three", "voters", "three", "3, 5 or 7")]
    [InlineData("timing: slow", "timing", "slow", "fast (lease 500ms), lan (1s), balanced (3s), wan (10s)")]
    [InlineData("timing: {lease: 1}", "timing.lease", "1", "a duration from 300ms to 60s")]
    [InlineData("timing: {lease: 299ms}", "timing.lease", "299ms", "a duration from 300ms to 60s")]
    [InlineData("timing: {lease: 61s}", "timing.lease", "61s", "a duration from 300ms to 60s")]
    [InlineData("timing: {lease: -1s}", "timing.lease", "-1s", "a duration from 300ms to 60s")]
    [InlineData("timing: {clock-drift: 0.01}", "timing.lease", "", "a duration from 300ms to 60s")]
    [InlineData("timing: {lease: 1s, clock-drift: 0.2}", "timing.clock-drift", "0.2", "a share from 0 to 0.1")]
    [InlineData("timing: {lease: 1s, clock-drift: 1%}", "timing.clock-drift", "1%", "a share from 0 to 0.1")]
    [InlineData("timing: {lease: 1s, heartbeat: 1s}", "timing.heartbeat", "", "lease, clock-drift")]
    [InlineData("mysqld: []", "mysqld", "[]", "the path of a mysqld")]
    [InlineData("adopt: yes", "adopt", "yes", "true or false")]
    [InlineData("durability: full", "durability", "full", "commit or power")]
    [InlineData("guard: systemd", "guard", "systemd", "agent or service")]
    [InlineData("settings: max_connections", "settings", "max_connections", "a mapping of mysqld settings")]
    [InlineData("settings: {gtid_mode: 'OFF'}", "settings.gtid_mode", "OFF", "settings that do not touch replication")]
    [InlineData("settings: {loose-skip-log-bin: 1}", "settings.loose-skip-log-bin", "1", "settings that do not touch replication")]
    [InlineData("settings: {super_read_onl: 0}", "settings.super_read_onl", "0", "settings that do not touch replication")]
    [InlineData("settings: {rpl_semi_sync_source_timeout: 1}", "settings.rpl_semi_sync_source_timeout", "1", "settings that do not touch")]
    [InlineData("settings: {max_connections: \"1\\nport = 1\"}", "settings.max_connections", "1\\nport = 1", "one line of text")]
    [InlineData("settings: {replica_skip_errors: all}", "settings.replica_skip_errors", "all", "settings that do not touch replication")]
    [InlineData("settings: {slave_exec_mode: x}", "settings.slave_exec_mode", "x", "settings that do not touch replication")]
    [InlineData("settings: {innodb_flush_method: nosync}", "settings.innodb_flush_method", "nosync", "O_DIRECT_NO_FSYNC")]
    [InlineData("settings: {loose-innodb-flush-meth: LittleSync}", "settings.loose-innodb-flush-meth", "LittleSync", "fsync, O_DSYNC")]
    [InlineData("settings: {innodb_flush_method: 3}", "settings.innodb_flush_method", "3", "fsync, O_DSYNC")]
    [InlineData("settings: {a b: 1}", "settings.a b", "1", "letters, digits, _ and -")]
    [InlineData("settings: {max_connections: 1, max-connections: 2}", "settings.max-connections", "2", "each setting once")]
    [InlineData("client-user: root", "client-user", "root", "not root")]
    [InlineData("client-user: mysqlha_repl", "client-user", "mysqlha_repl", "not beginning with mysql")]
    [InlineData("client-user: a'b", "client-user", "a'b", "letters, digits and _")]
    [InlineData("webhooks: x", "webhooks", "", "a list, each: a mapping")]
    [InlineData("webhooks: [x]", "webhooks[0]", "", "url, events, secret-file")]
    [InlineData("webhooks: [{url: 'ftp://a/', events: '*'}]", "webhooks[0].url", "", "an http or https address")]
    [InlineData("webhooks: [{url: 'http://u:p@a/', events: '*'}]", "webhooks[0].url", "", "without user and password")]
    [InlineData("webhooks: [{events: '*'}]", "webhooks[0].url", "", "an http or https address")]
    [InlineData("webhooks: [{url: 'http://a/'}]", "webhooks[0].events", "", "'*', or a list of codes")]
    [InlineData("webhooks: [{url: 'http://a/', events: []}]", "webhooks[0].events", "", "'*', or a list of codes")]
    [InlineData("webhooks: [{url: 'http://a/', events: [epoch-open]}]", "webhooks[0].events[0]", "epoch-open", "epoch-opened")]
    [InlineData("webhooks: [{url: 'http://a/', events: '*', secret: x}]", "webhooks[0].secret", "", "url, events, secret-file")]
    [InlineData("telemetry: http://a", "telemetry", "http://a", "a mapping with the keys otlp, protocol, headers")]
    [InlineData("telemetry: {headers: {}}", "telemetry.otlp", "", "an http or https address")]
    [InlineData("telemetry: {otlp: 'a:4318'}", "telemetry.otlp", "", "an http or https address")]
    [InlineData("telemetry: {otlp: 'http://a', protocol: http/json}", "telemetry.protocol", "http/json", "grpc or http/protobuf")]
    [InlineData("telemetry: {otlp: 'http://a', protocol: [grpc]}", "telemetry.protocol", "", "grpc or http/protobuf")]
    [InlineData("telemetry: {otlp: 'http://a', headers: {'a b': x}}", "telemetry.headers.a b", "", "letters, digits and -")]
    [InlineData("log-level: verbose", "log-level", "verbose", "trace, debug, info, warn or error")]
    public void A_value_is_refused_by_key_value_and_what_is_allowed(string line, string key, string shown, string allowed)
    {
        var problem = Assert.Single(Refused(WithLine(line)));

        Assert.Equal(key, problem.Key);
        Assert.Contains(shown, problem.ToString(), StringComparison.Ordinal);
        Assert.StartsWith($"{key}: ", problem.ToString(), StringComparison.Ordinal);
        Assert.Contains(allowed, problem.Allowed, StringComparison.Ordinal);
        Assert.EndsWith($"allowed: {problem.Allowed}", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("webhooks: [{url: 'htp://a/hidden', events: '*'}]")]
    [InlineData("webhooks: [{url: 'http://u:hidden@a/', events: '*'}]")]
    [InlineData("webhooks: {url: 'http://a/hidden', events: '*'}")]
    [InlineData("webhooks: ['http://a/hidden']")]
    [InlineData("telemetry: {otlp: 'http://u:hidden@a'}")]
    [InlineData("telemetry: {otlp: 'http://a', headers: {'a b': hidden}}")]
    [InlineData("telemetry: {otlp: 'http://a', headers: {a: [hidden]}}")]
    public void What_may_be_a_secret_is_refused_without_being_shown(string line) =>
        Assert.DoesNotContain("hidden", Assert.Single(Refused(WithLine(line))).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_problem_says_file_and_line()
    {
        var problem = Assert.Single(Refused("listen: 127.0.61.1\nvoters: 4\ndata: /d\nring-key: /k\npeers: [db2]"));

        Assert.Equal("voters: '4' is not allowed (agent.yaml line 2); allowed: 3, 5 or 7", problem.ToString());
    }

    [Fact]
    public void A_problem_of_a_flag_names_the_flag()
    {
        var flags = new Dictionary<string, IReadOnlyList<string>> { ["voters"] = ["2"], ["peers"] = ["?"] };

        var refused = Assert.Throws<ConfigurationException>(() => AgentOptionsFile.Read(WithLine(""), "/e/agent.yaml", flags));

        Assert.Equal(
            ["peers[0]: '?' is not allowed (--peer)", "voters: '2' is not allowed (--voters)"],
            refused.Problems.Select(p => p.ToString().Split(';')[0]).Order());
    }

    [Theory]
    [InlineData("api: {read: nobody}", "api.read", "open or token")]
    [InlineData("api: {tls: off}", "api.tls", "offered or required")]
    [InlineData("api: {certificate: /c}", "api.key", "both, or neither for the ring's own certificate")]
    [InlineData("api: {key: /k}", "api.certificate", "both, or neither for the ring's own certificate")]
    [InlineData("api: on", "api", "a mapping with keys of tokens, read, tls, certificate, key")]
    public void What_the_api_is_told_is_understood_or_refused(string line, string key, string allowed)
    {
        var problem = Assert.Single(Refused(WithLine(line)));

        Assert.Equal((key, allowed), (problem.Key, problem.Allowed));
    }

    [Theory]
    [InlineData("peer: [db2]", "peer", "peers")]
    [InlineData("Listen: 127.0.61.1", "Listen", "listen")]
    [InlineData("ring_key: /k", "ring_key", "ring-key")]
    [InlineData("durabilty: power", "durabilty", "durability")]
    [InlineData("ports: {htpp: 9631}", "ports.htpp", "ports.http")]
    [InlineData("proxy: {readonly: 6447}", "proxy.readonly", "proxy.read-only")]
    [InlineData("api: {token: t}", "api.token", "api.tokens")]
    [InlineData("timing: {lease: 1s, clockdrift: 0}", "timing.clockdrift", "timing.clock-drift")]
    public void An_unknown_key_is_refused_and_the_nearest_one_suggested(string line, string key, string meant)
    {
        var problem = Assert.Single(Refused(WithLine(line)));

        Assert.Equal(key, problem.Key);
        Assert.Contains($"is no key, '{meant}' is near", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_like_none_gets_the_list_and_no_suggestion()
    {
        var problem = Assert.Single(Refused(WithLine("watermelon: 1")));

        Assert.DoesNotContain("is near", problem.ToString(), StringComparison.Ordinal);
        Assert.Contains("group, topology, name, listen", problem.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var problems = Refused("grup: x\nlisten: here\nvoters: 2\ntiming: {lease: 5, clock-drift: x}\nadopt: maybe\n");

        Assert.Equal(
            ["adopt", "data", "grup", "listen", "ring-key", "timing.clock-drift", "timing.lease", "voters"],
            problems.Select(p => p.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_anything_the_three_required_keys_are_named() =>
        Assert.Equal(["data", "listen", "ring-key"], Refused("").Select(p => p.Key).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("listen: [", "line")]
    [InlineData("listen: a\nlisten: b", "line 2")]
    [InlineData("- listen", "is not one mapping")]
    [InlineData("just text", "is not one mapping")]
    public void What_is_not_a_yaml_mapping_is_refused_as_such(string yaml, string says)
    {
        var problem = Assert.Single(Refused(yaml));

        Assert.Contains("/e/agent.yaml", problem.ToString(), StringComparison.Ordinal);
        Assert.Contains(says, problem.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A good file in which one line is added or replaced.</summary>
    private static string WithLine(string line)
    {
        string[] good = ["listen: 127.0.61.1", "data: /var/lib/mysqlha", "ring-key: /etc/mysqlha/ring.key", "peers: [127.0.61.2, db3]"];
        var key = Key().Match(line).Value;
        return string.Join('\n', good.Where(g => !g.StartsWith(key + ":", StringComparison.Ordinal)).Append(line));
    }

    private static ImmutableArray<ConfigurationProblem> Refused(string yaml) =>
        Assert.Throws<ConfigurationException>(() => AgentOptionsFile.Read(yaml, "/e/agent.yaml", NoFlags)).Problems;

    [GeneratedRegex("^[^:]*")]
    private static partial Regex Key();
}
