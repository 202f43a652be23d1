using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using MySqlHa.Node;
using MySqlHa.Replication;
using MySqlHa.Storage;
using MySqlHa.Supervision;
using MySqlHa.Tests.RealMysqld;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>A leader that dies with a commit which nobody acknowledged, and comes back: real nodes, while clients write.</summary>
[Collection(ClusterRoom.Name)]
public sealed class RewindStoryTests(SandboxCluster cluster, ITestOutputHelper output)
{
    private readonly string _unheard = $"never acknowledged {Guid.NewGuid():N}";

    [Theory]
    [InlineData("--mysqld")]
    [InlineData("--machine")]
    public async Task The_unacknowledged_commit_is_archived_and_cut_and_the_node_follows_with_its_own_data(string blow)
    {
        var before = await cluster.ReadyAsync();
        var leader = before.LeaderNumber;
        await using var probe = await WritersProbe.StartAsync(cluster, leader);
        _ = await cluster.DoAsync(leader, "CREATE TABLE IF NOT EXISTS t.tail (id INT AUTO_INCREMENT PRIMARY KEY, word TEXT)");
        var home = new DirectoryInfo($"/proc/{before.Nodes[leader - 1].MysqldPid}/cwd");
        var data = home.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        var own = FileNumber(data);

        await using var client = await cluster.ConnectAsync(leader, within: 5);
        Task commit;
        long killed;
        try
        {
            // What is committed from here on is on the leader alone: as after a cut of the network, and for as long as we want.
            var (agent, accounts) = await ConnectAsAgentAsync(data);
            await using var connection = agent;
            _ = await Leading.LockOutAsync(agent, [.. before.Nodes.Select(n => accounts.Replication(NodeId.Parse(n.Id!)).User)]);
            commit = SandboxCluster.DoAsync(client, $"INSERT INTO t.tail (word) VALUES ('{_unheard}')", within: 60);
            var since = Stopwatch.GetTimestamp();
            while (!IsLogged(data))
            {
                Assert.True(!commit.IsCompleted && Stopwatch.GetElapsedTime(since).TotalSeconds < 10, "the row is not in the binary log");
                await Task.Delay(10);
            }
        }
        finally
        {
            // Whatever happened: a leader that locks its followers out is no good to the next test.
            killed = Stopwatch.GetTimestamp();
            await SandboxCluster.RunAsync("kill", leader.ToString(CultureInfo.InvariantCulture), blow);
        }

        _ = await Assert.ThrowsAnyAsync<DbException>(() => commit);
        _ = await cluster.OtherLeaderAsync(leader, within: 10);
        var started = Stopwatch.GetTimestamp();
        if (blow == "--machine")
        {
            await SandboxCluster.RunAsync("start", leader.ToString(CultureInfo.InvariantCulture));
        }

        var whole = await cluster.WholeAsync(within: 20);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{blow}: whole {Stopwatch.GetElapsedTime(killed).TotalSeconds:0.0} s after the kill,"
            + $" {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s after another led;"
            + $" the longest gap in acknowledged writes was {probe.LargestGap(killed).TotalSeconds:0.00} s"));
        await cluster.ShouldAsync(whole.LeaderNumber != leader, $"node {leader} follows when it is back");
        await cluster.ShouldAsync(own == FileNumber(data), $"node {leader} has its own data, and no clone");
        Assert.Equal([0], await cluster.ReadAsync(leader, "SELECT COUNT(*) FROM t.tail"));
        await NamedAsync(whole, before.Nodes[leader - 1].Id!);
        await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 5);
        await probe.EveryRowIsEverywhereAsync(cluster);
    }

    /// <summary>The history and the census name the archive, and mysqlbinlog reads it.</summary>
    private async Task NamedAsync(SandboxStatus whole, string node)
    {
        var view = await cluster.ViewAsync(whole.LeaderNumber);
        var tail = view.GetProperty("history").EnumerateArray().SelectMany(e => e.GetProperty("archived").EnumerateArray())
            .Last(a => a.GetProperty("node").GetString() == node);
        var path = tail.GetProperty("path").GetString()!;
        Assert.Contains("epoch-", path, StringComparison.Ordinal);
        var census = (await cluster.CensusAsync(whole.LeaderNumber)).GetProperty("census_groups").EnumerateObject().Single().Value;
        Assert.Contains(path, census.GetProperty("archived").EnumerateArray().Select(a => a.GetProperty("path").GetString()));

        var log = Assert.Single(Directory.GetFiles(path, "binlog.*"));
        string[] arguments = ["--no-defaults", "--verify-binlog-checksum", "--verbose", log];
        using var reader = Process.Start(
            new ProcessStartInfo(MysqldOnThisMachine.Mysqlbinlog, arguments) { RedirectStandardOutput = true })!;
        var read = reader.StandardOutput.ReadToEndAsync();
        await reader.WaitForExitAsync();
        Assert.Equal(0, reader.ExitCode);
        Assert.Contains(_unheard, await read, StringComparison.Ordinal);
    }

    /// <summary>A clone puts other files in the place of the old ones.</summary>
    private static string FileNumber(string data)
    {
        string[] arguments = ["-c", "%i", Path.Combine(data, "ibdata1")];
        using var stat = Process.Start(new ProcessStartInfo("stat", arguments) { RedirectStandardOutput = true })!;
        var number = stat.StandardOutput.ReadToEnd();
        stat.WaitForExit();
        Assert.NotEmpty(number);
        return number;
    }

    /// <summary>Whether our row is in the binary log, as text in a row's image. Other clients' commits wait there too.</summary>
    private bool IsLogged(string data) =>
        File.ReadAllBytes(BinlogRewind.LastLog(data, out _)!).AsSpan().IndexOf(Encoding.UTF8.GetBytes(_unheard)) >= 0;

    private static async Task<(DbConnection Connection, ClusterAccountNames Accounts)> ConnectAsAgentAsync(string data)
    {
        var home = Path.GetDirectoryName(data)!;
        var bytes = DurableFile.ReadChecked(Path.Combine(home, "state", "local.json"))!;
        var local = JsonSerializer.Deserialize(bytes, FailoverJson.Default.LocalRecord)!;
        var accounts = new ClusterAccountNames(Convert.FromBase64String(local.ClusterSecret), "");
        var connection = MysqlDriver.Local(Path.Combine(home, "run", "mysql.sock"), accounts.Agent.User, accounts.Agent.Password);
        await MysqlDriver.OpenAsync(connection);
        return (connection, accounts);
    }
}
