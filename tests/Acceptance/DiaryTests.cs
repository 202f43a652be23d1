using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// What the README promises, on real nodes with clients that write all the while: after every blow a leader with no human, the struck
/// node back as a follower, and every acknowledged row on every node exactly once.
/// </summary>
[Collection(ClusterRoom.Name)]
public sealed class DiaryTests(SandboxCluster cluster)
{
    [Fact]
    public async Task What_is_written_on_the_leader_is_read_on_both_followers_and_followers_refuse_writes()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        await using var probe = await WritersProbe.StartAsync(cluster, leader);
        foreach (var follower in SandboxCluster.Numbers.Where(n => n != leader))
        {
            var refused = await Assert.ThrowsAnyAsync<DbException>(() => cluster.DoAsync(follower, "INSERT INTO t.probe (id) VALUES (-1)"));
            Assert.Contains("read-only", refused.Message, StringComparison.Ordinal);
        }

        await probe.EveryRowIsEverywhereAsync(cluster);
        Assert.True(probe.Count > 0);
    }

    [Fact]
    public Task The_leaders_mysqld_is_killed() => StrikeAsync("--mysqld", noticed: 10, startAgain: false);

    [Fact]
    public Task The_leaders_agent_is_killed_and_started_again() => StrikeAsync("--agent", noticed: 15, startAgain: true);

    [Fact]
    public Task The_leaders_node_is_killed_and_started_again() => StrikeAsync("--machine", noticed: 10, startAgain: true);

    [Fact]
    public Task The_leaders_node_freezes_and_thaws() => StrikeAsync("--freeze", noticed: 10, startAgain: true);

    [PartitionFact]
    public async Task The_leader_is_cut_off_and_comes_back()
    {
        var (leader, epoch, probe) = await BeginAsync();
        await using var writers = probe;
        var cut = Stopwatch.GetTimestamp();
        await SandboxCluster.RunAsync("partition", Text(leader));
        var next = (await cluster.OtherLeaderAsync(leader, within: 10)).LeaderNumber;
        await probe.ProgressAsync(cut + (2 * Stopwatch.Frequency), within: 10);
        // Clients still reach the minority; whatever it says, it acknowledges nothing.
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.DoAsync(leader, "INSERT INTO t.probe (id) VALUES (-2)", within: 1));
        await SandboxCluster.RunAsync("heal");
        await BackAsync(probe, leader, epoch, within: 40);
        Assert.NotEqual(leader, next);
    }

    [PartitionFact]
    public async Task A_follower_is_cut_off_and_comes_back_while_nobody_else_notices()
    {
        var (leader, epoch, probe) = await BeginAsync();
        await using var writers = probe;
        var follower = SandboxCluster.Numbers.First(n => n != leader);
        var cut = Stopwatch.GetTimestamp();
        await SandboxCluster.RunAsync("partition", Text(follower));
        _ = await cluster.ExpectAsync("the cut-off node is seen to be missing", 15, s => s.Nodes[follower - 1].Health != "ok");
        await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 5);
        await SandboxCluster.RunAsync("heal");
        var whole = await cluster.WholeAsync(within: 40);
        await cluster.ShouldAsync(leader == whole.LeaderNumber, $"node {leader} still leads, not node {whole.LeaderNumber}");
        Assert.Equal(epoch, await cluster.EpochAsync(leader));
        Assert.True(probe.LargestGap(cut).TotalSeconds < 3, $"a follower's absence cost the writers {probe.LargestGap(cut)}");
        await probe.EveryRowIsEverywhereAsync(cluster);
    }

    [Fact]
    public async Task All_nodes_are_killed_and_started_in_another_order()
    {
        var (leader, _, probe) = await BeginAsync();
        await using var writers = probe;
        await Task.WhenAll(SandboxCluster.Numbers.Select(n => SandboxCluster.RunAsync("kill", Text(n), "--machine")));
        var dead = Stopwatch.GetTimestamp();
        foreach (var node in SandboxCluster.Numbers.Where(n => n != leader).Reverse().Append(leader))
        {
            await SandboxCluster.RunAsync("start", Text(node));
        }

        _ = await cluster.WholeAsync(within: 60);
        await probe.ProgressAsync(dead, within: 10);
        await probe.EveryRowIsEverywhereAsync(cluster);
    }

    [Fact]
    public async Task The_agent_restarts_within_its_lease_and_no_client_notices()
    {
        var (leader, epoch, probe) = await BeginAsync();
        await using var writers = probe;
        var before = await cluster.StatusAsync();
        var restart = Stopwatch.GetTimestamp();
        await SandboxCluster.RunAsync("restart", Text(leader));
        var after = await cluster.ExpectAsync(
            "a whole cluster with a new agent", 15, s => s.Whole && s.Nodes[leader - 1].AgentPid != before.Nodes[leader - 1].AgentPid);
        await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 5);
        var gap = probe.LargestGap(restart);
        await cluster.ShouldAsync(leader == after.LeaderNumber, $"node {leader} still leads, not node {after.LeaderNumber}");
        Assert.Equal(before.Nodes[leader - 1].MysqldPid, after.Nodes[leader - 1].MysqldPid);
        Assert.Equal(epoch, await cluster.EpochAsync(leader));
        Assert.True(gap.TotalSeconds <= 1.5, $"the writers waited {gap}");
        await probe.EveryRowIsEverywhereAsync(cluster);
    }

    [Fact]
    public async Task Events_run_on_whoever_leads_and_nowhere_else()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        _ = await cluster.DoAsync(leader, "CREATE DATABASE clock");
        _ = await cluster.DoAsync(leader, "CREATE TABLE clock.ticks (id BIGINT AUTO_INCREMENT PRIMARY KEY, server INT UNSIGNED)");
        _ = await cluster.DoAsync(
            leader, "CREATE EVENT clock.tick ON SCHEDULE EVERY 1 SECOND DO INSERT INTO clock.ticks (server) VALUES (@@server_id)");
        await TickedByAsync(leader);
        await SandboxCluster.RunAsync("kill", Text(leader), "--mysqld");
        var next = (await cluster.OtherLeaderAsync(leader, within: 10)).LeaderNumber;
        await TickedByAsync(next);
        _ = await cluster.WholeAsync(within: 40);
        Assert.Equal([0], await cluster.ReadAsync(leader, "SELECT COUNT(*) FROM information_schema.EVENTS WHERE STATUS = 'ENABLED'"));
        _ = await cluster.DoAsync(next, "DROP DATABASE clock");
    }

    private async Task TickedByAsync(int node)
    {
        var server = (await cluster.ReadAsync(node, "SELECT @@server_id"))[0];
        await Eventually.HoldsAsync(
            $"events run on node {node}",
            async () => (await cluster.ReadAsync(node, $"SELECT COUNT(*) FROM clock.ticks WHERE server = {server}"))[0] > 1);
    }

    private async Task<(int Leader, long Epoch, WritersProbe Probe)> BeginAsync()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        return (leader, await cluster.EpochAsync(leader), await WritersProbe.StartAsync(cluster, leader));
    }

    /// <summary>Strikes the leader; another leads with no human; once started, if need be, the old one follows.</summary>
    private async Task StrikeAsync(string blow, double noticed, bool startAgain)
    {
        var (leader, epoch, probe) = await BeginAsync();
        await using var writers = probe;
        string[] words = blow == "--freeze" ? ["kill", Text(leader), "--machine", "--freeze"] : ["kill", Text(leader), blow];
        var struck = Stopwatch.GetTimestamp();
        await SandboxCluster.RunAsync(words);
        _ = await cluster.OtherLeaderAsync(leader, noticed);
        await probe.ProgressAsync(struck + Stopwatch.Frequency, within: 10);
        if (startAgain)
        {
            await SandboxCluster.RunAsync("start", Text(leader));
        }

        await BackAsync(probe, leader, epoch, within: 40);
    }

    private async Task BackAsync(WritersProbe probe, int old, long epoch, double within)
    {
        var whole = await cluster.WholeAsync(within);
        await cluster.ShouldAsync(old != whole.LeaderNumber, $"node {old} follows when it is back");
        Assert.True(await cluster.EpochAsync(whole.LeaderNumber) > epoch, "a new leader without a new epoch");
        await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 5);
        await probe.EveryRowIsEverywhereAsync(cluster);
    }

    private static string Text(int node) => node.ToString(CultureInfo.InvariantCulture);
}
