using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Configuration;

/// <summary>
/// The agent's configuration: one YAML file, or none, and flags that win over it. Throws <see cref="ConfigurationException"/>
/// with everything that is wrong: unknown keys, values that are not allowed, values that do not fit together.
/// </summary>
public static class AgentOptionsFile
{
    private static readonly string[] Known =
    [
        "group", "topology", "name", "listen", "http-listen", "api", "ports", "proxy", "data", "peers", "ring-key", "voters", "timing",
        "mysqld", "adopt", "durability", "guard", "settings", "client-user", "log-level", "tags", "hooks", "webhooks", "telemetry",
    ];

    /// <summary>Reads the file (null: flags only).</summary>
    /// <param name="flags">Key as in the file, to the values given on the command line; only <c>peers</c> may have several.</param>
    public static AgentOptions Load(string? path, IReadOnlyDictionary<string, IReadOnlyList<string>> flags)
    {
        try
        {
            return Read(path is null ? "" : File.ReadAllText(path), path ?? "flags", flags);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var wrong = $"cannot be read: {FileTrouble.Of(e)}";
            throw new ConfigurationException([new ConfigurationProblem("--config", path!, wrong, "a YAML file that this user may read")]);
        }
    }

    /// <summary>The same from text; <paramref name="path"/> names it in messages and is what relative paths count from.</summary>
    public static AgentOptions Read(string yaml, string path, IReadOnlyDictionary<string, IReadOnlyList<string>> flags)
    {
        var problems = new List<ConfigurationProblem>();
        var map = YamlText.Read(yaml, path, problems) ?? throw new ConfigurationException(problems);
        var values = OptionsReader.Checked(map, Known, problems);
        foreach (var (key, texts) in flags)
        {
            var where = FlagOf(key);
            var items = texts.Select(t => new RawText(t, where, Environment.CurrentDirectory)).ToImmutableArray();
            values[key] = key == "peers" ? new RawList([.. items], where) : items[^1];
        }

        var options = Options(new OptionsReader(values, problems), problems);
        return problems.Count == 0 ? options : throw new ConfigurationException(problems);
    }

    private static string FlagOf(string key) => key == "peers" ? "--peer" : $"--{key}";

    private static AgentOptions Options(OptionsReader read, List<ConfigurationProblem> problems)
    {
        var listen = read.Required("listen", ValueText.TryAddress, ValueText.Addresses, "");
        var ports = Ports(read, problems);
        const string Directories = "a directory that this user may write to; agent state, secrets and MySQL's data live in it";
        const string Keys = "the file that 'mysqlha ring new --out FILE' wrote";
        var data = read.Path("data", Directories);
        var key = read.Path("ring-key", Keys);
        Missing(read, "data", Directories);
        Missing(read, "ring-key", Keys);
        var topology = read.Optional("topology", ValueText.TryTopology, ValueText.Topologies, Topology.Leader);
        var options = new AgentOptions
        {
            Group = read.Optional("group", ValueText.TryGroup, ValueText.Groups, "default"),
            Topology = topology,
            Name = read.Optional("name", ValueText.TryName, ValueText.Names, Environment.MachineName),
            Listen = listen,
            HttpListen = read.Optional("http-listen", ValueText.TryHttpAddress, ValueText.HttpAddresses, listen),
            Ports = ports,
            Api = ApiOf(read),
            Proxy = ProxyOf(read, listen, ports, problems),
            Data = data ?? "/",
            Peers = Peers(read, listen, ports, topology),
            RingKeyPath = key ?? "/",
            Voters = read.Optional("voters", ValueText.TryVoters, ValueText.VoterCounts, 3),
            Timing = TimingOf(read),
            Mysqld = read.Path("mysqld", "the path of a mysqld 8.4 or 9.x"),
            Adopt = read.Optional("adopt", ValueText.TrySwitch, ValueText.Switches, false),
            Durability = read.Optional("durability", ValueText.TryDurability, ValueText.Durabilities, Durability.Commit),
            Guard = read.Optional("guard", ValueText.TryGuard, ValueText.Guards, GuardOwner.Agent),
            Settings = Settings(read),
            Tags = TagsOf(read),
            Hooks = HooksOf(read),
            ClientUser = read.Optional("client-user", ValueText.TryClientUser, ValueText.ClientUsers, "app"),
            LogLevel = read.Optional("log-level", ValueText.TryLogLevel, ValueText.LogLevels, LogLevel.Information),
            Webhooks = WebhookSettings.Read(read),
            Telemetry = TelemetrySettings.Read(read, Environment.GetEnvironmentVariable, problems),
        };
        CheckPaths(read, data, options);
        return options;
    }

