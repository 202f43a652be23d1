using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using MySqlHa.Replication;
using MySqlHa.Tests.House;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// The real HAProxy before a real cluster, with the example of docs/ in which only addresses were changed: who writes comes to the leader,
/// whoever that is now, and who reads to its followers.
/// </summary>
[Collection(ClusterRoom.Name)]
public sealed partial class HaproxyTests(SandboxCluster cluster, ITestOutputHelper output)
{
    private const int WritePort = 6446;
    private const int ReadPort = 6447;

    /// <summary>As old examples for Patroni ask: no path at all.</summary>
    private const int BarePort = 6448;

    private static readonly string Host = SandboxCluster.AddressOf(8);

    [HaproxyFact]
    public async Task Writes_go_to_the_leader_and_reads_to_the_followers_whoever_leads()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var nodes = await NodesAsync(leader);
        var followers = SandboxCluster.Numbers.Where(n => n != leader).ToArray();
        var file = Path.GetTempFileName();
        using var haproxy = await StartAsync(file);
        try
        {
            foreach (var port in new[] { WritePort, BarePort })
            {
                await UntilAsync(
                    $"port {port} leads to node {leader}", async () => await NodeBehindAsync(port, nodes) == leader, within: 20);
            }

            await OnlyAsync(followers, nodes, within: 20);
            await DoAsync(WritePort, "CREATE DATABASE IF NOT EXISTS h");
            await DoAsync(WritePort, "CREATE TABLE IF NOT EXISTS h.rows_kept (id INT PRIMARY KEY)");
            await DoAsync(WritePort, "INSERT INTO h.rows_kept VALUES (1)");
            // A follower takes no write, whoever sends it there.
            _ = await Assert.ThrowsAnyAsync<DbException>(() => DoAsync(ReadPort, "INSERT INTO h.rows_kept VALUES (2)"));

            var lost = Stopwatch.GetTimestamp();
            var held = await ConnectAsync(WritePort);
            await SandboxCluster.RunAsync("kill", leader.ToString(CultureInfo.InvariantCulture));
            await UntilAsync(
                "a write comes to another node",
                async () => await DoAsync(WritePort, "REPLACE INTO h.rows_kept VALUES (3)") > 0
                    && await NodeBehindAsync(WritePort, nodes) != leader,
                within: 40);
            output.WriteLine($"writes again {Stopwatch.GetElapsedTime(lost).TotalSeconds:0.0} s after the command that killed the leader");
            var next = await NodeBehindAsync(WritePort, nodes);
            Assert.Equal((await cluster.OtherLeaderAsync(leader, within: 10)).LeaderNumber, next);
            _ = await Assert.ThrowsAnyAsync<Exception>(() => SandboxCluster.DoAsync(held, "SELECT 1", within: 10));
            SandboxCluster.Abandon(held);
            await UntilAsync("the bare check too", async () => await NodeBehindAsync(BarePort, nodes) == next, within: 20);
            await OnlyAsync([.. followers.Except([next])], nodes, within: 20);
            Assert.Equal([1, 3], await cluster.ReadAsync(next, "SELECT id FROM h.rows_kept ORDER BY id"));

            await SandboxCluster.RunAsync("start", leader.ToString(CultureInfo.InvariantCulture));
            await OnlyAsync([.. SandboxCluster.Numbers.Except([next])], nodes, within: 40);
            Assert.Equal(next, await NodeBehindAsync(WritePort, nodes));
            await DoAsync(WritePort, "DROP DATABASE h");
        }
        finally
        {
            haproxy.Kill();
            await haproxy.WaitForExitAsync();
            File.Delete(file);
        }
    }

    /// <summary>Waits until new sessions of readers come to each of these nodes, and, eight times in a row, to no other one.</summary>
    private async Task OnlyAsync(int[] wanted, Dictionary<string, int> nodes, double within)
    {
        await UntilAsync($"readers come to {string.Join(" and ", wanted)}, all of them and no other", async () =>
        {
            var seen = new List<int>();
            for (var session = 0; session < 8; session++)
            {
                seen.Add(await NodeBehindAsync(ReadPort, nodes));
            }

            return seen.Distinct().Order().SequenceEqual(wanted.Order());
        }, within);
    }

    /// <summary>The example as it is in docs/, at this address and before these nodes, and one more port behind it.</summary>
    private static async Task<Process> StartAsync(string file)
    {
        var text = string.Join('\n', Repository.Lines("docs/haproxy.cfg")).Replace("bind *:", $"bind {Host}:", StringComparison.Ordinal);
        text = Server().Replace(text, m => $"server node{m.Groups[1].Value} {SandboxCluster.AddressOf(m.Groups[1].Value[0] - '0')}:");
        var servers = SandboxCluster.Numbers.Select(n => $"    server node{n} {SandboxCluster.AddressOf(n)}:3306 check port 9631");
        text += $"\nlisten bare\n    bind {Host}:{BarePort}\n    option httpchk\n    http-check expect status 200\n"
            + "    default-server inter 1s fall 3 rise 2 on-marked-down shutdown-sessions\n" + string.Join('\n', servers) + '\n';
        await File.WriteAllTextAsync(file, text);
        var start = new ProcessStartInfo(HaproxyFactAttribute.Program!, ["-db", "-q", "-f", file]) { RedirectStandardError = true };
        var process = Process.Start(start)!;
        _ = process.StandardError.ReadToEndAsync();
        return process;
    }

    /// <summary>Node numbers by the uuid of their servers.</summary>
    private async Task<Dictionary<string, int>> NodesAsync(int asked) =>
        (await cluster.ViewAsync(asked)).GetProperty("members").EnumerateArray().ToDictionary(
            m => m.GetProperty("serverUuid").GetString()!,
            m => Numbered(m.GetProperty("address").GetProperty("host").GetString()!));

    private static int Numbered(string host) => SandboxCluster.Numbers.Single(n => SandboxCluster.AddressOf(n) == host);

    private async Task<int> NodeBehindAsync(int port, Dictionary<string, int> nodes)
    {
        await using var connection = await ConnectAsync(port);
        var uuid = (await Column.ReadAsync(connection, "SELECT @@server_uuid", value => (string)value)).Single();
        return nodes[uuid];
    }

    private async Task<int> DoAsync(int port, string sql)
    {
        await using var connection = await ConnectAsync(port);
        return await SandboxCluster.DoAsync(connection, sql, within: 5);
    }

    private async Task<DbConnection> ConnectAsync(int port)
    {
        var client = cluster.Client!;
        return await SandboxCluster.OpenAsync(MysqlDriver.Remote(Host, port, client.User, client.Password), within: 5);
    }

    /// <summary>A client that is refused tries again, until the deadline.</summary>
    private async Task UntilAsync(string what, Func<Task<bool>> condition, double within)
    {
        var since = Stopwatch.GetTimestamp();
        var last = "";
        while (true)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (Exception e) when (e is DbException or IOException or TimeoutException or System.Net.Sockets.SocketException)
            {
                last = e.Message;
            }

            var soon = Stopwatch.GetElapsedTime(since).TotalSeconds < within;
            await cluster.ShouldAsync(soon, $"not within {within} s: {what}; a client was last told: {last}");
            await Task.Delay(100);
        }
    }

    [GeneratedRegex(@"server node([0-9]) [0-9.]+:")]
    private static partial Regex Server();
}
