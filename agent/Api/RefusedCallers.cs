using Microsoft.Extensions.Logging;

namespace MySqlHa.Api;

/// <summary>
/// Counts refusals and logs each (remote address, reason) once in ten minutes. At most 256 are remembered; beyond them it only counts, so
/// that who guesses tokens fills neither the memory nor the log. Any thread may call.
/// </summary>
internal sealed class RefusedCallers(ILogger logger, TimeProvider time)
{
    internal const int Most = 256;
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private readonly Dictionary<(string From, string Code), long> _loggedAt = [];
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Note(string from, string code, string why)
    {
        var count = Interlocked.Increment(ref _count);
        if (IsNews(from, code))
        {
            ApiLog.Refused(logger, from, why, count);
        }
    }

    private bool IsNews(string from, string code)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_loggedAt.TryGetValue((from, code), out var at))
            {
                if (time.GetElapsedTime(at, now) < Quiet)
                {
                    return false;
                }
            }
            else if (_loggedAt.Count >= Most)
            {
                foreach (var old in _loggedAt.Where(p => time.GetElapsedTime(p.Value, now) >= Quiet).Select(p => p.Key).ToList())
                {
                    _ = _loggedAt.Remove(old);
                }

                if (_loggedAt.Count >= Most)
                {
                    return false;
                }
            }

            _loggedAt[(from, code)] = now;
            return true;
        }
    }
}
