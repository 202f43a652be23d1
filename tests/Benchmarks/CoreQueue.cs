using System.Diagnostics;
using System.Globalization;
using MySqlHa.Sandbox;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>How many threads of a process could run and had no core, on average over a second.</summary>
internal static class CoreQueue
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(1);

    /// <summary>Of the second that begins a second from now: by then all that begins with a load has begun.</summary>
    public static async Task<double> LookAsync(LiveProcess process)
    {
        await Task.Delay(Span);
        var (began, before) = (Stopwatch.GetTimestamp(), Waits(process));
        await Task.Delay(Span);
        var (seconds, after) = (Stopwatch.GetElapsedTime(began).TotalSeconds, Waits(process));
        return after.Sum(thread => thread.Value - before.GetValueOrDefault(thread.Key)) / seconds;
    }

    /// <summary>
    /// Seconds of each thread: the second number of its schedstat, in nanoseconds (the kernel's Documentation/scheduler/sched-stats).
    /// </summary>
    private static Dictionary<string, double> Waits(LiveProcess process)
    {
        var waits = new Dictionary<string, double>();
        foreach (var thread in Directory.GetDirectories($"/proc/{process.Pid}/task"))
        {
            try
            {
                var numbers = File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ');
                waits[thread] = double.Parse(numbers[1], CultureInfo.InvariantCulture) / 1e9;
            }
            catch (IOException)
            {
                // It ended between two looks.
            }
        }

        return waits;
    }
}