    private static void Missing(OptionsReader read, string key, string allowed)
    {
        if (!read.Has(key))
        {
            read.Refuse(key, "is missing", allowed);
        }
    }

    private static NodePorts Ports(OptionsReader read, List<ConfigurationProblem> problems)
    {
        var standard = new NodePorts();
        if (read.Map("ports", ["ring", "http", "mysql"], "a mapping with the keys ring, http, mysql") is not { } given)
        {
            return standard;
        }

        var before = problems.Count;
        var ports = new NodePorts(
            given.Optional("ring", ValueText.TryPort, ValueText.Ports, standard.Ring),
            given.Optional("http", ValueText.TryPort, ValueText.Ports, standard.Http),
            given.Optional("mysql", ValueText.TryPort, ValueText.Ports, standard.Mysql));
        if (problems.Count == before && (ports.Ring == ports.Http || ports.Ring == ports.Mysql || ports.Http == ports.Mysql))
        {
            var same = $"makes two of them the same (ring {ports.Ring}, http {ports.Http}, mysql {ports.Mysql})";
            read.Refuse("ports", same, "three different ports");
        }

        return ports;
    }

    private static ProxySettings? ProxyOf(OptionsReader read, string listen, NodePorts others, List<ConfigurationProblem> problems)
    {
        const string Allowed = "false, or a mapping with keys of listen, read-write, read-only, max-connections, threads, max-lag";
        var standard = new ProxySettings(listen, 6446, 6447, 10_000, Math.Min(Environment.ProcessorCount, 4), TimeSpan.FromSeconds(10));
        if (read.Has("proxy") && !read.IsMapping("proxy"))
        {
            return read.Optional("proxy", ValueText.TrySwitch, Allowed, true) ? standard : null;
        }

        var before = problems.Count;
        string[] keys = ["listen", "read-write", "read-only", "max-connections", "threads", "max-lag"];
        var proxy = read.Map("proxy", keys, Allowed) is not { } given
            ? standard
            : new ProxySettings(
                given.Optional("listen", ValueText.TryHttpAddress, ValueText.HttpAddresses, standard.Listen),
                given.Optional("read-write", ValueText.TryPort, ValueText.Ports, standard.ReadWrite),
                given.Optional("read-only", ValueText.TryPort, ValueText.Ports, standard.ReadOnly),
                given.Optional("max-connections", ValueText.TryClientCount, ValueText.ClientCounts, standard.MaxConnections),
                given.Optional("threads", ValueText.TryThreads, ValueText.Threads, standard.Threads),
                given.Optional("max-lag", ValueText.TryLag, ValueText.Lags, standard.MaxLag));
        int[] taken = [others.Ring, others.Http, others.Mysql];
        if (problems.Count == before
            && (proxy.ReadWrite == proxy.ReadOnly || taken.Contains(proxy.ReadWrite) || taken.Contains(proxy.ReadOnly)))
        {
            var same = $"makes two ports the same (read-write {proxy.ReadWrite}, read-only {proxy.ReadOnly}, "
                + $"ring {others.Ring}, http {others.Http}, mysql {others.Mysql})";
            read.Refuse("proxy", same, "ports of its own");
        }

        return proxy;
    }

    private static HookSettings? HooksOf(OptionsReader read)
    {
        const string Allowed = "a mapping with the key directory, and keys of timeout, suitability-every";
        if (read.Map("hooks", ["directory", "timeout", "suitability-every"], Allowed) is not { } given)
        {
            return null;
        }

        const string Directories = "the absolute or relative path of a directory with executables";
        if (!given.Has("directory"))
        {
            given.Refuse("directory", "is missing", Directories);
        }

        return new HookSettings(
            given.Path("directory", Directories) ?? "/",
            given.Optional("timeout", ValueText.TryHookTime, ValueText.HookTimes, TimeSpan.FromSeconds(30)),
            given.Optional("suitability-every", ValueText.TryEvery, ValueText.Everies, TimeSpan.FromSeconds(5)));
    }

    private static NodeTags TagsOf(OptionsReader read)
    {
        const string Allowed = "a mapping with keys of nofailover, priority, nosync, clonefrom, noload";
        return read.Map("tags", ["nofailover", "priority", "nosync", "clonefrom", "noload"], Allowed) is not { } given
            ? NodeTags.None
            : new NodeTags(
                given.Optional("nofailover", ValueText.TrySwitch, ValueText.Switches, false),
                given.Optional("priority", ValueText.TryPriority, ValueText.Priorities, NodeTags.Usual),
                given.Optional("nosync", ValueText.TrySwitch, ValueText.Switches, false),
                given.Optional("clonefrom", ValueText.TrySwitch, ValueText.Switches, false),
                given.Optional("noload", ValueText.TrySwitch, ValueText.Switches, false));
    }

