namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>One rule, a scenario that needs it, and the mutant without it, which the checker of this name notices in that scenario.</summary>
internal sealed record RuleRow(string Rule, Scenario Scenario, string Mutant, Mutation Mutation, string Checker)
{
    public override string ToString() => $"{Rule}: {Mutant}";
}
