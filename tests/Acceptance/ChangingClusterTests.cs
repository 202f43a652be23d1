using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Nodes that come, are replaced and go, on real nodes with clients that write all the while.</summary>
[Trait("Length", "long")]
[Collection(ClusterRoom.Name)]
public sealed class ChangingClusterTests(SandboxCluster cluster, ITestOutputHelper output)
{
    [Fact]
    public async Task Three_nodes_become_five_a_machine_is_replaced_and_three_remain_while_clients_write()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        await using var probe = await WritersProbe.StartAsync(cluster, leader);
        var began = Stopwatch.GetTimestamp();
        try
        {
            await SandboxCluster.RunAsync("up", "--nodes", "5");
            await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 5);
            Say("3 to 5 nodes", began, probe);
            await ExpectVotersAsync(5);

            var five = await cluster.ExpectAsync("five whole nodes", 20, s => s.Whole && s.Nodes.Count == 5);
            var replaced = five.LeaderNumber == 2 ? 3 : 2;
            var old = five.Nodes[replaced - 1].Id;
            var replace = Stopwatch.GetTimestamp();
            await SandboxCluster.RunAsync("replace", replaced.ToString(CultureInfo.InvariantCulture));
            _ = await cluster.ExpectAsync("a new node in the old one's place", 90, s => s.Whole && s.Nodes[replaced - 1].Id != old);
            await ExpectVotersAsync(5);
            await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 5);
            Say($"node {replaced} replaced", replace, probe);
            Assert.Equal(await RowsAsync(five.LeaderNumber), await RowsAsync(replaced));

            var shrink = Stopwatch.GetTimestamp();
            await SandboxCluster.RunAsync("up", "--nodes", "3");
            await probe.ProgressAsync(Stopwatch.GetTimestamp(), within: 5);
            Say("5 to 3 nodes", shrink, probe);
            await ExpectVotersAsync(3);
        }
        finally
        {
            await SandboxCluster.RunAsync("up", "--nodes", "3");
        }

        _ = await cluster.ExpectAsync("three whole nodes", 20, s => s.Whole && s.Nodes.Count == 3);
        await probe.EveryRowIsEverywhereAsync(cluster);
    }

    /// <summary>So many vote, all but the leader acknowledge, and more than half of the rest are needed.</summary>
    private async Task ExpectVotersAsync(int voters)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var status = await cluster.StatusAsync();
            var view = status.LeaderNumber > 0 ? await cluster.ViewAsync(status.LeaderNumber) : default;
            if (view.ValueKind == JsonValueKind.Object
                && view.GetProperty("ackers").GetArrayLength() == voters - 1 && view.GetProperty("acksNeeded").GetInt32() == voters / 2
                && view.GetProperty("members").EnumerateArray().Count(m => m.GetProperty("standing").GetString() == "voter") == voters)
            {
                return;
            }

            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < 60, $"there are not {voters} voters that acknowledge: {view}");
            await Task.Delay(100);
        }
    }

    private async Task<long> RowsAsync(int node) => (await cluster.ReadAsync(node, "SELECT COUNT(*) FROM t.probe WHERE id <= 100"))[0];

    private void Say(string what, long since, WritersProbe probe) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what}: {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s, longest gap in acknowledged writes {probe.LargestGap(since).TotalSeconds:0.00} s"));
}
