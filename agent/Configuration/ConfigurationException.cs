using System.Collections.Immutable;

namespace MySqlHa.Configuration;

/// <summary>The configuration cannot be used. It says everything that is wrong at once, so that one edit mends it.</summary>
public sealed class ConfigurationException(IEnumerable<ConfigurationProblem> problems) : Exception
{
    /// <summary>At least one, in the order of the file.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; } = [.. problems];

    public override string Message => string.Join(Environment.NewLine, Problems);
}
