using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MySqlHa.Tests.Telemetry;

/// <summary>Keeps what is logged.</summary>
internal sealed class Words : ILogger
{
    public ConcurrentQueue<string> Said { get; } = new();

    public string All => string.Join('\n', Said);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Said.Enqueue(formatter(state, exception));
}
