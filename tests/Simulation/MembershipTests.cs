using System.Globalization;
using MySqlHa.Core;
using MySqlHa.Failover;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// Nodes that join, leave and are replaced under random faults. Replay a seed: <c>JOIN_SEED=123 ./test A_changing_cluster_can_be_replayed</c>.
/// </summary>
public sealed class MembershipTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, Mutation> Mutants = new()
    {
        ["new ackers are written into the open epoch"] = new() { Controller = new ControllerFaults { ChangeAckersInPlace = true } },
        ["a removed node is still counted on"] = new() { Controller = new ControllerFaults { RemoveWithoutNewEpoch = true } },
        ["a leaving node is not locked out"] = new() { Duty = new DutyFaults { LetEverybodyIn = true } },
        ["learners acknowledge"] = new() { Duty = new DutyFaults { LearnersAcknowledge = true } },
        ["a newcomer votes before it is ready"] = new() { Controller = new ControllerFaults { AddVoterEarly = true } },
    };

    public static TheoryData<string, string> Cases => new()
    {
        { "new ackers are written into the open epoch", "NothingLost" },
        { "a removed node is still counted on", "CountsOnVoters" },
        { "a leaving node is not locked out", "NothingLost" },
        { "learners acknowledge", "NothingLost" },
        { "a newcomer votes before it is ready", "VoterIsReady" },
    };

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var n) ? n : otherwise;

    [Fact]
    public void Changing_clusters_keep_the_invariants_on_every_seed()
    {
        var (seeds, first) = (Number("JOIN_SEEDS", 300), Number("JOIN_FIRST", 1));
        var failures = new System.Collections.Concurrent.ConcurrentBag<string>();
        long admissions = 0, replacements = 0, epochs = 0;
        _ = Parallel.For(first, first + seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var (world, plan) = MembershipSimulation.Run(seed);
            _ = Interlocked.Add(ref admissions, plan.Admissions);
            _ = Interlocked.Add(ref replacements, plan.Replacements);
            _ = Interlocked.Add(ref epochs, world.Checkers.Promotions);
            if (world.Checkers.Violation is { } violation)
            {
                failures.Add($"seed {seed}: {violation}   (replay: JOIN_SEED={seed} ./test A_changing_cluster_can_be_replayed)");
            }
        });
        output.WriteLine($"{seeds} seeds: {admissions} admissions, {replacements} replacements, {epochs} promotions, {failures.Count} violations");
        Assert.True(failures.IsEmpty, string.Join('\n', failures.Take(20)) + $"\n{failures.Count} of {seeds} seeds");
        Assert.True(admissions > seeds && epochs > seeds * 3L && replacements >= seeds / 50, "the runs were idle: nothing was tried");
    }

    [Fact]
    public void A_changing_cluster_can_be_replayed()
    {
        var seed = Number("JOIN_SEED", 1);
        var (first, _) = MembershipSimulation.Run(seed, verbose: true);
        var (second, _) = MembershipSimulation.Run(seed, verbose: true);
        output.WriteLine(first.Weights.ToString());
        output.WriteLine(first.Transcript);
        Assert.Equal(first.Transcript, second.Transcript);
        Assert.Null(first.Checkers.Violation);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mutant_is_caught_by_its_checker(string mutant, string checker) =>
        MutantHunt.Catch(mutant, checker, seed => MembershipSimulation.Run(seed, Mutants[mutant]).World, output);
}
