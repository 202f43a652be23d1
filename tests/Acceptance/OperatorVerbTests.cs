using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>What an operator types, against a real cluster: a switchover at a time, its cancellation, and a drill.</summary>
[Collection(ClusterRoom.Name)]
public sealed class OperatorVerbTests(SandboxCluster cluster)
{
    [Fact]
    public async Task A_switchover_begins_at_its_time_unless_it_was_cancelled()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var epoch = await cluster.EpochAsync(leader);
        var target = SandboxCluster.Numbers.First(n => n != leader);

        await cluster.ShouldAsync((await MysqlhaAsync("switchover", "--cancel")).Exit == 4, "what was not planned was cancelled");
        var planned = await MysqlhaAsync("switchover", "--at", "+1h");
        await cluster.ShouldAsync(planned.Exit == 0 && planned.Output.Contains("is planned", StringComparison.Ordinal), $"not planned: {planned}");
        var headline = (await MysqlhaAsync("status")).Output.Split('\n')[0];
        Assert.Contains("is planned", headline, StringComparison.Ordinal);
        var group = (await cluster.CensusAsync(leader)).GetProperty("census_groups").EnumerateObject().Single().Value;
        Assert.Equal(JsonValueKind.Null, group.GetProperty("planned_switchover").GetProperty("to").ValueKind);
        await cluster.ShouldAsync((await MysqlhaAsync("switchover", "--at", "+1m")).Exit == 4, "two were planned");
        await cluster.ShouldAsync((await MysqlhaAsync("switchover", "--cancel")).Exit == 0, "the plan was not cancelled");

        var asked = Stopwatch.GetTimestamp();
        var soon = await MysqlhaAsync("switchover", "--at", "+3s", "--to", SandboxCluster.AddressOf(target));
        await cluster.ShouldAsync(soon.Exit == 0, $"not planned: {soon}");
        _ = await cluster.ExpectAsync("the target leads", 30, s => s.LeaderNumber == target);
        Assert.True(Stopwatch.GetElapsedTime(asked).TotalSeconds >= 3, "it began before its time");
        await cluster.WholeAsync(within: 30);
        Assert.Equal(epoch + 1, await cluster.EpochAsync(target));
        var history = (await MysqlhaAsync("history")).Output;
        Assert.Contains("was cancelled", history, StringComparison.Ordinal);
        Assert.Contains("an operator planned a switchover for", history, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mysqld", "mysqldEnd")]
    [InlineData("switchover", "asked")]
    public async Task A_drill_says_what_the_loss_of_the_leader_cost_and_leaves_nothing_behind(string kind, string zero)
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        // What follows no leader since long is refused otherwise: a failover has just been.
        _ = await UntilAsync(async () => (await MysqlhaAsync("explain")).Output.Contains("would lead next", StringComparison.Ordinal));
        var refused = await SandboxCluster.TryAsync("drill", "--kind", kind);
        await cluster.ShouldAsync(
            refused.Exit == 4 && refused.Errors.Contains("--yes says so", StringComparison.Ordinal), $"begun without a word: {refused}");

        var (exit, output, errors) = await SandboxCluster.TryAsync("drill", "--yes", "--json", "--kind", kind);
        await cluster.ShouldAsync(exit == 0, $"the drill ended with {exit}: {output}{errors}");
        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(0, report.GetProperty("lost").GetInt32());
        Assert.Equal(0, report.GetProperty("twice").GetInt32());
        Assert.True(report.GetProperty("acknowledged").GetInt32() >= 100);
        Assert.Contains(SandboxCluster.AddressOf(leader), report.GetProperty("oldLeader").GetString(), StringComparison.Ordinal);
        Assert.True(report.GetProperty("outage").GetDouble() <= report.GetProperty("longestWait").GetDouble());
        Assert.True(report.GetProperty("oldLeaderBack").GetDouble() > 0);
        Assert.NotEqual(leader, (await cluster.WholeAsync(within: 30)).LeaderNumber);
        var phases = report.GetProperty("phases");
        if (phases.ValueKind != JsonValueKind.Null)
        {
            Assert.Equal(zero, phases.GetProperty("zero").GetString());
        }

        if (kind == "mysqld")
        {
            Assert.Contains("a drill had the leader's mysqld killed", (await MysqlhaAsync("history")).Output, StringComparison.Ordinal);
        }

        var now = (await cluster.StatusAsync()).LeaderNumber;
        Assert.Equal([0], await cluster.ReadAsync(now, "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 'mysqlha_drill'"));
    }

    [Fact]
    public async Task A_drill_is_refused_with_all_reasons_where_the_cluster_could_not_bear_it()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        await cluster.ShouldAsync((await MysqlhaAsync("pause")).Exit == 0, "not paused");
        var follower = SandboxCluster.Numbers.First(n => n != leader);
        await SandboxCluster.RunAsync("kill", $"{follower}");
        try
        {
            var reasons = await UntilAsync(async () =>
            {
                var (exit, _, errors) = await SandboxCluster.TryAsync("drill", "--yes");
                return exit == 4 && errors.Contains("1 followers are attached and able", StringComparison.Ordinal) ? errors : null;
            });
            Assert.Contains("automatic failover is paused", reasons, StringComparison.Ordinal);
            Assert.Equal(leader, (await cluster.StatusAsync()).LeaderNumber);
        }
        finally
        {
            _ = await MysqlhaAsync("resume");
            await SandboxCluster.RunAsync("start", $"{follower}");
        }

        _ = await cluster.WholeAsync(within: 40);
    }

    private static async Task<string> UntilAsync(Func<Task<string?>> ask)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await ask() is { } answer)
            {
                return answer;
            }

            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < 40, "not within 40 s");
            await Task.Delay(200);
        }
    }

    private static async Task<bool> UntilAsync(Func<Task<bool>> ask) => await UntilAsync(async () => await ask() ? "yes" : null) == "yes";

    private static Task<(int Exit, string Output, string Errors)> MysqlhaAsync(params string[] words) => MysqlhaProgram.RunAsync(words);
}
