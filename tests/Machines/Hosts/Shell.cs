using System.Diagnostics;
using System.Text;

namespace MySqlHa.Machines.Hosts;

/// <summary>Programs of this machine, by the machine's own path.</summary>
public static class Shell
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="input">Its standard input; null: nothing is there to read.</param>
    /// <param name="line">Called with each line as it comes, true for standard error.</param>
    /// <param name="environment">Beside that of this process.</param>
    public static async Task<ShellResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? input = null,
        Action<string, bool>? line = null,
        string? folder = null,
        IEnumerable<KeyValuePair<string, string>>? environment = null,
        CancellationToken cancellation = default)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        try
        {
            var output = ReadAsync(process.StandardOutput, text => line?.Invoke(text, false), cancellation);
            var error = ReadAsync(process.StandardError, text => line?.Invoke(text, true), cancellation);
            await WriteAsync(process.StandardInput, input);
            await process.WaitForExitAsync(cancellation);
            return new ShellResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>As <see cref="RunAsync"/>; throws with the program's last words where it does not end with 0.</summary>
    public static async Task<string> MustAsync(string program, params string[] arguments)
    {
        var result = await RunAsync(program, arguments);
        return result.Good
            ? result.Out
            : throw new MachinesException($"{program} {string.Join(' ', arguments)}: {result.LastLine}");
    }

    /// <summary>Looks again every 50 ms until something is so. False: the deadline came first.</summary>
    public static async Task<bool> UntilAsync(Func<Task<bool>> so, TimeSpan deadline, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        while (!await so())
        {
            if (clock.Elapsed > deadline)
            {
                return false;
            }

            await Task.Delay(50, cancellation);
        }

        return true;
    }

    private static async Task WriteAsync(StreamWriter stdin, string? input)
    {
        try
        {
            await using (stdin)
            {
                await stdin.WriteAsync(input);
            }
        }
        catch (IOException)
        {
            // It ended without reading all of it; its exit code tells.
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, Action<string> line, CancellationToken cancellation)
    {
        var all = new StringBuilder();
        var buffer = new char[4096];
        var begun = new StringBuilder();
        int count;
        while ((count = await reader.ReadAsync(buffer, cancellation)) > 0)
        {
            _ = all.Append(buffer, 0, count);
            foreach (var c in buffer.AsSpan(0, count))
            {
                if (c != '\n')
                {
                    _ = begun.Append(c);
                    continue;
                }

                line(begun.ToString());
                _ = begun.Clear();
            }
        }

        if (begun.Length > 0)
        {
            line(begun.ToString());
        }

        return all.ToString();
    }
}
