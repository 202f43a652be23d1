using MySqlHa.Cluster;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Cli;

[Collection(CommandLineRun.Collection)]
public sealed class WaitCommandTests
{
    [Fact]
    public async Task Role_is_one_word()
    {
        await using var leader = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        await using var follower = await RunningApi.StartAsync(SampleCluster.SeenByFollower);
        await using var lost = await RunningApi.StartAsync(
            SampleCluster.SeenByFollower.With(SampleCluster.Id2, m => m with { Role = MemberRole.None }));

        Assert.Equal("leader", (await CommandLineRun.AgainstAsync(leader, "role")).Output.Trim());
        Assert.Equal("follower", (await CommandLineRun.AgainstAsync(follower, "role")).Output.Trim());
        Assert.Equal("none", (await CommandLineRun.AgainstAsync(lost, "role")).Output.Trim());
    }

    [Fact]
    public async Task A_leader_or_a_follower_in_order_is_not_waited_for()
    {
        foreach (var view in new[] { SampleCluster.SeenByLeader, SampleCluster.SeenByFollower })
        {
            await using var api = await RunningApi.StartAsync(view);
            var run = await CommandLineRun.AgainstAsync(api, "wait", "--timeout", "1");
            run.Expect(0);
            Assert.EndsWith(" is in order\n", run.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("nobody leads", "there is no leader")]
    [InlineData("not established", "takes no writes yet")]
    [InlineData("receives nothing", "does not follow the leader yet")]
    [InlineData("another epoch", "does not follow the leader yet")]
    [InlineData("critical", "disk is full")]
    [InlineData("behind", "9.0 s behind, 5 s are allowed")]
    public async Task What_is_not_in_order_is_said_when_time_is_up(string what, string said)
    {
        await using var api = await RunningApi.StartAsync(Spoiled(what));

        var run = await CommandLineRun.AgainstAsync(api, "wait", "--timeout", "0");

        run.Expect(1);
        Assert.Contains("db2 is not in order after 0 s", run.Error, StringComparison.Ordinal);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_does_not_answer_is_waited_for_as_well()
    {
        var run = await CommandLineRun.OfAsync("wait", "--timeout", "0", "--address", "127.0.0.81:1");
        run.Expect(1);
        Assert.Contains("the node is not in order after 0 s: no node answers: 127.0.0.81:1", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timeout_that_is_none_is_a_wrong_word()
    {
        var run = await CommandLineRun.OfAsync("wait", "--timeout", "soon");
        run.Expect(2);
        Assert.Contains("'soon' is not a duration; allowed: 30, 30s, 5m", run.Error, StringComparison.Ordinal);
    }

    private static ClusterView Spoiled(string what)
    {
        var view = SampleCluster.SeenByFollower;
        return what switch
        {
            "nobody leads" => view.WithoutLeader(),
            "not established" => view with { Established = false },
            "receives nothing" => view.With(SampleCluster.Id2, m => m with { ReceiverRunning = false }),
            "another epoch" => view.With(SampleCluster.Id2, m => m with { Epoch = 3 }),
            "critical" => view.With(
                SampleCluster.Id2, m => m with { Health = MemberHealth.Critical, Problems = [new Reason("disk-full", "disk is full")] }),
            _ => view.With(SampleCluster.Id2, m => m with { LagSeconds = 9 }),
        };
    }
}
