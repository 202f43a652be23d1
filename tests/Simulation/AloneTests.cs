using System.Globalization;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Simulation;

/// <summary>One node alone under random faults: <c>ALONE_SEED=123 ./test One_node_alone_can_be_replayed</c>.</summary>
public sealed class AloneTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, Mutation> Mutants = new()
    {
        ["its own tail is cut"] = new() { Duty = new DutyFaults { RewindsAlone = true } },
    };

    public static TheoryData<string, string> Cases => new() { { "its own tail is cut", "NothingCommittedIsCut" } };

    [Fact]
    public void One_node_alone_loses_nothing_and_comes_back_on_every_seed()
    {
        var promotions = 0;
        for (var seed = 1; seed <= 150; seed++)
        {
            var world = Run(seed);
            promotions += world.Checkers.Promotions;
            Assert.True(world.Checkers.Violation is null, $"seed {seed}: {world.Checkers.Violation}");
        }

        output.WriteLine($"{promotions} promotions");
        Assert.True(promotions > 300, "the runs were idle: nothing was tried");
    }

    [Fact]
    public void One_node_alone_can_be_replayed()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("ALONE_SEED"), CultureInfo.InvariantCulture, out var given) ? given : 1;
        var world = Run(seed, verbose: true);
        output.WriteLine(world.Transcript);
        Assert.Equal(world.Transcript, Run(seed, verbose: true).Transcript);
        Assert.Null(world.Checkers.Violation);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mutant_is_caught_by_its_checker(string mutant, string checker) =>
        MutantHunt.Catch(mutant, checker, seed => Run(seed, Mutants[mutant]), output);

    /// <summary>Nobody else is there: what cuts nodes off from others, and what needs them, is left out.</summary>
    private static World Run(int seed, Mutation? mutation = null, bool verbose = false) => Simulation.Run(
        seed,
        mutation,
        Weights.Draw(seed) with
        {
            Nodes = 1, Adopts = false, Partition = 0, ControlCut = 0, DataCut = 0, OneWayCut = 0, Reinit = 0, Wishes = 0,
            MysqldKill = 2, AgentCrash = 1, HostCrash = 1, PowerOff = 0.5, FaultEvery = 1.5,
        },
        verbose);
}
