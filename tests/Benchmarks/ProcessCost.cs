using System.Diagnostics;
using System.Globalization;
using MySqlHa.Sandbox;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>What the processes of a cluster have used so far, summed by what they are.</summary>
internal sealed class ProcessCost
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on all machines that .NET knows
    private readonly Dictionary<string, (double Seconds, double Mebibytes)> _used = [];
    private readonly long _at = Stopwatch.GetTimestamp();

    /// <param name="leader">Its processes are summed apart; of the others' the mean is told.</param>
    public static async Task<ProcessCost> LookAsync(BenchmarkNetwork network, IReadOnlyList<int> nodes, int leader)
    {
        var cost = new ProcessCost();
        foreach (var node in nodes)
        {
            foreach (var process in await network.ProcessesAsync(node))
            {
                cost.Add(process, node == leader ? "leader" : "follower", node == leader ? 1 : nodes.Count - 1);
            }
        }

        using var client = Process.GetCurrentProcess();
        cost._used["client"] = (client.TotalProcessorTime.TotalSeconds, client.WorkingSet64 / 1048576.0);
        return cost;
    }

    /// <summary>CPU seconds that a process has used so far, and MiB resident now. Throws <see cref="IOException"/>: it ended.</summary>
    public static (double Seconds, double Mebibytes) Of(LiveProcess process)
    {
        var stat = File.ReadAllText($"/proc/{process.Pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var seconds = (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
        return (seconds, Number(fields[21]) * Environment.SystemPageSize / 1048576);
    }

    /// <summary>Percent of a core since an earlier look, and resident memory now, of each kind of process.</summary>
    public IEnumerable<(string Of, double Percent, double Mebibytes)> Since(ProcessCost before)
    {
        var seconds = Stopwatch.GetElapsedTime(before._at, _at).TotalSeconds;
        double Used(string of) => _used[of].Seconds - before._used.GetValueOrDefault(of).Seconds;
        return _used.Select(u => (u.Key, 100 * Used(u.Key) / seconds, u.Value.Mebibytes));
    }

    private void Add(LiveProcess process, string role, int nodes)
    {
        var kind = process.Name == "mysqld" ? "mysqld" : process.Arguments.Contains("guard") ? "guard" : "agent";
        try
        {
            var (seconds, mebibytes) = Of(process);
            var so = _used.GetValueOrDefault($"{kind} of {role}");
            _used[$"{kind} of {role}"] = (so.Seconds + (seconds / nodes), so.Mebibytes + (mebibytes / nodes));
        }
        catch (IOException)
        {
            // It ended between two looks.
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