    private static ApiSettings ApiOf(OptionsReader read)
    {
        if (read.Map("api", ["tokens", "read", "tls", "certificate", "key"], "a mapping with keys of tokens, read, tls, certificate, key")
            is not { } given)
        {
            return new ApiSettings();
        }

        if (given.Has("certificate") != given.Has("key"))
        {
            var (there, missing) = given.Has("certificate") ? ("certificate", "key") : ("key", "certificate");
            given.Refuse(missing, $"is missing, and {there} is given", "both, or neither for the ring's own certificate");
        }

        return new ApiSettings(
            given.Path("tokens", "a file with the lines that 'mysqlha token new' prints"),
            given.Optional("read", ValueText.TryReaders, ValueText.Readers, false),
            given.Optional("tls", ValueText.TryTls, ValueText.TlsWords, false),
            given.Path("certificate", "a PEM file with the certificate and those behind it"),
            given.Path("key", "a PEM file with the certificate's private key"));
    }

    /// <summary>None: a node that waits to be added, or to be named by others; or that stays alone.</summary>
    private static ImmutableArray<PeerAddress> Peers(OptionsReader read, string listen, NodePorts ports, Topology topology)
    {
        const string Allowed = "host or host:port of another node, like 10.0.0.12 or db2:9638";
        bool TryPeer(string text, [MaybeNullWhen(false)] out PeerAddress value) => PeerAddress.TryParse(text, ports.Ring, out value);
        var given = read.List<PeerAddress>("peers", TryPeer, Allowed);
        if (given.Length > 0 && topology == Topology.Standalone)
        {
            read.Refuse(
                "peers", "names other nodes, and with topology standalone there are none", "none; or topology leader for one among others");
            return [];
        }

        var others = given.Where(p => p.Host != listen || p.Port != ports.Ring).Distinct().ToImmutableArray();
        if (given.Length > 0 && others.Length == 0)
        {
            read.Refuse("peers", "names only this node itself", $"at least one {Allowed}; or none: the node waits to be added");
        }

        return others;
    }

    private static Timing TimingOf(OptionsReader read)
    {
        if (!read.IsMapping("timing"))
        {
            const string Allowed = $"{TimingText.Presets}, or a mapping with lease and clock-drift";
            return read.Optional("timing", TimingText.TryParsePreset, Allowed, Timing.Lan);
        }

        var given = read.Map("timing", ["lease", "clock-drift"], "")!;
        return new Timing
        {
            Lease = given.Required("lease", TimingText.TryParseLease, TimingText.Leases, Timing.Lan.Lease),
            ClockDrift = given.Optional("clock-drift", TimingText.TryParseDrift, TimingText.Drifts, Timing.Lan.ClockDrift),
        };
    }

    private static ImmutableSortedDictionary<string, string> Settings(OptionsReader read)
    {
        var settings = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (read.Map("settings", known: null, "a mapping of mysqld settings to their values") is not { } given)
        {
            return settings.ToImmutable();
        }

        foreach (var name in given.Keys)
        {
            if (!MysqldSettings.IsName(name))
            {
                given.Refuse(name, "is no name of a setting", "letters, digits, _ and -, like max_connections");
            }
            else if (MysqldSettings.IsOwned(name))
            {
                given.Refuse(name, "is for the agent alone to set", "settings that do not touch replication, durability, ports or files");
            }
            else if (given.Optional(name, ValueText.TryLine, "one line of text", "") is var value
                && MysqldSettings.Unsafe(name, value) is { } allowed)
            {
                given.Refuse(name, "leaves out syncs that commits rest on", allowed);
            }
            else if (!settings.TryAdd(MysqldSettings.Normal(name), value))
            {
                given.Refuse(name, "is set twice, with - and with _", "each setting once");
            }
        }

        return settings.ToImmutable();
    }

    private static void CheckPaths(OptionsReader read, string? data, AgentOptions options)
    {
        if (data is null)
        {
            return;
        }

        // The kernel takes 107 bytes for the path of a unix socket.
        var socket = Encoding.UTF8.GetByteCount(Path.Combine(options.RunDirectory, "mysqld.sock"));
        if (data == "/")
        {
            read.Refuse("data", "is the root directory", "a directory of its own");
        }
        else if (socket > 100)
        {
            var wrong = $"is too long: the path of MySQL's socket below it would have {socket} bytes";
            read.Refuse("data", wrong, "a path of at most 84 bytes");
        }
        else if (options.RingKeyPath.StartsWith(options.MysqldDirectory + "/", StringComparison.Ordinal))
        {
            var wrong = $"lies in MySQL's own directory {options.MysqldDirectory}, which is thrown away when the node is cloned anew";
            read.Refuse("ring-key", wrong, "a path outside of it");
        }
    }
}
