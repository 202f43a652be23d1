using Microsoft.Extensions.Logging;

namespace MySqlHa.Node;

/// <summary>What the loop logs: 4000 to 4099.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(4000, LogLevel.Information, "Agent {Version} of node {Node} at {Address} started (pid {Pid}, mysqld {Mysqld})")]
    public static partial void Started(ILogger logger, string version, string node, string address, int pid, string mysqld);

    /// <summary>An event; what is not in its sentence goes with it, for a log that has fields.</summary>
    /// <param name="node">In hex; empty: nobody in particular.</param>
    /// <param name="epoch">0: none.</param>
    [LoggerMessage(4001, LogLevel.Information, "{Text}")]
    public static partial void Happened(ILogger logger, string text, string code, string node, long epoch);

    [LoggerMessage(4002, LogLevel.Warning, "Frame of {Peer} dropped: {Why}")]
    public static partial void FrameDropped(ILogger logger, string peer, string why);

    [LoggerMessage(4003, LogLevel.Critical, "{Why}: the agent stops, as it must not go on without its memory")]
    public static partial void CannotKeep(ILogger logger, string why);

    [LoggerMessage(4004, LogLevel.Critical, "The agent's core failed and the agent stops; mysqld is left as it is until the guard ends it with its lease.")]
    public static partial void CoreFailed(ILogger logger, Exception exception);

    [LoggerMessage(4005, LogLevel.Information, "Agent stops; mysqld goes on")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(4006, LogLevel.Warning, "A step took {Milliseconds} ms: this machine is overloaded or its disk is slow")]
    public static partial void SlowStep(ILogger logger, long milliseconds);

    [LoggerMessage(4007, LogLevel.Warning, "{What}")]
    public static partial void Recovered(ILogger logger, string what);

    [LoggerMessage(4008, LogLevel.Critical, "The agent cannot start: {Why}")]
    public static partial void CannotStart(ILogger logger, string why);

    [LoggerMessage(4009, LogLevel.Critical, "The disk of {Data} is full: this node stays out until there is room; nothing is lost")]
    public static partial void WaitsForRoom(ILogger logger, string data);

    [LoggerMessage(4010, LogLevel.Information, "The disk of {Data} has room again: this node comes back")]
    public static partial void HasRoom(ILogger logger, string data);

    [LoggerMessage(4011, LogLevel.Error, "The agent could not look at {What}, and tries again: {Why}")]
    public static partial void LookFailed(ILogger logger, string what, string why);
}
