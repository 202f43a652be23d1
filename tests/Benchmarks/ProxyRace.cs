using System.Globalization;
using MySqlHa.Tests.Acceptance;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// Ours, HAProxy and MySQL Router on one host, before the same leader, and the way without any: in turns of a few seconds, so that a
/// machine that gets slower does so for all; the median of the turns is kept.
/// </summary>
internal sealed class ProxyRace(BenchmarkNetwork network, AgentCluster cluster, string folder)
{
    private const int Rounds = 3;
    private const int Seconds = 3;
    private const int AtRest = 1000;

    public static IReadOnlyList<int> Connections { get; } = [1, 64, 1000];

    /// <summary>
    /// As sysbench speaks no TLS without certificates of its own, and the bytes are what is carried. Logins that never end are kept for
    /// as long as a measurement needs them.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["require_secure_transport"] = "OFF",
        ["max_connections"] = "12000",
        ["max_prepared_stmt_count"] = "100000",
        ["connect_timeout"] = "600",
    };

    public static string Of(int connections) =>
        connections == 1 ? "1 connection" : connections.ToString(CultureInfo.InvariantCulture) + " connections";

    /// <summary>
    /// queries: a second. half, most: milliseconds within which half of them were answered, and 99 of 100. effort: microseconds of CPU that
    /// the way's process took for one. proxy: our queries a second as a share of HAProxy's.
    /// </summary>
    public async Task<IReadOnlyList<(string System, string Kind, string Of, double Value)>> LoadAsync(int connections)
    {
        var ways = await ClientWays.OpenAsync(network, cluster, folder);
        var load = await LoadGeneratorAsync(ways);
        var turns = Contender.Ways.ToDictionary(w => w.Id, _ => new List<(LoadResult Result, double Effort)>());
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var way in Contender.Ways.Select((_, i) => Contender.Ways[(i + round) % Contender.Ways.Count]))
            {
                var (before, after) = (0.0, 0.0);
                var result = await load.LoadAsync(
                    ways.Address(way),
                    ways.Port(way),
                    connections,
                    Seconds,
                    begun: () => before = ways.Cost(way).Seconds,
                    ended: () => after = ways.Cost(way).Seconds);
                turns[way.Id].Add((result, (after - before) * 1e6 / result.Queries));
                BenchmarkPlan.Tell($"   {Of(connections)}, round {round + 1}, {way.Name}: {result}");
            }
        }

        double Median(Contender way, Func<(LoadResult Result, double Effort), double> number) =>
            new Sample(turns[way.Id].Select(number)).Median;
        var of = Of(connections);
        return
        [
            .. Contender.Ways.SelectMany(way => ((string, string, string, double)[])
            [
                (way.Id, "queries", of, Median(way, t => t.Result.PerSecond)),
                (way.Id, "half", of, Median(way, t => t.Result.Half)),
                (way.Id, "most", of, Median(way, t => t.Result.Most)),
                .. way == Contender.Direct ? [] : ((string, string, string, double)[])[(way.Id, "effort", of, Median(way, t => t.Effort))],
            ]),
            (Contender.LanPlain.Id, "proxy", of,
                Median(Contender.OwnProxy, t => t.Result.PerSecond) / Median(Contender.Haproxy, t => t.Result.PerSecond)),
        ];
    }

    /// <summary>
    /// memory: MiB of each way's process without clients and with a thousand at rest. proxy: MiB that ours took for these.
    /// </summary>
    public async Task<IReadOnlyList<(string System, string Kind, string Of, double Value)>> RestAsync()
    {
        var ways = await ClientWays.OpenAsync(network, cluster, folder);
        var all = new List<(string, string, string, double)>();
        foreach (var way in Contender.Ways.Where(w => w != Contender.Direct))
        {
            var before = ways.Cost(way).Mebibytes;
            using var clients = await IdleClients.OpenAsync(ways.Address(way), ways.Port(way), AtRest);
            var with = ways.Cost(way).Mebibytes;
            all.AddRange([(way.Id, "memory", "no client", before), (way.Id, "memory", $"{AtRest} clients at rest", with)]);
            if (way == Contender.OwnProxy)
            {
                all.Add((Contender.LanPlain.Id, "proxy", "clients at rest", Math.Max(with - before, 0)));
            }
        }

        return all;
    }

    private async Task<LoadGenerator> LoadGeneratorAsync(ClientWays ways)
    {
        await using (var connection = await cluster.ConnectAsync(ways.Leader, within: 10))
        {
            _ = await Column.ReadAsync(connection, "CREATE SCHEMA IF NOT EXISTS sbtest", value => value);
        }

        var load = new LoadGenerator(folder, cluster.Client);
        await load.PrepareAsync(ways.Address(Contender.Direct), ways.Port(Contender.Direct));
        return load;
    }
}
