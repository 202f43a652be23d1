using System.Diagnostics;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// A leader's agent that crashes and is back within its lease: nothing happened. The lease is a long one, so that no machine is too slow
/// to be back in time.
/// </summary>
[Trait("Length", "long")]
[Collection(AgentRoom.Name)]
public sealed class CrashedAgentTests : OwnAgents
{
    private static readonly int[] Lasts = [167, 168, 169];

    public override Task InitializeAsync()
    {
        foreach (var last in Lasts)
        {
            var node = new AgentNode(Home, last, Lasts.Where(l => l != last));
            node.Configure(RealMysqld.MysqldOnThisMachine.Mysqld, Lasts.Where(l => l != last), "timing: {lease: 8s}");
            Nodes.Add(node);
        }

        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_leaders_mysqld_is_not_touched_by_a_crash_of_its_agent_that_is_shorter_than_the_lease()
    {
        var leader = await AgentNode.StartAsync(Nodes);
        var before = await MysqldAsync(leader);
        var epoch = (await leader.ViewAsync()).GetProperty("epoch").GetInt64();

        var crashed = Stopwatch.GetTimestamp();
        using (var kill = Process.Start("kill", ["-KILL", $"{leader.Pid}"]))
        {
            await kill.WaitForExitAsync();
        }

        _ = await leader.EndAsync(within: 10);
        leader.Start();
        await leader.UntilAsync("it leads on", async () => await leader.LeaderAsync() == leader.Host, within: 60);

        // Longer than the lease that the crash left behind could have lasted.
        await leader.UntilAsync(
            "two leases are over", () => Task.FromResult(Stopwatch.GetElapsedTime(crashed) > TimeSpan.FromSeconds(16)), within: 60);
        Assert.Equal(before, await MysqldAsync(leader));
        Assert.Equal(leader.Host, await leader.LeaderAsync());
        Assert.Equal(epoch, (await leader.ViewAsync()).GetProperty("epoch").GetInt64());
    }

    /// <summary>Which mysqld it is: its process, and since when it runs.</summary>
    private static async Task<(int Pid, string StartTime)> MysqldAsync(AgentNode node)
    {
        var self = (await node.ViewAsync()).GetProperty("members").EnumerateArray()
            .Single(m => m.GetProperty("address").GetProperty("host").GetString() == node.Host);
        var pid = self.GetProperty("mysqldPid").GetInt32();
        return (pid, (await File.ReadAllTextAsync($"/proc/{pid}/stat")).Split(") ")[1].Split(' ')[19]);
    }
}
