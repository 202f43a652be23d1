using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace MySqlHa.Telemetry;

/// <summary>
/// Logs to journald with fields, over its own socket. Never waits: what journald does not take at once is lost, and that is told with the
/// next line that it takes.
/// </summary>
public sealed class Journal : ILoggerProvider
{
    private const string Standard = "/run/systemd/journal/socket";
    private readonly Lock _gate = new();
    private readonly Socket _socket;
    private readonly UnixDomainSocketEndPoint _address;
    private long _lost;

    internal Journal(string path)
    {
        _address = new UnixDomainSocketEndPoint(path);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    }

    /// <summary>Null: what this process prints does not go to journald, or that has no socket here.</summary>
    public static Journal? OfThisService() =>
        IsOurs(Environment.GetEnvironmentVariable("JOURNAL_STREAM"), LinkOf) && File.Exists(Standard) ? new Journal(Standard) : null;

    /// <summary>
    /// Whether standard output or error is the stream that JOURNAL_STREAM ("device:inode") names: a child of a service inherits the
    /// variable, and may print elsewhere.
    /// </summary>
    /// <param name="linkOf">What a descriptor is, as /proc has it: "socket:[inode]".</param>
    internal static bool IsOurs(string? stream, Func<int, string?> linkOf) =>
        stream?.Split(':') is [_, { Length: > 0 } inode] && (linkOf(1) == $"socket:[{inode}]" || linkOf(2) == $"socket:[{inode}]");

    public ILogger CreateLogger(string categoryName) => new Lines(this);

    public void Dispose() => _socket.Dispose();

    private static string? LinkOf(int descriptor)
    {
        try
        {
            return new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget;
        }
        catch (IOException)
        {
            return null; // closed
        }
    }

    private void Write(JournalEntry entry)
    {
        lock (_gate)
        {
            if (_lost > 0)
            {
                var text = $"{_lost} lines were lost, as journald did not take them";
                var told = JournalEntry.Of(LogLevel.Warning, new EventId(7010), text, null, null);
                _lost = Sent(told) ? 0 : _lost;
            }

            _lost += Sent(entry) ? 0 : 1;
        }
    }

    private bool Sent(JournalEntry entry)
    {
        try
        {
            return _socket.SendTo(entry.Bytes, SocketFlags.None, _address) > 0;
        }
        catch (SocketException)
        {
            return false; // no room, or journald is being restarted
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private sealed class Lines(Journal journal) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = formatter(state, exception);
            journal.Write(JournalEntry.Of(
                logLevel, eventId, exception is null ? text : $"{text}: {exception.Message}", exception,
                state as IReadOnlyList<KeyValuePair<string, object?>>));
        }
    }
}
