using System.Runtime.InteropServices;
using MySqlHa.Cluster;

namespace MySqlHa.Supervision;

/// <summary>CLOCK_BOOTTIME: monotonic, and it counts on while the machine is suspended, so a lease does not outlive a suspend.</summary>
internal static partial class BootClock
{
    private const int ClockBoottime = 7;

    public static Instant Now
    {
        get
        {
            _ = clock_gettime(ClockBoottime, out var time);
            return new Instant((time.Seconds * 1_000_000) + (time.Nanoseconds / 1000));
        }
    }

    /// <summary>Another one after each boot of the host (of the kernel, where containers share it).</summary>
    public static string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int clock_gettime(int clock, out TimeSpec time);
}
