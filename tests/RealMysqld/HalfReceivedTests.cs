using System.Diagnostics;
using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>A source that dies while it sends a transaction larger than what the sockets hold.</summary>
[Collection(RealMysqld.Name)]
public sealed class HalfReceivedTests(MysqldTemplate template, ITestOutputHelper output)
{
    private const int Length = 40_000_000;

    [Fact]
    public async Task A_follower_with_half_a_transaction_is_promoted_at_once()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (leader, follower) = (nodes[0], nodes[1]);
        await leader.LeadAsync(acknowledgements: 0);
        await leader.ClientDoesAsync("CREATE DATABASE t", "CREATE TABLE t.big (id INT PRIMARY KEY, body LONGTEXT)");
        _ = await follower.FollowAsync(leader);
        _ = (await leader.Server.SetAcknowledgementsAsync(1, TestNode.Within(5))).OrThrow();
        await leader.ClientDoesAsync("INSERT INTO t.big VALUES (0, 'acknowledged')");
        var all = (await leader.StatusAsync()).Executed;
        _ = (await follower.Server.WaitForAsync(all, TestNode.Within(5))).OrThrow();

        Signal("STOP", follower.Mysqld.Pid);
        try
        {
            var commit = leader.ClientDoesAsync($"INSERT INTO t.big VALUES (1, REPEAT('x', {Length}))");
            _ = await leader.UntilAsync("the commit waits", status => status.SemiSync.WaitSessions > 0);
            await leader.KillAsync();
            _ = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => commit);
        }
        finally
        {
            Signal("CONT", follower.Mysqld.Pid);
        }

        _ = await follower.UntilAsync("the source is seen to be gone", s => s.Receiver.State != MySqlHa.Replication.ReplicationState.On);
        Assert.Equal(all, (await follower.Server.PromiseAsync(TestNode.Within(5))).OrThrow());
        var started = Stopwatch.GetTimestamp();
        await follower.LeadAsync(acknowledgements: 0);
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"promoted in {took:0.000} s"));
        Assert.True(took < 5);
        await follower.ClientDoesAsync("INSERT INTO t.big VALUES (1, 'another')");
        Assert.Equal("another", await follower.ClientReadsAsync("body FROM t.big WHERE id = 1"));
    }

    private static void Signal(string signal, int pid)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
