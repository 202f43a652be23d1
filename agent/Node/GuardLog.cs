using Microsoft.Extensions.Logging;

namespace MySqlHa.Node;

/// <summary>What the agent logs about its guard: 4200 to 4299.</summary>
internal static partial class GuardLog
{
    [LoggerMessage(4200, LogLevel.Information, "A guard is started (pid {Pid})")]
    public static partial void Started(ILogger logger, int pid);

    [LoggerMessage(4201, LogLevel.Warning, "The guard (pid {Pid}) runs but does not answer: killed")]
    public static partial void Silent(ILogger logger, int pid);

    [LoggerMessage(4202, LogLevel.Error, "No guard can be started: {Why}")]
    public static partial void CannotStart(ILogger logger, string why);
}
