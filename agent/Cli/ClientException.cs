namespace MySqlHa.Cli;

/// <summary>A command cannot go on; one sentence for the person and a code for the script.</summary>
public sealed class ClientException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
