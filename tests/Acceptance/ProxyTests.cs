using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Applications that know one address: a node's ports 6446 and 6447, with MySQL's own protocol and TLS through them.</summary>
[Collection(ClusterRoom.Name)]
public sealed class ProxyTests(SandboxCluster cluster, ITestOutputHelper output)
{
    private const int ReadWrite = 6446;
    private const int ReadOnly = 6447;

    [Fact]
    public async Task Writers_that_know_one_port_write_on_through_switchovers_and_a_failover_and_lose_nothing()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        await using var probe = await WritersProbe.StartAsync(
            (node, within) => cluster.ConnectThroughAsync(node, ReadWrite, within), [1], 1, whose: SandboxCluster.WhoseAsync);
        var began = Stopwatch.GetTimestamp();
        for (var time = 0; time < 4; time++)
        {
            var next = SandboxCluster.Numbers.First(n => n != leader);
            await SandboxCluster.RunAsync("switchover", $"{next}");
            var switched = Stopwatch.GetTimestamp();
            await probe.ProgressAsync(switched, within: 15, notBy: leader);
            leader = (await cluster.WholeAsync(within: 40)).LeaderNumber;
            output.WriteLine($"gap {probe.LargestGap(began).TotalSeconds:0.000} s, refused {probe.Refused(began)}, "
                + $"unanswered {probe.Unanswered(began)}");
        }

        await SandboxCluster.RunAsync("kill", "leader", "--mysqld");
        await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 30, notBy: leader);
        _ = await cluster.WholeAsync(within: 40);
        await probe.EveryRowIsEverywhereAsync(cluster);
    }

    [Fact]
    public async Task Each_node_leads_writers_to_the_leader_and_readers_to_the_followers()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var followers = SandboxCluster.Numbers.Where(n => n != leader).ToList();
        foreach (var node in SandboxCluster.Numbers)
        {
            await using var writer = await cluster.ConnectThroughAsync(node, ReadWrite, within: 5);
            Assert.Equal(leader, await SandboxCluster.WhoseAsync(writer));
            await using var first = await cluster.ConnectThroughAsync(node, ReadOnly, within: 5);
            await using var second = await cluster.ConnectThroughAsync(node, ReadOnly, within: 5);
            int[] read = [await SandboxCluster.WhoseAsync(first), await SandboxCluster.WhoseAsync(second)];
            Assert.Equal(followers, read.Order());
        }
    }

    [Fact]
    [Trait("Length", "long")]
    public async Task A_client_for_which_there_is_no_leader_is_told_so_by_its_own_program()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        foreach (var follower in SandboxCluster.Numbers.Where(n => n != leader))
        {
            await SandboxCluster.RunAsync("kill", $"{follower}");
        }

        // The one that is left is fenced when its lease is over.
        var (since, told) = (Stopwatch.GetTimestamp(), "");
        while (!told.Contains("no writable leader for 2 s", StringComparison.Ordinal))
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < 60, $"told last: {told}");
            try
            {
                _ = await MysqlClient.LinesAsync(
                    SandboxCluster.AddressOf(leader), cluster.Client!.User, cluster.Client.Password, "SELECT 1", ReadWrite);
            }
            catch (IOException e)
            {
                told = e.Message;
            }
        }

        Assert.Contains("ERROR 2003", told, StringComparison.Ordinal);
        _ = await cluster.ReadyAsync(within: 60);
    }
}
