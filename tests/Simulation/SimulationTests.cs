using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// The whole agent under random faults. Replay one seed with its strip chart:
/// <c>SIM_SEED=123 ./test A_seed_can_be_replayed</c>. More seeds: <c>tests/simulate 100000</c>.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private static readonly Lock Gate = new();

    /// <summary>As many of the seeds as the time permits (SIM_SECONDS; none: all of them), and it says how many those were.</summary>
    [Fact]
    public void The_invariants_hold_on_every_seed()
    {
        var (seeds, seconds) = (Number("SIM_SEEDS", 10_000), Number("SIM_SECONDS", int.MaxValue));
        var campaign = new Campaign(Number("SIM_FIRST", 1), seeds, TimeSpan.FromSeconds(seconds), text => Append("SIM_PROGRESS", text));
        campaign.Run();
        var summary = campaign.Summary();
        output.WriteLine($"simulated: {summary}");
        Append("SIM_SUMMARY", summary);
        var failures = campaign.Failures;
        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(20)) + $"\n{failures.Count} of {campaign.Ran} seeds");
        var idle = campaign.Tally["promotions"] <= campaign.Ran || campaign.Tally["rows acknowledged"] <= campaign.Ran * 20L;
        Assert.False(idle, "the runs were idle: nothing was tried");
    }

    [Fact]
    public void A_seed_can_be_replayed()
    {
        var seed = Number("SIM_SEED", 1);
        var first = Simulation.Run(seed, verbose: true);
        var second = Simulation.Run(seed, verbose: true);
        output.WriteLine(first.Weights.ToString());
        output.WriteLine(first.Transcript);
        Assert.Equal(first.Transcript, second.Transcript);
        Assert.Null(first.Checkers.Violation);
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var n) ? n : otherwise;

    /// <summary>To the file that a variable names, where it is set.</summary>
    private static void Append(string variable, string text)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path)
        {
            lock (Gate)
            {
                File.AppendAllText(path, text + "\n");
            }
        }
    }
}
