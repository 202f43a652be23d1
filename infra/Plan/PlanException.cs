namespace MySqlHa.Infra.Plan;

/// <summary>
/// Everything that is wrong with a request, one sentence each: nobody should have to deploy twice to hear of two mistakes.
/// </summary>
public sealed class PlanException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
