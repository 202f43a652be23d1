using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MySqlHa.Tests.Ring;

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordedLog : ILogger
{
    internal ConcurrentQueue<(int Id, LogLevel Level, string Text)> Lines { get; } = [];

    internal string All => string.Join('\n', Lines.Select(line => line.Text));

    internal int Refusals => Lines.Count(line => line.Id == 2010);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((eventId.Id, logLevel, formatter(state, exception)));
}
