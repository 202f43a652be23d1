using System.Globalization;
using MySqlHa.Core;
using MySqlHa.Failover;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// The cluster's configuration, changed all through random faults: in the end every server has it, or says what waits for a restart.
/// Replay a seed: <c>CONFIG_SEED=123 ./test A_changing_configuration_can_be_replayed</c>.
/// </summary>
public sealed class SettingsTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, Mutation> Mutants = new()
    {
        ["a mysqld that did not run is never told"] = new() { Core = new CoreFaults { SetsOnceOnly = true } },
        ["a snapshot forgets the configuration"] = new() { Core = new CoreFaults { SnapshotsForgetSettings = true } },
        ["what is unset stays as it was"] = new() { Core = new CoreFaults { UnsetsNothing = true } },
        ["a rolling restart is not taken up by the next controller"] = new() { Controller = new ControllerFaults { RollsAlone = true } },
    };

    public static TheoryData<string, string> Cases => new()
    {
        { "a mysqld that did not run is never told", "Converges" },
        { "a snapshot forgets the configuration", "SameHistory" },
        { "what is unset stays as it was", "Converges" },
        { "a rolling restart is not taken up by the next controller", "Converges" },
    };

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var n) ? n : otherwise;

    [Fact]
    public void A_configuration_is_followed_by_all_on_every_seed()
    {
        var (seeds, first) = (Number("CONFIG_SEEDS", 150), Number("CONFIG_FIRST", 1));
        var failures = new System.Collections.Concurrent.ConcurrentBag<string>();
        long versions = 0, restarts = 0, rolled = 0;
        _ = Parallel.For(first, first + seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var world = Run(seed);
            _ = Interlocked.Add(ref versions, world.Nodes.Max(n => n.Core?.State.Settings.Version ?? 0));
            _ = Interlocked.Add(ref restarts, world.Nodes.Sum(n => n.Answers.Count(a => a.Reason.Code == "restarted")));
            _ = Interlocked.Add(ref rolled, world.Nodes.Max(n => n.Core?.State.Rolling?.Revision ?? 0));
            if (world.Checkers.Violation is { } violation)
            {
                failures.Add($"seed {seed}: {violation}   (replay: CONFIG_SEED={seed} ./test A_changing_configuration_can_be_replayed)");
            }
        });
        output.WriteLine($"{seeds} seeds: {versions} versions, {restarts} restarts, {rolled} steps of rolling ones, {failures.Count} violations");
        Assert.True(failures.IsEmpty, string.Join('\n', failures.Take(20)) + $"\n{failures.Count} of {seeds} seeds");
        Assert.True(
            versions > seeds * 3L && restarts > seeds / 10 && rolled > seeds,
            $"the runs were idle: {versions} versions, {restarts} restarts, {rolled} steps of rolling ones");
    }

    [Fact]
    public void A_changing_configuration_can_be_replayed()
    {
        var seed = Number("CONFIG_SEED", 1);
        var first = Run(seed, verbose: true);
        var second = Run(seed, verbose: true);
        output.WriteLine(first.Weights.ToString());
        output.WriteLine(first.Transcript);
        Assert.Equal(first.Transcript, second.Transcript);
        Assert.Null(first.Checkers.Violation);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mutant_is_caught_by_its_checker(string mutant, string checker) =>
        MutantHunt.Catch(mutant, checker, seed => Run(seed, Mutants[mutant]), output);

    private static World Run(int seed, Mutation? mutation = null, bool verbose = false)
    {
        var world = new World(seed, mutation: mutation, verbose: verbose);
        var plan = new SettingsPlan(world, seed);
        plan.DrawOwn();
        Simulation.Suffer(world, plan.Start);
        Simulation.Settle(world);
        return world;
    }
}
