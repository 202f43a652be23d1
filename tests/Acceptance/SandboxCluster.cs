using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MySqlHa.Replication;
using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// A cluster of three real nodes, made and mistreated with the repository's own <c>./sandbox</c>, as a person would. Seen from
/// outside only: what the command prints, the HTTP port, and MySQL as the application account.
/// </summary>
#pragma warning disable CA1001 // xunit disposes of it by IAsyncLifetime
public class SandboxCluster : IAsyncLifetime
#pragma warning restore CA1001
{
    /// <summary>Of the first node; the others follow it. Another one where two runs are to live side by side.</summary>
    internal static string BaseIp { get; } = Environment.GetEnvironmentVariable("MYSQLHA_ACCEPTANCE_BASE_IP") ?? "127.0.0.41";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>The account of the applications; null: it is not known yet.</summary>
    internal SandboxStatus.Account? Client { get; private set; }

    public static IReadOnlyList<int> Numbers { get; } = [1, 2, 3];

    public static string AddressOf(int node)
    {
        var bytes = System.Net.IPAddress.Parse(BaseIp).GetAddressBytes();
        bytes[3] += (byte)(node - 1);
        return new System.Net.IPAddress(bytes).ToString();
    }

    public virtual async Task InitializeAsync()
    {
        ThreadPool.SetMinThreads(64, 64); // the driver blocks a thread for each server that hangs
        await BuildAsync();
        await RunAsync("down");
        await LeaveCutAsync();
        await RunAsync(["up", "--timing", Timing]);
        await WholeAsync(within: 20);
    }

    /// <summary>As a run that was killed leaves its cuts: the next sandbox at these addresses begins without.</summary>
    private static async Task LeaveCutAsync()
    {
        if (PartitionFactAttribute.Refusal is null)
        {
            var table = $"mysqlha_{BaseIp.Replace('.', '_')}";
            _ = await Machines.Hosts.Shell.MustAsync(
                "nft",
                $"add table inet {table}; add chain inet {table} arriving {{ type filter hook input priority -10; }}; "
                    + $"add rule inet {table} arriving ip daddr {AddressOf(2)} ip saddr != {AddressOf(2)} drop");
        }
    }

    /// <summary>The agent's native build takes minutes where others build too, and no test waits for that.</summary>
    protected static async Task BuildAsync()
    {
        var (exit, _, errors) = await TryAsync(["--help"], within: 900);
        Assert.True(exit == 0, errors);
    }

    public virtual async Task DisposeAsync()
    {
        _http.Dispose();
        string[] keep = Environment.GetEnvironmentVariable("MYSQLHA_ACCEPTANCE_KEEP") == "1" ? ["--keep-data"] : [];
        await RunAsync(["down", .. keep]);
    }

    /// <summary>
    /// What is tested is what happens, not how soon: on a machine that does three nodes' work at once beside the tests a lease of
    /// one second would run out by itself now and then.
    /// </summary>
    protected virtual string Timing => "balanced";

    /// <summary>Runs <c>./sandbox</c> with these words; throws with what it printed where it fails.</summary>
    internal static async Task<string> RunAsync(params string[] words)
    {
        var (exit, output, errors) = await TryAsync(words);
        return exit == 0 ? output : throw new InvalidOperationException($"./sandbox {string.Join(' ', words)} ended with {exit}: {errors}");
    }

    internal static Task<(int Exit, string Output, string Errors)> TryAsync(params string[] words) => TryAsync(words, within: 120);

    private static async Task<(int Exit, string Output, string Errors)> TryAsync(string[] words, int within)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "sandbox"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in (string[])[words[0], "--base-ip", BaseIp, .. words.Skip(1)])
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(within));
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output, await errors);
    }

    internal async Task<SandboxStatus> StatusAsync()
    {
        // Ends with 3 where there is no leader; the document is printed all the same.
        var (_, output, errors) = await TryAsync("status", "--json");
        var status = output.Length == 0
            ? throw new InvalidOperationException($"./sandbox status --json printed nothing: {errors}")
            : JsonSerializer.Deserialize<SandboxStatus>(output, Json)!;
        Client = status.Client ?? Client;
        return status;
    }

    /// <summary>Waits for a status that fits; fails with the last one and the ends of the agents' logs.</summary>
    internal async Task<SandboxStatus> ExpectAsync(string what, double within, Func<SandboxStatus, bool> condition)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var status = await StatusAsync();
            if (condition(status))
            {
                return status;
            }

            if (Stopwatch.GetElapsedTime(since).TotalSeconds >= within)
            {
                Assert.Fail($"not within {within} s: {what}\n{status}\n{await LastWordsAsync()}");
            }

            await Task.Delay(150); // each look is a command of its own
        }
    }

    /// <summary>As an assertion, with the ends of the agents' logs where it fails.</summary>
    internal async Task ShouldAsync(bool holds, string what)
    {
        if (!holds)
        {
            Assert.Fail($"{what}\n{await LastWordsAsync()}");
        }
    }

    /// <summary>One leader and two healthy followers.</summary>
    internal Task<SandboxStatus> WholeAsync(double within) => ExpectAsync("one leader, two healthy followers", within, s => s.Whole);

    /// <summary>A leader that is another node than this one. The status of a minority names none.</summary>
    internal Task<SandboxStatus> OtherLeaderAsync(int than, double within) =>
        ExpectAsync($"a leader other than node {than}", within, s => s.LeaderNumber > 0 && s.LeaderNumber != than);

    /// <summary>Undoes whatever a test before left, so that one failure stays one.</summary>
    internal async Task<SandboxStatus> ReadyAsync(double within = 40)
    {
        await MendAsync();
        foreach (var node in Numbers)
        {
            await StartAsync(node);
        }

        return await WholeAsync(within);
    }

    /// <summary>Takes away what stands in the cluster's way; what is dead stays dead.</summary>
    internal virtual Task MendAsync() => TryAsync("heal"); // refused without root, where there is no cut either

    /// <summary>Starts a dead node, thaws a frozen one.</summary>
    internal virtual Task StartAsync(int node) => RunAsync("start", node.ToString(CultureInfo.InvariantCulture));

    /// <summary>The agent alone.</summary>
    internal virtual Task RestartAsync(int node) => RunAsync("restart", node.ToString(CultureInfo.InvariantCulture));

    /// <summary>The document of a node's <c>/view</c>.</summary>
    internal async Task<JsonElement> ViewAsync(int node) =>
        JsonSerializer.Deserialize<JsonElement>(await _http.GetStringAsync(new Uri($"http://{AddressOf(node)}:9631/view")));

    /// <summary>The document of a node's <c>/census</c>.</summary>
    internal async Task<JsonElement> CensusAsync(int node) =>
        JsonSerializer.Deserialize<JsonElement>(await _http.GetStringAsync(new Uri($"http://{AddressOf(node)}:9631/census")));

    internal async Task<long> EpochAsync(int node) => (await ViewAsync(node)).GetProperty("epoch").GetInt64();

    /// <summary>A connection, open, of an application.</summary>
    internal async Task<DbConnection> ConnectAsync(int node, double within)
    {
        var client = Client ?? throw new InvalidOperationException("the account of the applications is not known yet");
        return await OpenAsync(MysqlDriver.Remote(AddressOf(node), 3306, client.User, client.Password), within);
    }

    /// <summary>The same through a node's proxy: 6446 leads to the leader, 6447 to followers.</summary>
    internal async Task<DbConnection> ConnectThroughAsync(int node, int port, double within)
    {
        var client = Client ?? throw new InvalidOperationException("the account of the applications is not known yet");
        return await OpenAsync(MysqlDriver.Remote(AddressOf(node), port, client.User, client.Password), within);
    }

    /// <summary>Which node a connection came to.</summary>
    internal static Task<int> WhoseAsync(DbConnection connection) => WhoseAsync(connection, Numbers, AddressOf);

    /// <summary>The same of any nodes that listen on one address each.</summary>
    internal static async Task<int> WhoseAsync(DbConnection connection, IEnumerable<int> nodes, Func<int, string> addressOf)
    {
        var address = (await Column.ReadAsync(connection, "SELECT @@bind_address", value => (string)value)).Single();
        return nodes.Single(n => addressOf(n) == address);
    }

    /// <summary>Opens it within so many seconds; a connection that is not open by then is given up.</summary>
    internal static async Task<DbConnection> OpenAsync(DbConnection connection, double within)
    {
        var opening = MysqlDriver.OpenAsync(connection);
        try
        {
            await opening.WaitAsync(TimeSpan.FromSeconds(within));
            return connection;
        }
        catch
        {
            Abandon(connection, opening);
            throw;
        }
    }

    internal static async Task<int> DoAsync(DbConnection connection, string sql, double within)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // the tests' own statements
        command.CommandText = sql;
