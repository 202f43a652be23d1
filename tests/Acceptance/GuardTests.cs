using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using MySqlHa.Sandbox;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>The guard on real nodes: whatever becomes of a leader's agent, nobody reads old data there when another leads.</summary>
[Collection(ClusterRoom.Name)]
public sealed class GuardTests(SandboxCluster cluster)
{
    [Theory]
    [InlineData("--agent")]
    [InlineData("--machine")]
    public async Task A_frozen_leaders_mysqld_is_dead_when_another_leads_and_cannot_be_read(string what)
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var mysqld = (await cluster.StatusAsync()).Nodes[leader - 1].MysqldPid;
        _ = await cluster.DoAsync(leader, "CREATE DATABASE IF NOT EXISTS g");
        await SandboxCluster.RunAsync("kill", Text(leader), what, "--freeze");
        var next = (await cluster.OtherLeaderAsync(leader, within: 20)).LeaderNumber;
        await UntilAsync(
            "the next leader is writable", async () => (await cluster.ViewAsync(next)).GetProperty("leaderWritable").GetBoolean());
        // Who goes round to the old one finds nobody there.
        await Assert.ThrowsAnyAsync<DbException>(() => cluster.ReadAsync(leader, "SELECT 1"));
        await UntilAsync("the killed mysqld is gone", () => Task.FromResult(LiveProcess.Read(mysqld) is null));
        await SandboxCluster.RunAsync("start", Text(leader));
        var whole = await cluster.WholeAsync(within: 40);
        Assert.NotEqual(leader, whole.LeaderNumber);
    }

    [Fact]
    public async Task A_guard_that_is_killed_or_frozen_is_replaced_and_the_leader_leads_on()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var (epoch, before) = (await cluster.EpochAsync(leader), (await cluster.StatusAsync()).Nodes[leader - 1]);
        var first = await GuardAsync(leader, than: 0);
        await SandboxCluster.RunAsync("kill", Text(leader), "--guard");
        var second = await GuardAsync(leader, than: first);
        await SandboxCluster.RunAsync("kill", Text(leader), "--guard", "--freeze");
        _ = await GuardAsync(leader, than: second);
        _ = await cluster.DoAsync(leader, "CREATE DATABASE IF NOT EXISTS g");
        var after = (await cluster.StatusAsync()).Nodes[leader - 1];
        Assert.Equal((before.AgentPid, before.MysqldPid), (after.AgentPid, after.MysqldPid));
        Assert.Equal(epoch, await cluster.EpochAsync(leader));
    }

    [Fact]
    public async Task A_guard_outlives_its_agent_and_goes_on_with_the_next_one()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var follower = SandboxCluster.Numbers.First(n => n != leader);
        var mysqld = (await cluster.StatusAsync()).Nodes[follower - 1].MysqldPid;
        var guard = await GuardAsync(follower, than: 0);
        await SandboxCluster.RunAsync("kill", Text(follower), "--agent");
        Assert.NotNull(LiveProcess.Read(guard));
        await SandboxCluster.RunAsync("start", Text(follower));
        var whole = await cluster.WholeAsync(within: 40);
        Assert.Equal(guard, await GuardAsync(follower, than: 0));
        // A follower's mysqld has no deadline.
        Assert.Equal(mysqld, whole.Nodes[follower - 1].MysqldPid);
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < 20, $"not within 20 s: {what}");
            await Task.Delay(5);
        }
    }

    /// <summary>The process of the node's guard, once one runs that is another than this.</summary>
    private static async Task<int> GuardAsync(int node, int than)
    {
        var found = 0;
        await UntilAsync($"one guard runs on node {node}, and it is not {than}", () =>
        {
            var guards = LiveProcess.All().Where(p => p.Arguments is [_, "guard", "--data", var at, ..]
                && at.EndsWith($"/{SandboxCluster.AddressOf(1)}/node{Text(node)}/data", StringComparison.Ordinal)).ToList();
            found = guards is [{ Stopped: false } one] ? one.Pid : 0;
            return Task.FromResult(found != 0 && found != than);
        });
        return found;
    }

    private static string Text(int node) => node.ToString(CultureInfo.InvariantCulture);
}
