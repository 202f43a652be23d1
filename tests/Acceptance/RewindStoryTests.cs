using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MySqlHa.Tests.RealMysqld;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>A leader that dies with a commit which nobody acknowledged, and comes back: real nodes, and clients that write all the while.</summary>
[Collection(ClusterRoom.Name)]
public sealed class RewindStoryTests(SandboxCluster cluster, ITestOutputHelper output)
{
    // More than sockets hold: a follower that is stopped gets a part of it, which is worth nothing when the leader is gone.
    private const int Length = 40_000_000;

    [Theory]
    [InlineData("--mysqld")]
    [InlineData("--machine")]
    public async Task The_unacknowledged_commit_is_archived_and_cut_and_the_node_follows_with_its_own_data(string blow)
    {
        var before = await cluster.ReadyAsync();
        var leader = before.LeaderNumber;
        await using var probe = await WritersProbe.StartAsync(cluster, leader);
        _ = await cluster.DoAsync(leader, "CREATE TABLE IF NOT EXISTS t.big (id INT AUTO_INCREMENT PRIMARY KEY, body LONGTEXT)");
        _ = await cluster.DoAsync(leader, "DELETE FROM t.big");
        var data = new DirectoryInfo($"/proc/{before.Nodes[leader - 1].MysqldPid}/cwd").ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        var born = File.GetCreationTimeUtc(Path.Combine(data, "ibdata1"));
        var followers = SandboxCluster.Numbers.Where(n => n != leader).Select(n => before.Nodes[n - 1].MysqldPid).ToList();

        followers.ForEach(pid => Signal("STOP", pid));
        long killed;
        try
        {
            await using var client = await cluster.ConnectAsync(leader, within: 5);
            var logged = Logged(data) + Length;
            var commit = SandboxCluster.DoAsync(client, $"INSERT INTO t.big (body) VALUES (REPEAT('x', {Length}))", within: 60);
            var since = Stopwatch.GetTimestamp();
            while (Logged(data) < logged)
            {
                Assert.True(!commit.IsCompleted && Stopwatch.GetElapsedTime(since).TotalSeconds < 5, "the row is not in the binary log");
                await Task.Delay(10);
            }

            killed = Stopwatch.GetTimestamp();
            await SandboxCluster.RunAsync("kill", leader.ToString(CultureInfo.InvariantCulture), blow);
            _ = await Assert.ThrowsAnyAsync<DbException>(() => commit);
        }
        finally
        {
            followers.ForEach(pid => Signal("CONT", pid));
        }

        _ = await cluster.OtherLeaderAsync(leader, within: 10);
        var started = Stopwatch.GetTimestamp();
        if (blow == "--machine")
        {
            await SandboxCluster.RunAsync("start", leader.ToString(CultureInfo.InvariantCulture));
        }

        var whole = await cluster.WholeAsync(within: 20);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{blow}: whole {Stopwatch.GetElapsedTime(killed).TotalSeconds:0.0} s after the kill, {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s"
            + $" after another led; the longest gap in acknowledged writes was {probe.LargestGap(killed).TotalSeconds:0.00} s"));
        await cluster.ShouldAsync(whole.LeaderNumber != leader, $"node {leader} follows when it is back");
        await cluster.ShouldAsync(born == File.GetCreationTimeUtc(Path.Combine(data, "ibdata1")), $"node {leader} has its own data, and no clone");
        Assert.Equal([0], await cluster.ReadAsync(leader, "SELECT COUNT(*) FROM t.big"));
        await NamedAsync(whole, before.Nodes[leader - 1].Id!);
        await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 5);
        await probe.EveryRowIsEverywhereAsync();
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
        using var reader = Process.Start(new ProcessStartInfo(
            MysqldOnThisMachine.Mysqlbinlog, ["--no-defaults", "--verify-binlog-checksum", log]) { RedirectStandardOutput = true })!;
        var read = reader.StandardOutput.ReadToEndAsync();
        await reader.WaitForExitAsync();
        Assert.Equal(0, reader.ExitCode);
        Assert.True((await read).Length > Length, "the row is not in the archive");
    }

    private static long Logged(string data) =>
        Directory.EnumerateFiles(data, "binlog.0*").Sum(f => new FileInfo(f).Length);

    private static void Signal(string signal, int pid)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
