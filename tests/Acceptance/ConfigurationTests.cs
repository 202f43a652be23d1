using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>A configuration that is changed once and followed by every node of a real cluster, and the rolling restart that it asks for.</summary>
[Collection(ClusterRoom.Name)]
public sealed class ConfigurationTests(SandboxCluster cluster)
{
    [Fact]
    [Trait("Length", "long")]
    public async Task What_is_set_once_is_on_every_node_live_or_by_a_rolling_restart_that_costs_no_acknowledged_write()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        try
        {
            await RefusesAsync();

            // Live.
            var set = await MysqlhaProgram.RunAsync("config", "set", "max_connections=333", "innodb-read-io-threads=7");
            await cluster.ShouldAsync(set.Exit == 0 && set.Output.Contains("innodb_read_io_threads: mysqld takes that", StringComparison.Ordinal), $"{set}");
            var version = (await ConfigurationAsync()).GetProperty("version").GetInt64();
            await UntilAsync("all follow", c => Members(c).All(m => m.GetProperty("version").GetInt64() == version
                && m.GetProperty("pendingRestart").EnumerateArray().Select(k => k.GetString()).SequenceEqual(["innodb_read_io_threads"])));
            foreach (var node in SandboxCluster.Numbers)
            {
                Assert.Equal([333], await cluster.ReadAsync(node, "SELECT @@global.max_connections"));
                Assert.NotEqual([7], await cluster.ReadAsync(node, "SELECT @@global.innodb_read_io_threads"));
            }

            // The rest, under writes.
            await using var probe = await WritersProbe.StartAsync(cluster, leader);
            var began = Stopwatch.GetTimestamp();
            var rolling = await MysqlhaProgram.RunAsync("restart", "--rolling");
            await cluster.ShouldAsync(rolling.Exit == 0, $"{rolling}");
            Assert.Contains("3 restarted in", rolling.Output, StringComparison.Ordinal);
            await probe.ProgressAsync(after: Stopwatch.GetTimestamp(), within: 20);
            await UntilAsync("nothing waits", c => Members(c).All(m => m.GetProperty("pendingRestart").GetArrayLength() == 0));
            Assert.NotEqual(leader, (await cluster.WholeAsync(within: 30)).LeaderNumber);
            foreach (var node in SandboxCluster.Numbers)
            {
                Assert.Equal([7], await cluster.ReadAsync(node, "SELECT @@global.innodb_read_io_threads"));
                Assert.Equal([333], await cluster.ReadAsync(node, "SELECT @@global.max_connections"));
            }

            Assert.True(probe.LargestGap(began) < TimeSpan.FromSeconds(20), $"no write for {probe.LargestGap(began)}");
            await probe.EveryRowIsEverywhereAsync(cluster);
            Assert.Contains("nothing waits", (await MysqlhaProgram.RunAsync("restart", "--rolling")).Output, StringComparison.Ordinal);
        }
        finally
        {
            _ = await MysqlhaProgram.RunAsync("config", "unset", "max_connections", "innodb_read_io_threads");
        }

        await UntilAsync("what is unset waits again", c => Members(c).All(m => m.GetProperty("pendingRestart").GetArrayLength() == 1));
        foreach (var node in SandboxCluster.Numbers)
        {
            Assert.Equal([300], await cluster.ReadAsync(node, "SELECT @@global.max_connections"));
        }

        var again = await MysqlhaProgram.RunAsync("restart", "--rolling");
        await cluster.ShouldAsync(again.Exit == 0, $"{again}");
        foreach (var node in SandboxCluster.Numbers)
        {
            Assert.NotEqual([7], await cluster.ReadAsync(node, "SELECT @@global.innodb_read_io_threads"));
        }

        _ = await cluster.WholeAsync(within: 30);
    }

    private async Task RefusesAsync()
    {
        foreach (var (setting, says) in new[]
        {
            ("max_connections=5000000", "max_connections: Variable 'max_connections' can't be set to the value of '5000000'; allowed: 1 to 100000"),
            ("innodb_read_io_threads=800", "adjusted to 64"),
            ("innodb_buffer_pool_size=900T", "bytes of memory that there are"),
            ("gtid_mode=OFF", "gtid_mode: for the agents alone to set"),
            ("nonsense=1", "nonsense: mysqld knows no such variable"),
        })
        {
            var refused = await MysqlhaProgram.RunAsync("config", "set", setting);
            await cluster.ShouldAsync(refused.Exit == 4 && refused.Errors.Contains(says, StringComparison.Ordinal), $"{setting}: {refused}");
        }

        // From a file all of it at once, and nothing of it is set.
        var before = (await ConfigurationAsync()).GetProperty("version").GetInt64();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "set: {max_connections: 5000000, nonsense: 1, gtid_mode: OFF, long_query_time: soon, back_log: 99}\n");
        var all = await MysqlhaProgram.RunAsync("config", "apply", file);
        File.Delete(file);
        await cluster.ShouldAsync(all.Exit == 4 && (await ConfigurationAsync()).GetProperty("version").GetInt64() == before, $"{all}");
        foreach (var says in (string[])
            ["value of '5000000'; allowed: 1 to 100000", "knows no such variable", "gtid_mode: for the agents", "long_query_time: ", "'soon'"])
        {
            Assert.Contains(says, all.Errors, StringComparison.Ordinal);
        }

        var stale = await MysqlhaProgram.RunAsync("config", "set", "max_connections=333", "--if-version", "99");
        await cluster.ShouldAsync(stale.Exit == 4 && stale.Errors.Contains("other-version", StringComparison.Ordinal), $"{stale}");
    }

    private static async Task<JsonElement> ConfigurationAsync() =>
        JsonDocument.Parse((await MysqlhaProgram.RunAsync("config", "--json")).Output).RootElement;

    private static List<JsonElement> Members(JsonElement configuration) => [.. configuration.GetProperty("members").EnumerateArray()];

    private async Task UntilAsync(string what, Func<JsonElement, bool> condition)
    {
        var since = Stopwatch.GetTimestamp();
        while (await ConfigurationAsync() is var now && !condition(now))
        {
            await cluster.ShouldAsync(Stopwatch.GetElapsedTime(since).TotalSeconds < 40, $"not within 40 s: {what}\n{now}");
            await Task.Delay(200);
        }
    }
}
