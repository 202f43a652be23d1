using System.Globalization;
using System.Reflection;
using MySqlHa.Consensus;
using MySqlHa.Tests.Consensus.Simulation;
using Xunit;

namespace MySqlHa.Tests.Consensus;

/// <summary>Each known way to get Raft wrong is found by the simulator: a checker that nothing trips checks nothing.</summary>
public sealed class MutantTests
{
    private const int Seeds = 3_000;

    public static TheoryData<string> Mutants => [.. Switches().Select(s => s.Name)];

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
