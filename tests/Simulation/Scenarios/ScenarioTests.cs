using System.Reflection;
using System.Text.RegularExpressions;
using MySqlHa.Tests.House;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>
/// Each scenario holds; without its rule the checker named in <see cref="RuleTable"/> notices. To read the course of one:
/// <c>dotnet test tests/tests.csproj --filter "DisplayName~WORDS OF ITS NAME" --logger "console;verbosity=detailed"</c>.
/// </summary>
public sealed partial class ScenarioTests(ITestOutputHelper output)
{
    private const int Seeds = 8;
    private const int MutantSeeds = 60;

    public static TheoryData<string> Names => [.. All.Select(s => s.Name)];

    public static TheoryData<string> Mutants => [.. RuleTable.Rows.Select(r => r.ToString())];

    /// <summary>All that the scenario files hold.</summary>
    private static IEnumerable<Scenario> All =>
        from type in typeof(Scenario).Assembly.GetTypes()
        where type.Namespace == typeof(Scenario).Namespace
        from held in type.GetFields(BindingFlags.Static | BindingFlags.Public)
        where held.FieldType == typeof(Scenario)
        select (Scenario)held.GetValue(null)!;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_scenario_holds(string name)
    {
        var scenario = All.Single(s => s.Name == name);
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var world = scenario.Play(seed, verbose: true);
            if (seed == 1 || world.Checkers.Violation is not null)
            {
                output.WriteLine(world.Transcript);
            }

            Assert.True(world.Checkers.Violation is null, $"{name}, seed {seed}: {world.Checkers.Violation}");
        }
    }

    [Theory]
    [MemberData(nameof(Mutants))]
    public void Without_its_rule_the_checker_notices(string row)
    {
        var (_, scenario, _, mutation, checker) = RuleTable.Rows.Single(r => r.ToString() == row);
        var others = new SortedSet<string>();
        for (var seed = 1; seed <= MutantSeeds; seed++)
        {
            try
            {
                var found = scenario.Play(seed, mutation).Checkers;
                if (found.Checker == checker)
                {
                    output.WriteLine($"seed {seed}: {found.Violation}");
                    return;
                }

                _ = others.Add(found.Violation ?? "nothing");
            }
            catch (ScriptStuck stuck)
            {
                _ = others.Add(stuck.Message.TrimEnd());
            }
        }

        output.WriteLine(scenario.Play(1, mutation, verbose: true).Transcript);
        Assert.Fail($"{row}: {checker} saw nothing in {MutantSeeds} plays of '{scenario.Name}'. Instead:\n"
            + string.Join('\n', others.Take(12)));
    }

    [Fact]
    public void Every_rule_of_the_protocol_has_a_row_or_says_why_it_has_none()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "protocol.md"));
        var rules = RuleLine().Matches(document).Select(m => m.Groups["rule"].Value).ToHashSet();
        Assert.Contains("R12", rules);
        Assert.Contains("Leases", rules);
        var rows = RuleTable.Rows.Select(r => r.Rule).ToHashSet();
        Assert.Empty(rules.Except(rows).Except(RuleTable.NotBuilt.Keys));
        Assert.Empty(rows.Except(rules));
        Assert.Empty(RuleTable.NotBuilt.Keys.Intersect(rows));
        Assert.Empty(RuleTable.NotBuiltInPart.Keys.Except(rows));
    }

    [Fact]
    public void Every_scenario_has_a_mutant() => Assert.Empty(All.Except(RuleTable.Rows.Select(r => r.Scenario)).Select(s => s.Name));

    [Fact]
    public void Every_switch_is_set_by_some_mutant()
    {
        var mutants = RuleTable.Rows.Select(r => r.Mutation).Concat(Random.Select(r => r.Mutation));
        var set = mutants.SelectMany(SwitchesOf).Where(s => s.On).Select(s => s.Name).ToHashSet();
        Assert.Empty(SwitchesOf(Mutation.None).Select(s => s.Name).Except(set).Except(RuleTable.ShownByUnitTests.Keys));
        Assert.Empty(RuleTable.ShownByUnitTests.Keys.Intersect(set));
    }

    [Fact]
    public void Every_checker_is_shown_to_fail_by_some_mutant() =>
        Assert.Equal(
            Checkers.Names.Order(),
            RuleTable.Rows.Select(r => r.Checker).Concat(Random.Select(r => r.Checker)).Distinct().Order());

    /// <summary>The mutants of random runs: test classes hold them as <c>Mutants</c>, and their checkers as <c>Cases</c>.</summary>
    private static IEnumerable<(Mutation Mutation, string Checker)> Random =>
        from type in typeof(World).Assembly.GetTypes()
        where type.Namespace == typeof(World).Namespace
        let mutants = type.GetField("Mutants", BindingFlags.Static | BindingFlags.NonPublic)?.GetValue(null) as Dictionary<string, Mutation>
        where mutants is not null
        from row in (TheoryData<string, string>)type.GetProperty("Cases")!.GetValue(null)!
        select (mutants[(string)row[0]], (string)row[1]);

    private static IEnumerable<(string Name, bool On)> SwitchesOf(Mutation mutation) =>
        from part in new object[] { mutation.Duty, mutation.Controller, mutation.Core, mutation.Effects }
        from property in part.GetType().GetProperties()
        where property.PropertyType == typeof(bool)
        select ($"{part.GetType().Name}.{property.Name}", (bool)property.GetValue(part)!);

    [GeneratedRegex(@"^\| (?:(?<rule>R\d+) \| .*|\| (?<rule>Leases|Late effects|Fence|Data plane|Writable)[^|]*\|.*)\|$", RegexOptions.Multiline)]
    private static partial Regex RuleLine();
}
