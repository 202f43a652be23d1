using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// The whole agent under random faults. Replay one seed with its strip chart:
/// <c>SIM_SEED=123 ./test A_seed_can_be_replayed</c>. More seeds: <c>SIM_SEEDS=100000</c>.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private static int Seeds => int.TryParse(Environment.GetEnvironmentVariable("SIM_SEEDS"), CultureInfo.InvariantCulture, out var n) ? n : 2000;

    private static int First => int.TryParse(Environment.GetEnvironmentVariable("SIM_FIRST"), CultureInfo.InvariantCulture, out var n) ? n : 1;

    [Fact]
    public void The_invariants_hold_on_every_seed()
    {
        var failures = new System.Collections.Concurrent.ConcurrentBag<string>();
        long acknowledged = 0, promotions = 0;
        _ = Parallel.For(First, First + Seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var world = Simulation.Run(seed);
            _ = Interlocked.Add(ref acknowledged, world.Checkers.AcknowledgedCount);
            _ = Interlocked.Add(ref promotions, world.Checkers.Promotions);
            if (world.Checkers.Violation is { } violation)
            {
                failures.Add($"seed {seed}: {violation}   (replay: SIM_SEED={seed} ./test A_seed_can_be_replayed)");
            }
        });
        output.WriteLine($"{Seeds} seeds: {acknowledged} acknowledged rows, {promotions} promotions, {failures.Count} violations");
        Assert.True(failures.IsEmpty, string.Join('\n', failures.Take(20)) + $"\n{failures.Count} of {Seeds} seeds");
        Assert.True(promotions > Seeds && acknowledged > Seeds * 20L, "the runs were idle: nothing was tried");
    }

    [Fact]
    public void A_seed_can_be_replayed()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SIM_SEED"), CultureInfo.InvariantCulture, out var n) ? n : 1;
        var first = Simulation.Run(seed, verbose: true);
        var second = Simulation.Run(seed, verbose: true);
        output.WriteLine(first.Weights.ToString());
        output.WriteLine(first.Transcript);
        Assert.Equal(first.Transcript, second.Transcript);
        Assert.Null(first.Checkers.Violation);
    }
}
