using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MySqlHa.Replication;
using MySqlHa.Ring;
using MySqlHa.Sandbox;
using MySqlHa.Tests.RealMysqld;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// One node with a real <c>mysqlha agent</c>, on a loopback address of its own with the standard ports, seen from outside only: what it
/// prints, how it ends, its HTTP port and its MySQL. Ended at the end, with its mysqld and all it wrote.
/// </summary>
internal sealed class AgentNode : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private Process? _agent;
    private long _logStart;

    /// <param name="home">Where all nodes of a test live; their ring key too.</param>
    /// <param name="last">The last byte of the node's address; its peers are <paramref name="others"/>.</param>
    /// <param name="data">Its data directory; by default in its own one below <paramref name="home"/>.</param>
    public AgentNode(string home, int last, IEnumerable<int> others, string? data = null)
    {
        (Last, Host, Directory) = (last, Address(last), Path.Combine(home, $"n{last}"));
        Data = data ?? Path.Combine(Directory, "data");
        _ = System.IO.Directory.CreateDirectory(Directory);
        KeyFile = Path.Combine(home, "ring.key");
        if (!File.Exists(KeyFile))
        {
            RingKey.Create("starts").Save(KeyFile);
        }

        Configure(mysqld: MysqldOnThisMachine.Mysqld, others);
    }

    public int Last { get; }

    public string Host { get; }

    public string Directory { get; }

    public string Data { get; }

    public string KeyFile { get; set; }

    public string ConfigFile => Path.Combine(Directory, "agent.yaml");

    public string MysqlDirectory => Path.Combine(Data, "mysql");

    /// <summary>All that the last start printed.</summary>
    public string Printed
    {
        get
        {
            using var file = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = _logStart;
            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
    }

    public bool Runs => _agent is { HasExited: false };

    public int Pid => _agent!.Id;

    private string LogFile => Path.Combine(Directory, "agent.log");

    public static string Address(int last) => $"127.0.0.{last.ToString(CultureInfo.InvariantCulture)}";

    public void Configure(string mysqld, IEnumerable<int> others, params string[] lines) => File.WriteAllText(
        ConfigFile,
        $"""
        name: n{Last}
        listen: {Host}
        data: {JsonSerializer.Serialize(Data)}
        ring-key: {JsonSerializer.Serialize(KeyFile)}
        peers: [{string.Join(", ", others.Select(Address))}]
        mysqld: {JsonSerializer.Serialize(mysqld)}
        {(lines.Any(l => l.StartsWith("timing:", StringComparison.Ordinal)) ? "" : "timing: balanced")}
        {string.Join('\n', lines)}

        """);

    /// <summary>Starts all, and waits for their writable leader.</summary>
    public static async Task<AgentNode> StartAsync(IReadOnlyList<AgentNode> nodes)
    {
        AgentNode? leader = null;
        foreach (var node in nodes)
        {
            node.Start();
        }

        await nodes[0].UntilAsync(
            "a leader is writable",
            async () => await nodes[0].LeaderAsync() is { Length: > 0 } host && (leader = nodes.Single(n => n.Host == host)) is not null,
            within: 120);
        return leader!;
    }

    public void Start(params string[] flags)
    {
        Assert.False(Runs, $"{Host}: its agent runs already");
        _logStart = File.Exists(LogFile) ? new FileInfo(LogFile).Length : 0;
        var start = new ProcessStartInfo("/bin/sh");
        var dotnet = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../dotnet");
        foreach (var word in (string[])["-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh", LogFile, dotnet,
            Path.Combine(AppContext.BaseDirectory, "mysqlha.dll"), "agent", "--config", ConfigFile, .. flags])
        {
            start.ArgumentList.Add(word);
        }

        _agent = Process.Start(start)!;
    }

    /// <summary>Starts it, expects it to end by itself, and returns how and with what words.</summary>
    public async Task<(int Code, string Printed)> RefusedAsync(params string[] flags)
    {
        Start(flags);
        return await EndAsync(within: 20);
    }

    public async Task<(int Code, string Printed)> EndAsync(double within)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(within));
        try
        {
            await _agent!.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{Host}: its agent did not end within {within} s. It printed:\n{Printed}");
        }

        return (_agent!.ExitCode, Printed);
    }

    /// <summary>SIGTERM, as systemd does; mysqld goes on.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_agent!.Id}"]);
        await kill.WaitForExitAsync();
        _ = await EndAsync(within: 20);
    }

    public Task UntilPrintedAsync(string words, double within) =>
        UntilAsync($"'{words}' is printed", () => Task.FromResult(Printed.Contains(words, StringComparison.Ordinal)), within);

    /// <summary>Waits for a condition; fails with what the agent printed.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> condition, double within)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await HoldsAsync(condition))
        {
            if (Stopwatch.GetElapsedTime(since).TotalSeconds > within)
            {
                Assert.Fail($"{Host}: not within {within} s: {what}. Its agent {(Runs ? "runs" : "has ended")} and printed:\n{Printed}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>The document of its <c>/view</c>.</summary>
    public async Task<JsonElement> ViewAsync() =>
        JsonSerializer.Deserialize<JsonElement>(await Http.GetStringAsync(new Uri($"http://{Host}:9631/view")));

    /// <summary>A service group in its <c>/census</c>: <c>mysql.staging</c>.</summary>
    public async Task<JsonElement> GroupAsync(string service)
    {
        var census = JsonSerializer.Deserialize<JsonElement>(await Http.GetStringAsync(new Uri($"http://{Host}:9631/census")));
        return census.GetProperty("census_groups").TryGetProperty(service, out var group)
            ? group
            : throw new HttpRequestException($"the census has no {service} yet");
    }

    /// <summary>Host of the leader that this node knows and that is writable; empty: none.</summary>
    public async Task<string> LeaderAsync()
    {
        var view = await ViewAsync();
        var leader = view.TryGetProperty("leader", out var id) && view.GetProperty("leaderWritable").GetBoolean() ? id.GetString() : null;
        return view.GetProperty("members").EnumerateArray().Where(m => m.GetProperty("id").GetString() == leader)
            .Select(m => m.GetProperty("address").GetProperty("host").GetString()!).FirstOrDefault() ?? "";
    }

    /// <summary>What it waits for, as people are told.</summary>
    public async Task<string> ReasonsAsync() =>
        string.Join('\n', (await ViewAsync()).GetProperty("reasons").EnumerateArray().Select(r => r.GetProperty("text").GetString()));

    /// <summary>The first column of an answer, as the application's account or another.</summary>
    public async Task<List<string>> ReadAsync(string sql, string? user = null, string password = "")
    {
        await using var connection = user is null ? Application() : MysqlDriver.Remote(Host, 3306, user, password);
        await MysqlDriver.OpenAsync(connection).WaitAsync(TimeSpan.FromSeconds(5));
        return await Column.ReadAsync(connection, sql, value => Convert.ToString(value, CultureInfo.InvariantCulture)!);
    }

    /// <summary>Kills the agent at once, and mysqld and guard too.</summary>
    public async Task KillAsync()
    {
        if (Runs)
        {
            _agent!.Kill();
            await _agent.WaitForExitAsync();
        }

        var ours = LiveProcess.All().Where(p => p.Arguments.Any(a => a.StartsWith($"--datadir={MysqlDirectory}", StringComparison.Ordinal))
            || (p.Arguments.Contains("guard") && p.Arguments.Contains(Data))).ToList();
        foreach (var process in ours)
        {
            _ = Signal.Send(process, Signal.Kill);
        }

        var since = Stopwatch.GetTimestamp();
        while (ours.Any(p => p.Alive))
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < 10, "what was killed does not end");
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _agent?.Dispose();
    }

    private DbConnection Application()
    {
        var lines = File.ReadAllLines(Path.Combine(Data, "client.cnf"));
        string Value(string key) => lines.Single(l => l.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..];
        return MysqlDriver.Remote(Host, 3306, Value("user"), Value("password"));
    }

    private static async Task<bool> HoldsAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (Exception e) when (e is HttpRequestException or DbException or IOException or TaskCanceledException or TimeoutException)
        {
            return false; // not there yet
        }
    }
}
