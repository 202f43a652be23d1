namespace MySqlHa.Infra.Plan;

/// <summary>
/// Everything that is wrong with a configuration, one sentence each: nobody should have to deploy twice to hear of two mistakes.
/// </summary>
public sealed class PlanException(IReadOnlyList<string> problems)
    : Exception($"The configuration cannot be used ({problems.Count} to mend):\n  " + string.Join("\n  ", problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
