using Microsoft.Extensions.Logging;

namespace MySqlHa.Hooks;

/// <summary>What hooks leave in the log: 7100 to 7199.</summary>
internal static partial class HookLog
{
    [LoggerMessage(7101, LogLevel.Information, "Hook {Hook} ended with {ExitCode} after {Milliseconds} ms: {LastLine}")]
    public static partial void Ended(ILogger logger, string hook, int exitCode, long milliseconds, string lastLine);

    [LoggerMessage(7102, LogLevel.Warning, "Hook {Hook}: {Problem}")]
    public static partial void Wrong(ILogger logger, string hook, string problem);

    [LoggerMessage(7103, LogLevel.Warning, "Hooks are {Count} events behind what happens; those are left out")]
    public static partial void Behind(ILogger logger, int count);
}
