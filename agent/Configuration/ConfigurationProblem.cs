namespace MySqlHa.Configuration;

/// <summary>One thing that is wrong with the configuration, and what would be right.</summary>
/// <param name="Key">The key as it is written in the file: <c>timing.lease</c>.</param>
/// <param name="Value">What was given; empty: nothing.</param>
/// <param name="Wrong">What is wrong with it, read after the value: "is not a duration".</param>
/// <param name="Allowed">What may stand there.</param>
/// <param name="Where">File and line, or the flag; empty: nowhere (a key that is missing).</param>
public sealed record ConfigurationProblem(string Key, string Value, string Wrong, string Allowed, string Where = "")
{
    public override string ToString()
    {
        var value = Value.Length == 0 ? "" : $"'{Value.ReplaceLineEndings("\\n")}' ";
        var where = Where.Length == 0 ? "" : $" ({Where})";
        return $"{Key}: {value}{Wrong}{where}; allowed: {Allowed}";
    }
}
