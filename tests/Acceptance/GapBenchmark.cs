using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>How long four writers that try the nodes in turn are without an acknowledged write when the leader is struck.</summary>
[Collection(ClusterRoom.Name)]
[Trait("Length", "benchmark")]
public sealed class GapBenchmark(SandboxCluster cluster)
{
    /// <summary>From the other nodes and from clients, without a word to anybody: packets are dropped.</summary>
    private const string Cut = "--from-clients";
    private const string Planned = "switchover";
    private const string Standing = "switchover, standing connections";

    [BenchmarkFact]
    public async Task Gap_benchmark()
    {
        var runs = int.Parse(Environment.GetEnvironmentVariable("MYSQLHA_BENCHMARK_RUNS") ?? "5", CultureInfo.InvariantCulture);
        var file = Environment.GetEnvironmentVariable(BenchmarkFactAttribute.Output)!;
        var only = Environment.GetEnvironmentVariable("MYSQLHA_BENCHMARK_ONLY") ?? "";
        (string Name, string Blow)[] blows =
        [
            ("mysqld killed", "--mysqld"), ("node killed", "--machine"), ("node cut off", Cut), ("switchover", Planned),
            (Standing, Standing),
        ];
        foreach (var (name, blow) in blows.Where(b => b.Name.Contains(only, StringComparison.Ordinal)))
        {
            if (blow == Cut && PartitionFactAttribute.Refusal is { } refusal)
            {
                await File.AppendAllTextAsync(file, $"{name}\tnot measured: {refusal}\n");
                continue;
            }

            var gaps = new List<double>();
            for (var run = 0; run < runs; run++)
            {
                gaps.Add(await MeasureAsync(blow));
            }

            gaps.Sort();
            var all = string.Join(' ', gaps.Select(Text));
            await File.AppendAllTextAsync(file, $"{name}\t{Text(gaps[runs / 2])}\t{Text(gaps[0])}\t{Text(gaps[^1])}\t{all}\n");
        }
    }

    private async Task<double> MeasureAsync(string blow)
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        await using var probe = await WritersProbe.StartAsync(cluster, leader, standing: blow == Standing);
        await Task.Delay(1000); // as steady as a service that nobody touches
        var struck = Stopwatch.GetTimestamp();
        var number = leader.ToString(CultureInfo.InvariantCulture);
        await SandboxCluster.RunAsync(blow switch
        {
            Planned or Standing => ["switchover"],
            Cut => ["partition", number, Cut],
            _ => ["kill", number, blow],
        });
        _ = await cluster.OtherLeaderAsync(leader, within: 20);
        await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 10);
        await probe.StopAsync();
        return probe.LargestGap(struck).TotalSeconds;
    }

    private static string Text(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture);
}