#pragma warning restore CA2100
        // On a thread of its own: a driver's asynchronous call may block.
        return await Task.Run(command.ExecuteNonQuery).WaitAsync(TimeSpan.FromSeconds(within));
    }

    /// <summary>Closes it once it lets us, without waiting for that.</summary>
    internal static void Abandon(DbConnection connection, Task? busy = null) =>
        _ = Task.Run(async () =>
        {
            try
            {
                await (busy ?? Task.CompletedTask);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whoever abandoned it knows.
            }

            try
            {
                await connection.DisposeAsync();
            }
            catch (Exception e) when (e is DbException or IOException or InvalidOperationException or NullReferenceException)
            {
                // Nobody is left to be told.
            }
        });

    internal async Task<int> DoAsync(int node, string sql, double within = 5)
    {
        var connection = await ConnectAsync(node, within);
        try
        {
            return await DoAsync(connection, sql, within);
        }
        finally
        {
            Abandon(connection);
        }
    }

    /// <summary>The first column of a query's answer, as the node has it.</summary>
    internal async Task<List<long>> ReadAsync(int node, string sql)
    {
        await using var connection = await ConnectAsync(node, within: 5);
        return await Column.ReadAsync(connection, sql, value => Convert.ToInt64(value, CultureInfo.InvariantCulture));
    }

    internal static async Task<string> LastWordsAsync()
    {
        var words = new List<string>();
        foreach (var node in Numbers)
        {
            var number = node.ToString(CultureInfo.InvariantCulture);
            words.Add($"--- node {number}");
            words.AddRange((await TryAsync("logs", number)).Output.TrimEnd().Split('\n').TakeLast(25));
        }

        return string.Join('\n', words);
    }
}
