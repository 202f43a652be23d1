using System.Globalization;
using MySqlHa.Machines.Hosts;
using MySqlHa.Sandbox;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// sysbench's own oltp_point_select, from outside of all hosts: one row by its primary key, a prepared statement, each connection one
/// query after the other.
/// </summary>
internal sealed class LoadGenerator
{
    private readonly string _program = BenchmarkPlan.Program("SYSBENCH", "sysbench");
    private readonly string _options;

    /// <param name="folder">Holds the password: not on a command line.</param>
    public LoadGenerator(string folder, ClientAccount account)
    {
        _options = Path.Combine(folder, "sysbench.cfg");
        using var file = new StreamWriter(new FileStream(_options, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }));
        file.Write(
            $"""
            mysql-user={account.User}
            mysql-password={account.Password}
            table-size=1000
            percentile=99
            histogram=on

            """);
    }

    /// <summary>Makes its table anew in the schema sbtest.</summary>
    public async Task PrepareAsync(string host, int port)
    {
        _ = await RunAsync(host, port, "cleanup", null);
        _ = await RunAsync(host, port, "prepare", null);
    }

    /// <param name="pace">
    /// Queries a second of all connections together, each from when it was due (sysbench's --rate); 0: as many as they can.
    /// </param>
    /// <param name="begun">Called when all are connected and the queries begin.</param>
    /// <param name="ended">Called when the last one was answered.</param>
    public async Task<LoadResult> LoadAsync(string host, int port, int connections, int pace, int seconds, Action begun, Action ended)
    {
        void Line(string text)
        {
            if (text.StartsWith("Threads started", StringComparison.Ordinal))
            {
                begun();
            }
            else if (text.StartsWith("Latency histogram", StringComparison.Ordinal))
            {
                ended();
            }
        }

        string[] words = [$"--threads={Digits(connections)}", $"--rate={Digits(pace)}", $"--time={Digits(seconds)}"];
        return LoadResult.Parse(await RunAsync(host, port, "run", Line, words));
    }

    private async Task<string> RunAsync(string host, int port, string command, Action<string>? line, params string[] words)
    {
        string[] all =
        [
            "oltp_point_select", $"--config-file={_options}", $"--mysql-host={host}", $"--mysql-port={Digits(port)}", .. words, command,
        ];
        var result = await Shell.RunAsync(_program, all, line: (text, error) => line?.Invoke(text));
        var fatal = (result.Out + result.Error).Split('\n').FirstOrDefault(l => l.StartsWith("FATAL", StringComparison.Ordinal));
        return result.Good && fatal is null ? result.Out : throw new IOException($"sysbench {command}: {fatal ?? result.LastLine}");
    }

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);
}
