using System.Globalization;
using MySqlHa.Tests.Acceptance;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// Ours, HAProxy and MySQL Router on one host, before the same leader, and the way without any: in turns of a few seconds, so that a
/// machine that gets slower does so for all; the median of the turns is kept.
/// </summary>
internal sealed class ProxyRace(BenchmarkNetwork network, AgentCluster cluster, string folder)
{
    private const int Rounds = 9;
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
    /// At full speed: queries: a second. half, most: milliseconds within which half of them were answered, and 99 of 100. effort:
    /// microseconds of CPU that the way's process took for one. queue: mysqld's threads that waited for a core, on average. proxy: our
    /// queries a second as a share of HAProxy's. Then at pace, a third of what the slowest way carried: calm-half, calm-most.
    /// </summary>
    public async Task<IReadOnlyList<(string System, string Kind, string Of, double Value)>> LoadAsync(int connections)
    {
        var ways = await ClientWays.OpenAsync(network, cluster, folder);
        var load = await LoadGeneratorAsync(ways);
        var full = await RaceAsync(ways, load, connections, pace: 0);
        var pace = (int)(Contender.Ways.Min(way => full.Median(way, t => t.Result.PerSecond)) / 3);
        var calm = await RaceAsync(ways, load, connections, pace);
        var of = Of(connections);
        return
        [
            .. Contender.Ways.SelectMany(way => ((string, string, string, double)[])
            [
                (way.Id, "queries", of, full.Median(way, t => t.Result.PerSecond)),
                (way.Id, "half", of, full.Median(way, t => t.Result.Half)),
                (way.Id, "most", of, full.Median(way, t => t.Result.Most)),
                (way.Id, "queue", of, full.Median(way, t => t.Queue)),
                (way.Id, "calm-half", of, calm.Median(way, t => t.Result.Half)),
                (way.Id, "calm-most", of, calm.Median(way, t => t.Result.Most)),
            ]),
            .. Contender.Ways.Where(way => way != Contender.Direct)
                .Select(way => (way.Id, "effort", of, full.Median(way, t => t.Effort))),
            (Contender.LanPlain.Id, "proxy", of,
                full.Median(Contender.OwnProxy, t => t.Result.PerSecond) / full.Median(Contender.Haproxy, t => t.Result.PerSecond)),
            (Contender.LanPlain.Id, "pace", of, pace),
        ];
    }

    /// <param name="pace">Queries a second of all connections together; 0: as many as they can.</param>
    private async Task<Turns> RaceAsync(ClientWays ways, LoadGenerator load, int connections, int pace)
    {
        var mysqld = (await network.ProcessesAsync(ways.Leader)).Single(process => process.Name == "mysqld");
        var turns = new Turns();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var way in Contender.Ways.Select((_, i) => Contender.Ways[(i + round) % Contender.Ways.Count]))
            {
                var (before, after, queue) = (0.0, 0.0, Task.FromResult(0.0));
                var result = await load.LoadAsync(
                    ways.Address(way),
                    ways.Port(way),
                    connections,
                    pace,
                    Seconds,
                    begun: () => (before, queue) = (ways.Cost(way).Seconds, CoreQueue.LookAsync(mysqld)),
                    ended: () => after = ways.Cost(way).Seconds);
                var turn = new Turn(result, (after - before) * 1e6 / result.Queries, await queue);
                turns.Add(way, turn);
                var speed = pace == 0 ? "full speed" : string.Create(CultureInfo.InvariantCulture, $"{pace} a second");
                BenchmarkPlan.Tell($"   {Of(connections)}, {speed}, round {round + 1}, {way.Name}: {turn}");
            }
        }

        return turns;
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

    /// <param name="Effort">Microseconds of CPU of the way's process for a query.</param>
    /// <param name="Queue">mysqld's threads that waited for a core, on average.</param>
    private sealed record Turn(LoadResult Result, double Effort, double Queue);

    private sealed class Turns
    {
        private readonly Dictionary<Contender, List<Turn>> _turns = Contender.Ways.ToDictionary(way => way, _ => new List<Turn>());

        public void Add(Contender way, Turn turn) => _turns[way].Add(turn);

        public double Median(Contender way, Func<Turn, double> number) => new Sample(_turns[way].Select(number)).Median;
    }
}
