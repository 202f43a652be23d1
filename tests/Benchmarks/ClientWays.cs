using System.Globalization;
using MySqlHa.Sandbox;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// The ways from a client to the leader: the same host, which does not lead, has the agent's proxy, HAProxy and MySQL Router; the fourth
/// way needs none of them.
/// </summary>
internal sealed class ClientWays(BenchmarkNetwork network, AgentCluster cluster, int leader, string folder)
{
    private const int HaproxyPort = 6600;
    private const int RouterPort = 6700;
    private readonly Dictionary<Contender, LiveProcess> _processes = [];

    public int Leader { get; } = leader;

    /// <summary>Where the proxies run.</summary>
    public int Host { get; } = cluster.Nodes.First(n => n != leader);

    private string HaproxyFile => Path.Combine(folder, "haproxy.cfg");

    private string RouterFile => Path.Combine(folder, "mysqlrouter.conf");

    /// <summary>Starts HAProxy and MySQL Router anew, before the node that leads now.</summary>
    public static async Task<ClientWays> OpenAsync(BenchmarkNetwork network, AgentCluster cluster, string folder)
    {
        var ways = new ClientWays(network, cluster, await cluster.ReadyAsync(within: 60), folder);
        _ = Directory.CreateDirectory(folder);
        foreach (var node in cluster.Nodes)
        {
            await network.KillAsync(node, p => p.Arguments.Contains(ways.HaproxyFile) || p.Arguments.Contains(ways.RouterFile));
        }

        await File.WriteAllTextAsync(ways.HaproxyFile, ways.Haproxy);
        await File.WriteAllTextAsync(ways.RouterFile, ways.Router);
        ways.Start("haproxy", BenchmarkPlan.Program("HAPROXY", "haproxy"), "-db", "-f", ways.HaproxyFile);
        ways.Start("mysqlrouter", BenchmarkPlan.Program("MYSQLROUTER", "mysql-router"), "-c", ways.RouterFile);
        foreach (var way in Contender.Ways)
        {
            await BenchmarkedCluster.UntilAsync($"{way.Name} leads to the leader", within: 20, async () =>
            {
                using var client = await IdleClients.OpenAsync(ways.Address(way), ways.Port(way), 1);
                return true;
            });
        }

        foreach (var process in await network.ProcessesAsync(ways.Host))
        {
            var way = process.Arguments.Contains("agent") ? Contender.OwnProxy
                : process.Arguments.Contains(ways.HaproxyFile) ? Contender.Haproxy
                : process.Arguments.Contains(ways.RouterFile) ? Contender.Router
                : null;
            if (way is not null)
            {
                ways._processes.Add(way, process);
            }
        }

        return ways;
    }

    public string Address(Contender way) => BenchmarkNetwork.Address(way == Contender.Direct ? Leader : Host);

    public int Port(Contender way) =>
        way == Contender.OwnProxy ? 6446 : way == Contender.Haproxy ? HaproxyPort : way == Contender.Router ? RouterPort : 3306;

    /// <summary>CPU seconds so far and MiB now of a way's process: of ours the whole agent. Nought where there is none.</summary>
    public (double Seconds, double Mebibytes) Cost(Contender way) =>
        _processes.TryGetValue(way, out var process) ? ProcessCost.Of(process) : default;

    private void Start(string name, params string[] program) => network.Start(Host, Path.Combine(folder, name + ".log"), program);

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    // As many threads as it takes by itself; no checks: nothing fails here.
    private string Haproxy =>
        $"""
        global
            maxconn 5000
        defaults
            mode tcp
            timeout connect 5s
            timeout client 1h
            timeout server 1h
            maxconn 5000
        listen mysql
            bind {BenchmarkNetwork.Address(Host)}:{Digits(HaproxyPort)}
            server leader {BenchmarkNetwork.Address(Leader)}:3306

        """;

    // As many connections as the others may have; a client that says nothing is counted as an error, and its host shut out after 100.
    private string Router =>
        $"""
        [DEFAULT]
        logging_folder =
        runtime_folder = {folder}
        data_folder = {folder}
        max_total_connections = 5000
        [logger]
        level = WARNING
        [routing:race]
        bind_address = {BenchmarkNetwork.Address(Host)}
        bind_port = {Digits(RouterPort)}
        destinations = {BenchmarkNetwork.Address(Leader)}:3306
        routing_strategy = first-available
        protocol = classic
        client_ssl_mode = PASSTHROUGH
        server_ssl_mode = AS_CLIENT
        connection_sharing = 0
        max_connections = 5000
        max_connect_errors = 4294967295
        client_connect_timeout = 60

        """;
}
