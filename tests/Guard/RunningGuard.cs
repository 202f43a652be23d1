using System.Diagnostics;
using MySqlHa.Cluster;
using MySqlHa.Guard;
using MySqlHa.Supervision;
using MySqlHa.Tests.Storage;
using Xunit;

namespace MySqlHa.Tests.Guard;

/// <summary>A real <c>mysqlha guard</c>, and the agent's side of it played by the test.</summary>
internal sealed class RunningGuard : IDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly List<Process> _all = [];
    private readonly LineFile _orders;
    private readonly LineFile _signs;

    public RunningGuard(params string[] flags)
    {
        _ = Directory.CreateDirectory(Run);
        (_orders, _signs) = (GuardFiles.Orders(Run), GuardFiles.Signs(Run));
        Process = Begin(flags);
    }

    public Process Process { get; }

    public string Run => Path.Combine(_data.Path, "run");

    public string Printed => File.Exists(Log) ? File.ReadAllText(Log) : "";

    private string Log => Path.Combine(_data.Path, "guard.log");

    public static Instant Now => BootClock.Now;

    /// <summary>Another one for the same node.</summary>
    public Process Begin(params string[] flags)
    {
        var start = new ProcessStartInfo("/bin/sh");
        var dotnet = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../dotnet");
        foreach (var word in (string[])["-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh", Log, dotnet,
            Path.Combine(AppContext.BaseDirectory, "mysqlha.dll"), "guard", "--data", _data.Path, .. flags])
        {
            start.ArgumentList.Add(word);
        }

        var process = Process.Start(start)!;
        _all.Add(process);
        return process;
    }

    /// <summary>Tells it, and waits until it has heard.</summary>
    public async Task<GuardSign> OrderAsync(ProcessName mysqld, Instant fenceAt)
    {
        var order = new GuardOrder(Now, mysqld, fenceAt);
        _orders.Write(order.Line(BootClock.BootId));
        return await UntilAsync("the order is heard", () => Sign is { } sign && sign.At >= order.At ? sign : null);
    }

    public void Write(string line) => _orders.Write(line);

    public GuardSign? Sign => GuardSign.Parse(_signs.Read(), BootClock.BootId);

    public async Task<T> UntilAsync<T>(string what, Func<T?> seen)
        where T : class
    {
        var since = Stopwatch.GetTimestamp();
        T? result;
        while ((result = seen()) is null)
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < 20, $"not within 20 s: {what}. The guard printed:\n{Printed}");
            await Task.Delay(2);
        }

        return result;
    }

    public Task UntilAsync(string what, Func<bool> condition) => UntilAsync(what, () => condition() ? this : null);

    public void Dispose()
    {
        foreach (var process in _all)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _orders.Dispose();
        _signs.Dispose();
        _data.Dispose();
    }
}
