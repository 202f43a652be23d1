using Microsoft.Extensions.Logging;

namespace MySqlHa.Telemetry;

/// <summary>What those say who tell others of events: 7000 to 7099.</summary>
internal static partial class TelemetryLog
{
    [LoggerMessage(7000, LogLevel.Warning, "The {Where} does not take an event: {Why}; it is tried {HowLong}")]
    public static partial void ReceiverFails(ILogger logger, string where, string why, string howLong);

    [LoggerMessage(7001, LogLevel.Information, "The {Where} takes events again")]
    public static partial void ReceiverTakesAgain(ILogger logger, string where);

    [LoggerMessage(7002, LogLevel.Error, "The {Where} did not take {Code} ({Id}) for an hour: given up")]
    public static partial void ReceiverGivenUp(ILogger logger, string where, string code, string id);

    [LoggerMessage(7003, LogLevel.Error, "More than {Most} events wait for the {Where}: {Code} ({Id}), the oldest, is given up")]
    public static partial void ReceiverFull(ILogger logger, string where, int most, string code, string id);

    [LoggerMessage(7004, LogLevel.Error, "The {Where} refused {Code} ({Id}) {Times} times ({Why}): given up, and the next is sent")]
    public static partial void ReceiverRefuses(ILogger logger, string where, string code, string id, string why, int times);
}
