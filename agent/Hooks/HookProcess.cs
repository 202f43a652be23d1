using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Hooks;

/// <summary>How a hook ended.</summary>
/// <param name="ExitCode">Null: it was killed at its time limit, or did not start; <paramref name="Problem"/> says which.</param>
/// <param name="LastLine">The last line that is not blank of what it wrote, at most 500 characters; empty: none.</param>
internal sealed record HookOutcome(int? ExitCode, string LastLine, string Problem);

/// <summary>Runs one executable of an operator: no input, an environment of its own, and a time limit.</summary>
internal static class HookProcess
{
    private const int MostOutput = 64 * 1024;
    private const int LongestLine = 500;

    /// <summary>By it a hook's processes are known, whoever their parent is by now.</summary>
    private const string Mark = "MYSQLHA_RUN";
    private const int MostRounds = 10;

    /// <summary>What it gets from the agent's own environment: nothing there may be a secret.</summary>
    private static readonly string[] Inherited = ["PATH", "HOME", "LANG", "TZ"];

    public static async Task<HookOutcome> RunAsync(
        string path, IReadOnlyDictionary<string, string> environment, TimeSpan limit, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(path)
        {
            WorkingDirectory = Path.GetDirectoryName(path),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in Inherited.Select(n => (n, Environment.GetEnvironmentVariable(n))))
        {
            start.Environment[name] = value;
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var run = Guid.NewGuid().ToString("N");
        start.Environment[Mark] = run;
        using var process = new Process { StartInfo = start };
        try
        {
            _ = process.Start();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
        {
            return new HookOutcome(null, "", $"it did not start: {e.Message}");
        }

        process.StandardInput.Close();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ends.CancelAfter(limit);
        var output = new OutputTail();
        try
        {
            // Its own end counts: who inherited its pipes and lives on is not waited for.
            var reading = Task.WhenAll(
                output.ReadAsync(process.StandardOutput, ends.Token), output.ReadAsync(process.StandardError, ends.Token));
            await process.WaitForExitAsync(ends.Token);
            await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None));
            return new HookOutcome(process.ExitCode, output.LastLine(), "");
        }
        catch (OperationCanceledException)
        {
            End(process, run);
            cancellation.ThrowIfCancellationRequested();
            return new HookOutcome(null, output.LastLine(), $"it was killed at its time limit of {limit.TotalSeconds:0.###} s");
        }
    }

    /// <summary>Kills it with all that it started: also what goes on below a parent that has ended, or in a session of its own.</summary>
    private static void End(Process process, string run)
    {
        Try(() => process.Kill(entireProcessTree: true));
        var mark = Encoding.ASCII.GetBytes($"{Mark}={run}\0");
        // Again while there is one: it may have started another meanwhile.
        for (var round = 0; round < MostRounds && Running(mark) is { Count: > 0 } found; round++)
        {
            found.ForEach(pid => Try(() =>
            {
                using var one = Process.GetProcessById(pid);
                one.Kill();
            }));
        }
    }

    private static List<int> Running(byte[] mark)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                Try(() =>
                {
                    if (File.ReadAllBytes($"{folder}/environ").AsSpan().IndexOf(mark) >= 0)
                    {
                        found.Add(pid);
                    }
                });
            }
        }

        return found;
    }

    /// <summary>What is gone meanwhile, or another user's, is left alone.</summary>
    private static void Try(Action look)
    {
        try
        {
            look();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or ArgumentException or AggregateException
            or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            // So nothing is to be done about it.
        }
    }

    /// <summary>The last of what comes from both pipes, bounded however much it is.</summary>
    private sealed class OutputTail
    {
        private readonly Lock _gate = new();
        private readonly StringBuilder _text = new();

        public async Task ReadAsync(StreamReader reader, CancellationToken cancellation)
        {
            var piece = new char[4096];
            try
            {
                while (await reader.ReadAsync(piece, cancellation) is > 0 and var read)
                {
                    lock (_gate)
                    {
                        _ = _text.Append(piece, 0, read);
                        if (_text.Length > MostOutput)
                        {
                            _ = _text.Remove(0, _text.Length - (MostOutput / 2));
                        }
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // What came is what there is.
            }
        }

        public string LastLine()
        {
            lock (_gate)
            {
                var line = _text.ToString().Split('\n').LastOrDefault(l => !string.IsNullOrWhiteSpace(l))?.Trim() ?? "";
                line = PlainText.OneLine(line);
                return line.Length > LongestLine ? line[..LongestLine] : line;
            }
        }
    }
}
