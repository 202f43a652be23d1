using System.Runtime.InteropServices;
using MySqlHa.Cluster;

namespace MySqlHa.Guard;

/// <summary>
/// Waits for an instant or for a change of a file, whichever comes first, and costs nothing meanwhile. The instant is one of the clock that
/// counts through suspend: a machine that was asleep beyond it wakes up to it.
/// </summary>
internal sealed partial class BootAlarm : IDisposable
{
    private const int ClockBoottime = 7;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int Absolute = 1;
    private const uint Modified = 2;
    private const short PollIn = 1;
    private readonly int _changes;
    private readonly int _timer;

    public BootAlarm(string file)
    {
        _changes = Good(inotify_init1(CloseOnExec | NonBlocking), "a watch on files");
        _timer = Good(timerfd_create(ClockBoottime, CloseOnExec | NonBlocking), "a timer");
        _ = Good(inotify_add_watch(_changes, file, Modified), $"a watch on {file}");
    }

    /// <summary>May return early.</summary>
    public unsafe void Wait(Instant until)
    {
        var at = stackalloc long[4]; // interval, then instant, each in seconds and nanoseconds; all 0 is no alarm
        new Span<long>(at, 4).Clear();
        if (until != Instant.Never)
        {
            (at[2], at[3]) = (until.Micros / 1_000_000, Math.Max(1, until.Micros % 1_000_000 * 1000));
        }

        _ = Good(timerfd_settime(_timer, Absolute, at, null), "setting a timer");
        var waited = stackalloc PollFd[2];
        waited[0] = new PollFd { Descriptor = _changes, Events = PollIn };
        waited[1] = new PollFd { Descriptor = _timer, Events = PollIn };
        _ = poll(waited, 2, -1);
        var events = stackalloc byte[4096];
        _ = read(_changes, events, 4096);
    }

    public void Dispose()
    {
        _ = close(_timer);
        _ = close(_changes);
    }

    private static int Good(int result, string what) =>
        result >= 0
            ? result
            : throw new IOException($"the system refused {what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int descriptor, string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int timerfd_create(int clock, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int timerfd_settime(int descriptor, int flags, long* value, long* old);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int poll(PollFd* descriptors, ulong count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
