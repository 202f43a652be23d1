using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Simulation;

/// <summary>Random runs of a program with a rule switched off, until the checker that guards the rule sees it.</summary>
internal static class MutantHunt
{
    private const int Most = 1500;

    /// <param name="run">A seed's run of the mutant.</param>
    public static void Catch(string mutant, string checker, Func<int, World> run, ITestOutputHelper output)
    {
        var caughtBy = new SortedDictionary<string, int>();
        for (var seed = 1; seed <= Most; seed++)
        {
            var world = run(seed);
            if (world.Checkers.Checker is { } found)
            {
                caughtBy[found] = caughtBy.GetValueOrDefault(found) + 1;
                if (found == checker)
                {
                    output.WriteLine($"{mutant}: seed {seed}: {world.Checkers.Violation}");
                    return;
                }
            }
        }

        Assert.Fail($"{mutant}: {checker} saw nothing in {Most} seeds; others: {string.Join(", ", caughtBy)}");
    }
}
