using System.Globalization;
using MySqlHa.Consensus;
using MySqlHa.Tests.Consensus.Simulation;
using Xunit;

namespace MySqlHa.Tests.Consensus;

/// <summary>Thousands of seeded clusters; RAFT_SEED replays one, RAFT_SEEDS plays that many per row.</summary>
public sealed class SimulationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(100_001)]
    [InlineData(200_001)]
    [InlineData(300_001)]
    public void Raft_keeps_its_promises_under_any_faults_and_recovers(int first)
    {
        var seeds = Number("RAFT_SEED") is { } one ? [one] : Enumerable.Range(first, Number("RAFT_SEEDS") ?? 600);
        var total = new RunOutcome(null, 0, 0, 0, 0);
        foreach (var seed in seeds)
        {
            var outcome = SeededRun.Play(seed, RaftFaults.None);
            Assert.True(
                outcome.Violation is null,
                $"seed {seed}: {outcome.Violation}\nreplay: RAFT_SEED={seed} dotnet test tests/tests.csproj --filter "
                    + nameof(Raft_keeps_its_promises_under_any_faults_and_recovers));
            total = new RunOutcome(
                null,
                total.Terms + outcome.Terms,
                total.Applied + outcome.Applied,
                total.Restores + outcome.Restores,
                total.Reads + outcome.Reads);
        }

        var count = seeds.Count();
        Assert.True(
            count < 100 || (total.Terms > 3 * count && total.Applied > 20 * count && total.Restores > count && total.Reads > 3 * count),
            $"{count} seeds did too little: {total}");
    }

    [Fact]
    public void The_same_seed_plays_the_same_run()
    {
        Assert.All(
            Enumerable.Range(1, 20),
            seed => Assert.Equal(SeededRun.Play(seed, RaftFaults.None), SeededRun.Play(seed, RaftFaults.None)));
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
