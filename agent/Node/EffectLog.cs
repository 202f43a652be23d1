using Microsoft.Extensions.Logging;

namespace MySqlHa.Node;

/// <summary>What the runner of effects logs: 4100 to 4199.</summary>
internal static partial class EffectLog
{
    [LoggerMessage(4100, LogLevel.Information, "mysqld {Pid} of an earlier agent is taken over; {How}")]
    public static partial void Adopted(ILogger logger, int pid, string how);

    [LoggerMessage(4101, LogLevel.Warning, "Killing mysqld: {Why}")]
    public static partial void Killing(ILogger logger, string why);

    [LoggerMessage(4102, LogLevel.Error, "{Effect} broke")]
    public static partial void Broke(ILogger logger, string effect, Exception exception);

    [LoggerMessage(4103, LogLevel.Warning, "Transactions {Gtids}, which no other node has, are archived in {Path}")]
    public static partial void Archived(ILogger logger, string gtids, string path);

    [LoggerMessage(4104, LogLevel.Information, "Taking over the data in {Directory}, which no agent made: a private mysqld looks at it first")]
    public static partial void TakingOver(ILogger logger, string directory);

    [LoggerMessage(4105, LogLevel.Information, "The data in {Directory} is the cluster's now; its own accounts are as they were")]
    public static partial void TakenOver(ILogger logger, string directory);

    [LoggerMessage(4106, LogLevel.Warning, "mysqld {Pid} was being cloned by an earlier agent, which did not see it to its end: killed; its data is made anew")]
    public static partial void HalfCloned(ILogger logger, int pid);
}
