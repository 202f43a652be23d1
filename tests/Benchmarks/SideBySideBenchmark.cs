using System.Diagnostics;
using System.Globalization;
using MySqlHa.Tests.Acceptance;
using Xunit;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// Ours and Group Replication on the same hosts, with the same mysqld, settings and client, one after the other in each run, so that a
/// machine that gets slower does so for all. Each number is kept as soon as it is known, and not measured again.
/// </summary>
[Trait("Length", "benchmark")]
public sealed class SideBySideBenchmark
{
    private static readonly int[] Writers = [1, 8, 32];
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(6);

    /// <summary>So many writers when it is measured what processes use under load.</summary>
    private const int Load = 8;

    /// <summary>What a measurement found; of one contender or of several ways.</summary>
    private delegate Task<IEnumerable<(string System, string Kind, string Of, double Value)>> Measurement();

    [BenchmarkFact]
    public async Task Side_by_side()
    {
        var folder = BenchmarkPlan.Folder!;
        var raw = new RawNumbers(folder);
        var machine = MachineFacts.LoadOrLook(folder);
        if (BenchmarkPlan.Runs > 0)
        {
            Assert.True(Environment.IsPrivilegedProcess, "the benchmark makes network namespaces, which needs root");
            _ = ThreadPool.SetMinThreads(96, 96); // the driver blocks a thread for each writer
            await using var network = await BenchmarkNetwork.UpAsync();
            var home = Directory.CreateTempSubdirectory("mha-bench-");
            try
            {
                for (var run = 1; run <= BenchmarkPlan.Runs; run++)
                {
                    await RunAsync(run, raw, network, home.FullName);
                }
            }
            finally
            {
                await network.DisposeAsync();
                home.Delete(recursive: true);
            }
        }

        BenchmarkReport.Write(folder, machine, raw.All);
    }

    private static async Task RunAsync(int run, RawNumbers raw, BenchmarkNetwork network, string home)
    {
        // Another one is first in each run.
        var order = Contender.All.Select((_, i) => Contender.All[(i + run - 1) % Contender.All.Count]);
        foreach (var contender in order)
        {
            var cluster = contender.Cluster(network, home);
            var started = false;
            foreach (var (kind, of, measure) in Items(contender, cluster, network, Path.Combine(home, "ways")))
            {
                if (!Wanted(run, raw, contender, kind, of))
                {
                    continue;
                }

                try
                {
                    if (!started)
                    {
                        await cluster.StartAsync();
                        started = true;
                    }

                    foreach (var number in await measure())
                    {
                        raw.Add(new RawNumber(run, number.System, number.Kind, number.Of, number.Value));
                    }
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    // A number that cannot be had is told as that; the next one is measured with a cluster that is made anew.
                    raw.Add(new RawNumber(run, contender.Id, kind, of, null, WithoutPlaces(e.Message, home)));
                    await cluster.EndAsync();
                    cluster.Forget();
                    started = false;
                }
            }

            await cluster.EndAsync();
        }
    }

    /// <summary>A note is published with the numbers: where this machine keeps things is nobody's business.</summary>
    private static string WithoutPlaces(string message, string home) =>
        ((string[])[Path.GetDirectoryName(BenchmarkPlan.Agent)!, home, House.Repository.Root])
            .Aggregate(message.Split('\n')[0], (text, place) => text.Replace(place + "/", "", StringComparison.Ordinal));

    private static bool Wanted(int run, RawNumbers raw, Contender contender, string kind, string of) =>
        !raw.Has(run, contender.Id, kind, of)
        && BenchmarkPlan.Words.All($"{contender.Id} {kind} {of}".Contains);

    private static IEnumerable<(string Kind, string Of, Measurement Measure)> Items(
        Contender contender, BenchmarkedCluster cluster, BenchmarkNetwork network, string folder)
    {
        Measurement Own(Func<Task<IEnumerable<(string Kind, string Of, double Value)>>> measure) =>
            async () => (await measure()).Select(n => (contender.Id, n.Kind, n.Of, n.Value));

        foreach (var fault in Fault.All.Where(f => contender.FailsOver && (contender.HasProxy || !f.Proxied)))
        {
            var name = fault.Name;
            yield return ("gap", name, Own(async () => (await fault.MeasureAsync(cluster)).Select(n => (n.Kind, name, n.Value))));
        }

        if (contender.FailsOver && contender != Contender.GroupTuned)
        {
            yield return ("cpu", "rest, mysqld of leader", Own(() => RestAsync(cluster, network)));
        }

        foreach (var writers in Writers.Where(_ => contender.Writes))
        {
            var of = writers.ToString(CultureInfo.InvariantCulture);
            yield return ("writes", of, Own(() => WriteAsync(cluster, network, writers)));
        }

        if (contender.Races && cluster is AgentCluster agents)
        {
            var race = new ProxyRace(network, agents, folder);
            // Before load has made the processes larger.
            yield return ("proxy", "clients at rest", async () => await race.RestAsync());
            foreach (var connections in ProxyRace.Connections)
            {
                yield return ("proxy", ProxyRace.Of(connections), async () => await race.LoadAsync(connections));
            }

            yield return ("proxy", "crowd", async () => await new CrowdedProxy(network, agents, folder).MeasureAsync());
        }
    }

    /// <summary>What the processes use while nobody writes.</summary>
    private static async Task<IEnumerable<(string Kind, string Of, double Value)>> RestAsync(
        BenchmarkedCluster cluster, BenchmarkNetwork network)
    {
        var leader = await cluster.ReadyAsync(within: 60);
        await Task.Delay(WarmUp);
        var before = await ProcessCost.LookAsync(network, cluster.Nodes, leader);
        await Task.Delay(BenchmarkPlan.Rest / BenchmarkPlan.Runs);
        // The client rests too: what it uses says nothing.
        return Costs("rest", before, await ProcessCost.LookAsync(network, cluster.Nodes, leader)).Where(n => n.Of != "rest, client");
    }

    /// <summary>Rows acknowledged in a second, one row a transaction; and with eight writers, what the processes use meanwhile.</summary>
    private static async Task<IEnumerable<(string Kind, string Of, double Value)>> WriteAsync(
        BenchmarkedCluster cluster, BenchmarkNetwork network, int writers)
    {
        var leader = await cluster.ReadyAsync(within: 60);
        await using var probe = await WritersProbe.StartAsync(cluster.ConnectAsync, cluster.Nodes, leader, writers, TimeSpan.Zero);
        await Task.Delay(WarmUp);
        var before = await ProcessCost.LookAsync(network, cluster.Nodes, leader);
        var begin = Stopwatch.GetTimestamp();
        await Task.Delay(Window);
        var end = Stopwatch.GetTimestamp();
        var after = await ProcessCost.LookAsync(network, cluster.Nodes, leader);
        await probe.StopAsync();
        var rate = probe.Between(begin, end) / Stopwatch.GetElapsedTime(begin, end).TotalSeconds;
        var of = writers.ToString(CultureInfo.InvariantCulture);
        return writers == Load ? Costs("load", before, after).Prepend(("writes", of, rate)) : [("writes", of, rate)];
    }

    private static IEnumerable<(string Kind, string Of, double Value)> Costs(string when, ProcessCost before, ProcessCost after) =>
        after.Since(before).SelectMany(c => ((string, string, double)[])
            [("cpu", $"{when}, {c.Of}", c.Percent), ("memory", $"{when}, {c.Of}", c.Mebibytes)]);
}
