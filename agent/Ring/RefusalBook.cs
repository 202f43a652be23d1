using System.Net;
using Microsoft.Extensions.Logging;

namespace MySqlHa.Ring;

/// <summary>
/// Counts every refusal and logs each (remote address, reason) once in ten minutes. At most 256 pairs are remembered; beyond them it
/// only counts, so that forged source addresses can fill neither the memory nor the log. Any thread may call.
/// </summary>
internal sealed class RefusalBook(RingCounters counters, ILogger logger, TimeProvider time)
{
    internal const int MaxPairs = 256;
    private const int QuietMinutes = 10;
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(QuietMinutes);

    private readonly Lock _lock = new();
    private readonly Dictionary<(IPAddress Remote, RingRefusal Reason), long> _loggedAt = [];
    private long? _fullAt;

    internal void Refuse(RingRefusal reason, IPAddress remote, string sentence)
    {
        counters.Refuse(reason);
        switch (Note((remote, reason)))
        {
            case Notice.Log:
                RingLog.Refused(logger, remote, reason, sentence, QuietMinutes);
                break;
            case Notice.LogThatFull:
                RingLog.RefusalsOnlyCounted(logger, QuietMinutes);
                break;
        }
    }

    private enum Notice
    {
        None,
        Log,
        LogThatFull,
    }

    private Notice Note((IPAddress Remote, RingRefusal Reason) pair)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_loggedAt.TryGetValue(pair, out var at) && time.GetElapsedTime(at, now) < Quiet)
            {
                return Notice.None;
            }

            if (_loggedAt.Count >= MaxPairs)
            {
                // Full and nothing to forget: looked at again only when the quiet time is over, not for each packet.
                if (_fullAt is { } since && time.GetElapsedTime(since, now) < Quiet)
                {
                    return Notice.None;
                }

                foreach (var old in _loggedAt.Where(p => time.GetElapsedTime(p.Value, now) >= Quiet).Select(p => p.Key).ToList())
                {
                    _ = _loggedAt.Remove(old);
                }

                if (_loggedAt.Count >= MaxPairs)
                {
                    _fullAt = now;
                    return Notice.LogThatFull;
                }
            }

            _loggedAt[pair] = now;
            return Notice.Log;
        }
    }
}
