using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>What <c>/explain</c> says beforehand of a real cluster is what happens then.</summary>
[Collection(ClusterRoom.Name)]
public sealed class ExplainTests(SandboxCluster cluster)
{
    [Fact]
    public async Task Every_node_names_who_would_be_next_and_after_a_loss_that_no_more_can_be_borne()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        foreach (var node in SandboxCluster.Numbers)
        {
            var calm = await UntilAsync(node, e => e.GetProperty("failoverPossible").GetBoolean());
            Assert.Equal("leads", calm.GetProperty("why").GetProperty("code").GetString());
            Assert.Equal("nothing-acknowledged", calm.GetProperty("loss").GetProperty("code").GetString());
            Assert.NotEqual(calm.GetProperty("leader").GetString(), calm.GetProperty("next").GetString());
        }

        var follower = SandboxCluster.Numbers.First(n => n != leader);
        await SandboxCluster.RunAsync("kill", Text(follower));
        var alone = await UntilAsync(leader, e => !e.GetProperty("failoverPossible").GetBoolean()
            && Codes(e.GetProperty("obstacles")).Contains("no-quorum-left"));
        Assert.Contains("waiting-for-promises", Codes(alone.GetProperty("obstacles")));
        var lost = alone.GetProperty("members").EnumerateArray()
            .Single(m => m.GetProperty("address").GetString() == SandboxCluster.AddressOf(follower));
        Assert.Equal(["not-heard"], Codes(lost.GetProperty("reasons")));
        await SandboxCluster.RunAsync("start", Text(follower));
        _ = await cluster.WholeAsync(within: 40);

        var before = await UntilAsync(leader, e => e.GetProperty("failoverPossible").GetBoolean());
        Assert.True(before.GetProperty("promisesPossible").GetInt32() >= before.GetProperty("promisesNeeded").GetInt32());
    }

    private async Task<JsonElement> UntilAsync(int node, Func<JsonElement, bool> condition)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var explained = (await cluster.ViewAsync(node)).GetProperty("explanation");
            if (condition(explained))
            {
                return explained;
            }

            var soon = Stopwatch.GetElapsedTime(since).TotalSeconds < 20;
            await cluster.ShouldAsync(soon, $"node {node} explains something else: {explained}");
            await Task.Delay(50);
        }
    }

    private static List<string?> Codes(JsonElement reasons) =>
        [.. reasons.EnumerateArray().Select(r => r.GetProperty("code").GetString())];

    private static string Text(int node) => node.ToString(CultureInfo.InvariantCulture);
}
