using System.Diagnostics;
using System.Globalization;
using MySqlHa.Sandbox;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// A cluster that is well but badly housed: all cores busy, packets lost, and one process or node after the other paused for a moment.
/// The preset <c>balanced</c> never takes the lead away from anybody for that.
/// </summary>
[Collection(FaultRoom.Name)]
public sealed class SoakTests(FaultCluster cluster, ITestOutputHelper output)
{
    private const string Minutes = "MYSQLHA_SOAK_MINUTES";
    private static readonly string? Log = Environment.GetEnvironmentVariable("MYSQLHA_SOAK_LOG");

    /// <summary>What the cluster is soaked with; null: no soak is run.</summary>
    internal static string? Timing { get; } = Wanted(Minutes, "") is "" ? null : Wanted("MYSQLHA_SOAK_TIMING", "balanced");

    [SoakFact]
    [Trait("Length", "benchmark")]
    public async Task Soak()
    {
        var minutes = double.Parse(Wanted(Minutes, "10"), CultureInfo.InvariantCulture);
        var pause = TimeSpan.FromSeconds(double.Parse(Wanted("MYSQLHA_SOAK_PAUSE", "1"), CultureInfo.InvariantCulture));
        var loss = int.Parse(Wanted("MYSQLHA_SOAK_LOSS", "2"), CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(Wanted("MYSQLHA_SOAK_SEED", "1"), CultureInfo.InvariantCulture));
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var epoch = await cluster.EpochAsync(leader);
        await using var probe = await WritersProbe.StartAsync(cluster, leader);
        await cluster.Packets.LoseAsync(loss, clientsToo: true);
        var began = Stopwatch.GetTimestamp();
        var pauses = 0;
        var busy = Enumerable.Range(0, Environment.ProcessorCount)
            .Select(_ => Process.Start("/bin/sh", ["-c", "while :; do :; done"])).ToList();
        try
        {
            while (Stopwatch.GetElapsedTime(began).TotalMinutes < minutes)
            {
                await Task.Delay(random.Next(200, 3_000));
                var node = 1 + random.Next(SandboxCluster.Numbers.Count);
                var what = random.Next(3);
                var (agent, mysqld, guard) = (what != 1, what != 0, what == 2);
                cluster.Strike(node, Signal.Stop, agent, mysqld, guard);
                await Task.Delay(pause);
                cluster.Strike(node, Signal.Continue, agent, mysqld, guard);
                pauses++;
                await TellAsync($"{Stopwatch.GetElapsedTime(began).TotalSeconds,7:0.0} s  paused"
                    + $" {(what == 0 ? "agent" : what == 1 ? "mysqld" : "all")} of node {node}{(node == leader ? ", the leader" : "")};"
                    + $" {probe.Count} rows, longest gap {probe.LargestGap(began).TotalSeconds:0.00} s");
                if (probe.Leaders(began).Except([leader]).Any())
                {
                    break;
                }
            }
        }
        finally
        {
            foreach (var process in busy)
            {
                process.Kill();
                await process.WaitForExitAsync();
                process.Dispose();
            }
        }

        var led = probe.Leaders(began);
        await TellAsync($"{pauses} pauses of {pause.TotalSeconds} s, {loss} % of packets lost, timing {Timing}: {probe.Count} rows"
            + $" acknowledged by node {string.Join(", ", led)}; longest gap {probe.LargestGap(began).TotalSeconds:0.00} s");
        _ = await cluster.ReadyAsync(within: 90);
        var after = await cluster.EpochAsync(leader);
        await probe.EveryRowIsEverywhereAsync(cluster, within: 60);
        Assert.True(led is [var only] && only == leader, $"node {leader} led, and then acknowledged: {string.Join(", ", led)}");
        Assert.Equal(epoch, after);
    }

    private async Task TellAsync(string line)
    {
        output.WriteLine(line);
        if (Log is not null)
        {
            await File.AppendAllLinesAsync(Log, [line]);
        }
    }

    private static string Wanted(string name, string otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class SoakFactAttribute : FactAttribute
    {
        public SoakFactAttribute() =>
            Skip = PartitionFactAttribute.Refusal
                ?? (Timing is null ? "goes on for as long as one likes: tests/soak MINUTES runs it" : null);
    }
}
