using System.Globalization;

namespace MySqlHa.Sandbox;

/// <summary>
/// A process as /proc showed it: number and start time together mean one process for all time, so a signal can never reach
/// another one that was given the same number.
/// </summary>
/// <param name="StartTime">In the kernel's ticks since boot.</param>
/// <param name="Stopped">Frozen by SIGSTOP.</param>
public sealed record LiveProcess(int Pid, long StartTime, bool Stopped, IReadOnlyList<string> Arguments)
{
    private const long KernelThread = 0x00200000; // PF_KTHREAD, in the flags of /proc/PID/stat
    private static readonly string[] ServerNames = ["mysqld", "mysqld-debug"];

    /// <summary>For people. A program that its loader was told to run goes by its own name.</summary>
    public string Name => ServerName ?? Path.GetFileName(Arguments[0]);

    private string? ServerName => Arguments.Select(Path.GetFileName).FirstOrDefault(ServerNames.Contains);

    /// <summary>All processes that this user may look at; dead ones that wait for their parent are left out.</summary>
    public static IEnumerable<LiveProcess> All() =>
        Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? Read(pid) : null)
            .OfType<LiveProcess>();

    /// <summary>Null: there is no such process, or only a dead one.</summary>
    public static LiveProcess? Read(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the name before it may hold anything
            if (fields[0] is "Z" or "X")
            {
                return null;
            }

            var ofTheKernel = (long.Parse(fields[6], CultureInfo.InvariantCulture) & KernelThread) != 0;
            var arguments = CommandLine(pid, ofTheKernel).Split('\0');
            return new LiveProcess(pid, long.Parse(fields[19], CultureInfo.InvariantCulture), fields[0] is "T" or "t", arguments);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>In the middle of an exec a process has none for a moment; only the kernel's own never have one.</summary>
    private static string CommandLine(int pid, bool ofTheKernel)
    {
        var text = File.ReadAllText($"/proc/{pid}/cmdline");
        for (var tries = 0; text.Length == 0 && !ofTheKernel && tries < 200; tries++)
        {
            Thread.Sleep(1);
            text = File.ReadAllText($"/proc/{pid}/cmdline");
        }

        return text;
    }

    /// <summary>Whether this very process still runs.</summary>
    public bool Alive => Read(Pid) is { } now && now.StartTime == StartTime;

    /// <summary>An agent started with this configuration file, while its shell hands over to it too.</summary>
    public bool IsAgentOf(SandboxNode node) => Runs("agent", "--config", node.ConfigFile);

    /// <summary>A guard that an agent of this node started.</summary>
    public bool IsGuardOf(SandboxNode node) => Runs("guard", "--data", node.DataDirectory);

    /// <summary>A mysqld (however it is wrapped) that was told of a file or folder in this node's data.</summary>
    public bool IsMysqldOf(SandboxNode node) =>
        ServerName is not null && Arguments.Any(a => a.Contains(node.DataDirectory + "/", StringComparison.Ordinal));

    private bool Runs(string command, string option, string value)
    {
        var at = Arguments.ToList().IndexOf(option);
        return at > 0 && Arguments[at - 1] == command && at + 1 < Arguments.Count && Arguments[at + 1] == value;
    }
}
