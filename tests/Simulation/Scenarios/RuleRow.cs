namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>A rule, a scenario that needs it, and the mutant without it, which the checker of this name notices there.</summary>
internal sealed record RuleRow(string Rule, Scenario Scenario, string Mutant, Mutation Mutation, string Checker)
{
    public override string ToString() => $"{Rule}: {Mutant}";
}
