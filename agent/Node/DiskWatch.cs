using Microsoft.Extensions.Logging;
using MySqlHa.Core;

namespace MySqlHa.Node;

/// <summary>
/// The room on the disk that holds all of a node. mysqld waits for room in the middle of a commit, with its clients, so the agent has to
/// see it come, and not first fail at a write of its own: it may write nothing for hours.
/// </summary>
internal static class DiskWatch
{
    private const long MiB = 1 << 20;

    /// <summary>With less than this, the disk counts as full.</summary>
    private const long Least = 32 * MiB;

    /// <summary>Once full, it counts so until there is this much: a leader must not move back and forth with each log that is purged.</summary>
    private const long Enough = 64 * MiB;

    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Throws <see cref="IOException"/> where there is too little to start a mysqld.</summary>
    public static void RequireRoom(string data)
    {
        var free = Free(data);
        if (free < Least)
        {
            throw new IOException($"{Sentence(data, free)}; a start needs {Least / MiB} MiB");
        }
    }

    /// <summary>Whether a failed write failed because of that.</summary>
    public static bool IsFull(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e is IOException && (e.HResult & 0xffff) is NoSpace or QuotaExceeded)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns when there is room again.</summary>
    public static async Task UntilRoomAsync(string data, CancellationToken cancellation)
    {
        do
        {
            await Task.Delay(Every, cancellation);
        }
        while (Free(data) < Enough);
    }

    /// <summary>Tells each change, until cancelled.</summary>
    /// <param name="free">Bytes of the data's disk that may be written.</param>
    public static Task WatchAsync(
        string data, Func<string, long> free, Action<DiskNoted> tell, ILogger logger, CancellationToken cancellation)
    {
        var (full, least) = (false, long.MaxValue);
        return Watching.UntilCancelledAsync($"the room on the disk of {data}", Every, Look, logger, cancellation);

        void Look()
        {
            var now = free(data);
            least = Math.Min(least, now);
            if (full ? now >= Enough : now < Least)
            {
                full = !full;
                tell(new DiskNoted(full ? Sentence(data, now) : "", RanOut: least < MiB));
                least = full ? least : long.MaxValue;
            }
        }
    }

    /// <summary>Of the disk that a folder is on, in bytes.</summary>
    public static long Free(string data) => new DriveInfo(data).AvailableFreeSpace;

    private static string Sentence(string data, long free) => $"the disk of {data} is full ({free / MiB} MiB free)";
}
