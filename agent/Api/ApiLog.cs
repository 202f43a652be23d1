using Microsoft.Extensions.Logging;

namespace MySqlHa.Api;

/// <summary>What the API says in the log: 6000 to 6099.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(6001, LogLevel.Information, "API listens on {Host} port {Port}")]
    public static partial void Listening(ILogger logger, string host, int port);

    [LoggerMessage(6002, LogLevel.Information, "{Who} at {Remote} asked for {Request}: {Outcome}: {Reason}")]
    public static partial void Answered(ILogger logger, string who, string remote, string request, string outcome, string reason);

    [LoggerMessage(6003, LogLevel.Warning, "Request from {Remote} refused: {Reason} ({Count} refused so far; the same is told once in ten minutes)")]
    public static partial void Refused(ILogger logger, string remote, string reason, long count);
}
