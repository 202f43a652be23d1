using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// Thirty blows of the matrix to a paused cluster: whatever they are, nobody gives the leader's epoch up; and when the pause is over and the
/// blow is mended, everything is whole again with every row.
/// </summary>
[Collection(FaultRoom.Name)]
public sealed class PauseTests(FaultCluster cluster)
{
    /// <summary>Longer than a lease, and than anybody needs to be replaced where nothing is paused.</summary>
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(8);

    private static readonly string[] Dealt =
    [
        "the leader's mysqld is killed", "the leader's agent is killed", "the leader's guard is killed", "the leader's node is killed",
        "the leader's agent and guard are killed together", "the leader's mysqld is frozen", "the leader's agent is frozen",
        "the leader's node is frozen", "the leader's agent is frozen and its guard killed", "the leader's mysqld is killed three times",
        "a follower's mysqld is killed", "a follower's agent is killed", "a follower's node is killed", "a follower's node is frozen",
        "the mysqlds of the leader and a follower are killed together", "the leader's mysqld and a follower's agent are killed together",
        "all mysqlds are killed together", "all agents are killed together", "all nodes are killed together",
        "the agent of the leader restarts", "all agents restart together",
        "the leader is cut off", "nobody hears the leader", "the leader hears nobody", "the leader's agent is cut off",
        "the leader's mysqld is cut off", "a follower is cut off", "the link from the leader to a follower is cut",
        "all agents are cut off from each other for six seconds", "the leader's links flap",
    ];

    public static TheoryData<string> Names => [.. Dealt.Where(n => Blow.All.Single(b => b.Name == n).Refusal is null)];

    [Theory]
    [Trait("Length", "long")]
    [MemberData(nameof(Names))]
    public async Task Nobody_is_replaced_in_a_pause_and_all_is_whole_behind_it(string name)
    {
        var blow = Blow.All.Single(b => b.Name == name);
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var epoch = await cluster.EpochAsync(leader);
        await using var probe = await WritersProbe.StartAsync(cluster, leader);
        await AskAsync("pause");
        await blow.Strike(cluster, leader, [.. SandboxCluster.Numbers.Where(n => n != leader)]);
        await Task.Delay(Watched); // that nothing comes shows only in time
        await SameEpochAsync(epoch);
        await cluster.MendAsync();
        foreach (var node in SandboxCluster.Numbers)
        {
            await cluster.StartAsync(node);
        }

        await Task.Delay(Watched / 2);
        await SameEpochAsync(epoch);
        await AskAsync("resume");
        probe.Slow(TimeSpan.FromMilliseconds(40));
        _ = await cluster.ReadyAsync(within: 90);
        await probe.EveryRowIsEverywhereAsync(cluster, within: 60);
        Assert.True(probe.Count > 0);
    }

    /// <summary>By what every node says that answers and has the log; one that was struck may not.</summary>
    private async Task SameEpochAsync(long epoch)
    {
        foreach (var node in SandboxCluster.Numbers)
        {
            if (await ViewAsync(node) is { } view && view.GetProperty("epoch").GetInt64() > 0)
            {
                Assert.Equal((node, epoch, true), (node, view.GetProperty("epoch").GetInt64(), view.GetProperty("epochOpen").GetBoolean()));
            }
        }
    }

    private async Task<JsonElement?> ViewAsync(int node)
    {
        try
        {
            return await cluster.ViewAsync(node);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>A cluster that was just struck may have no controller for a moment.</summary>
    private static async Task AskAsync(string verb)
    {
        var asked = Stopwatch.GetTimestamp();
        while (await MysqlhaProgram.RunAsync(verb) is { Exit: not 0 } refused)
        {
            Assert.True(Stopwatch.GetElapsedTime(asked).TotalSeconds < 60, $"'{verb}' was not taken within 60 s: {refused.Errors}");
            await Task.Delay(200);
        }
    }
}
