using System.Diagnostics;

namespace MySqlHa.Api;

/// <summary>What this process uses, by the names that Prometheus' own clients give it.</summary>
internal static class ProcessMetrics
{
    private static readonly double Started = StartedAt();

    public static void Write(MetricsText text)
    {
        text.Counters(
            "process_cpu_seconds_total", "Processor time that the agent used, of user and kernel together; mysqld's is not in it.",
            [([], Environment.CpuUsage.TotalTime.TotalSeconds)]);
        text.Gauge("process_resident_memory_bytes", "Memory of the agent that is in RAM.", Environment.WorkingSet);
        text.Gauge("process_start_time_seconds", "When the agent was started, in seconds since 1970.", Started);
    }

    private static double StartedAt()
    {
        using var self = Process.GetCurrentProcess();
        return new DateTimeOffset(self.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0;
    }
}
