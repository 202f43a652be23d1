using MySqlHa.Supervision;

namespace MySqlHa.Guard;

/// <summary>
/// A process of this boot: its number, and its start time in the kernel's ticks, so that no later one of that number is meant.
/// </summary>
internal readonly record struct ProcessName(int Pid, long StartTime)
{
    public static readonly ProcessName None = new(0, 0);

    public bool IsNone => Pid == 0;

    public bool Lives => Pid > 0 && LinuxProcess.StartTime(Pid) == StartTime;

    public static ProcessName Of(int pid) => LinuxProcess.StartTime(pid) is { } start ? new ProcessName(pid, start) : None;
}
