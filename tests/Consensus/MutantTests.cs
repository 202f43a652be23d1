using System.Globalization;
using System.Reflection;
using MySqlHa.Consensus;
using MySqlHa.Tests.Consensus.Simulation;
using Xunit;

namespace MySqlHa.Tests.Consensus;

/// <summary>Each known way to get Raft wrong is found by the simulator: a checker that nothing trips checks nothing.</summary>
public sealed class MutantTests
{
    private const int Seeds = 1_500;

    /// <summary>
    /// Too rare for chance: it takes figure 8 of the paper, or a vote lost between two candidates. Scripts find them, in
    /// <see cref="ReplicationTests"/> and <see cref="ElectionTests"/>.
    /// </summary>
    private static readonly string[] Scripted = [nameof(RaftFaults.CountsOldTerms), nameof(RaftFaults.ForgetsVote)];

    public static TheoryData<string> Mutants => [.. Switches().Select(s => s.Name).Except(Scripted)];

    [Theory]
    [MemberData(nameof(Mutants))]
    public void The_simulator_finds(string mutant)
    {
        var faults = new RaftFaults();
        Switches().Single(s => s.Name == mutant).SetValue(faults, true);
        for (var seed = 1; seed <= Seeds; seed++)
        {
            if (SeededRun.Play(seed, faults).Violation is { } violation)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{mutant}: seed {seed}: {violation.Split('\n')[0]}"));
                return;
            }
        }

        Assert.Fail($"{Seeds} seeds did not find {mutant}");
    }

    private static IEnumerable<PropertyInfo> Switches() =>
        typeof(RaftFaults).GetProperties().Where(p => p.PropertyType == typeof(bool));
}
