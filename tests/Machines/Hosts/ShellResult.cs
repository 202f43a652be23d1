namespace MySqlHa.Machines.Hosts;

/// <summary>How a program ended.</summary>
/// <param name="Out">All of its standard output.</param>
/// <param name="Error">All of its standard error.</param>
public sealed record ShellResult(int ExitCode, string Out, string Error)
{
    public bool Good => ExitCode == 0;

    /// <summary>Its last word, for a sentence: the last line of its errors, else of its output.</summary>
    public string LastLine =>
        (Error.Trim().Length > 0 ? Error : Out).Trim().Split('\n')[^1] is { Length: > 0 } line ? line : $"exit code {ExitCode}";
}
