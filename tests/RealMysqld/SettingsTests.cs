using MySqlHa.Replication;
using MySqlHa.Supervision;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>The cluster's settings on a real mysqld: tried, set while it runs, and at its start.</summary>
[Collection(RealMysqld.Name)]
public sealed class SettingsTests(MysqldTemplate template)
{
    [Theory]
    [InlineData("max_connections", "500", null)]
    [InlineData("max_connections", "5000000", "'5000000'; allowed: 1 to 100000")]
    [InlineData("max_connections", "many", "Incorrect argument type to variable 'max_connections'")]
    [InlineData("innodb_buffer_pool_size", "96M", null)]
    [InlineData("innodb_buffer_pool_size", "1K", "innodb_buffer_pool_size")]
    [InlineData("long_query_time", "0.5", null)]
    [InlineData("slow_query_log", "maybe", "'maybe'")]
    [InlineData("character_set_server", "utf9", "Unknown character set")]
    [InlineData("sql_mode", "ANSI", null)]
    [InlineData("nonsense", "1", "knows no such variable")]
    [InlineData("max_conn", "1", "knows no such variable")] // a beginning of a name is none
    [InlineData("timestamp", "1", "SESSION variable")]
    public async Task A_running_server_says_whether_it_would_take_a_value_and_changes_nothing(string name, string value, string? why)
    {
        await using var node = await TestNode.StartAsync(template, 1);
        await using var looking = MysqlDriver.Local(
            node.Options.Socket, MysqldTemplate.Accounts.Agent.User, MysqldTemplate.Accounts.Agent.Password);
        await MysqlDriver.OpenAsync(looking);
        async Task<string> AllAsync() => string.Join('\n', (await looking.QueryAsync(
            "SELECT CONCAT(VARIABLE_NAME, '=', VARIABLE_VALUE) AS one FROM performance_schema.global_variables WHERE VARIABLE_NAME NOT IN"
            + " ('gtid_executed', 'innodb_thread_sleep_delay') ORDER BY 1")).Select(r => r.Text("one")));
        var before = await AllAsync();
        var said = (await node.Server.CheckSettingsAsync(new Dictionary<string, string> { [name] = value }, TestNode.Within(10))).OrThrow();
        Assert.Equal(why is not null, said.NotTaken.ContainsKey(name));
        Assert.Contains(why ?? "", said.NotTaken.GetValueOrDefault(name, ""), StringComparison.Ordinal);
        Assert.Empty(said.AtStartOnly);
        Assert.Equal(before, await AllAsync());
    }

    [Fact]
    public async Task What_can_be_set_live_is_and_the_rest_is_named()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        var values = new Dictionary<string, string?>
        {
            ["max_connections"] = "444",
            ["innodb_buffer_pool_size"] = "128M", // in whole pieces of 128M, as this server has it
            ["innodb_read_io_threads"] = "8",
            ["slow_query_log"] = "ON",
            ["long_query_time"] = "0.25",
            ["character_set_server"] = "latin1",
            ["max_allowed_packet"] = "1000", // not a multiple of 1024: this server takes none
        };
        var done = (await node.Server.ApplySettingsAsync(values, TestNode.Within(10))).OrThrow();
        Assert.Equal("innodb_read_io_threads", Assert.Single(done.AtStartOnly));
        Assert.Equal("max_allowed_packet", Assert.Single(done.NotTaken).Key);
        Assert.Equal("444 134217728 1 0.250000 latin1", await ReadAsync(node));

        // Back: to what this node's own my.cnf has, or to the server's own.
        var back = new Dictionary<string, string?>
        {
            ["max_connections"] = MysqldSettings.DefaultOf("max_connections"),
            ["slow_query_log"] = null,
            ["long_query_time"] = null,
            ["character_set_server"] = null,
        };
        Assert.Empty((await node.Server.ApplySettingsAsync(back, TestNode.Within(10))).OrThrow().NotTaken);
        Assert.Equal("300 134217728 0 10.000000 utf8mb4", await ReadAsync(node));
    }

    [Theory]
    [InlineData("innodb_read_io_threads", "8", null)]
    [InlineData("innodb_read_io_threads", "800", "unsigned value 800 adjusted to 64")]
    [InlineData("innodb_flush_method", "nonsense", "innodb_flush_method: Error while setting value 'nonsense'")]
    [InlineData("back_log", "abc", "back_log")]
    [InlineData("performance_schema", "maybe", "'maybe' was not recognized")]
    [InlineData("innodb_buffer_pool_size", "2X", "'2X'")]
    [InlineData("thread_handling", "foo", "'foo'")]
    public async Task What_is_taken_at_the_start_only_is_judged_by_the_program(string name, string value, string? why)
    {
        var options = template.NodeOptions(1);
        var said = await SettingsCheck.RunAsync(options, new Dictionary<string, string> { [name] = value }, TestNode.Within(10));
        Assert.Equal(why is null, said.IsEmpty);
        Assert.Contains(why ?? "", string.Join('\n', said), StringComparison.Ordinal);
        Assert.All(said, s => Assert.StartsWith(name + ": ", s, StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(options.RunDirectory, "check-*"));
    }

    [Fact]
    public async Task A_mysqld_with_a_setting_that_it_does_not_start_with_says_so()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        await node.KillAsync();
        var options = node.Options with { Settings = node.Options.Settings.SetItem("innodb_flush_method", "nonsense") };
        var e = await Assert.ThrowsAsync<SupervisionException>(() => MysqldProcess.StartAsync(options, TestNode.Within(30)));
        Assert.Equal(SupervisionError.ExitedDuringStart, e.Error);
        Assert.Contains("nonsense", e.Message, StringComparison.Ordinal);
        await node.StartAgainAsync();
    }

    private static async Task<string> ReadAsync(TestNode node)
    {
        await using var connection = MysqlDriver.Local(
            node.Options.Socket, MysqldTemplate.Accounts.Agent.User, MysqldTemplate.Accounts.Agent.Password);
        await MysqlDriver.OpenAsync(connection);
        return (await connection.RowAsync(
            "SELECT CONCAT_WS(' ', @@global.max_connections, @@global.innodb_buffer_pool_size, @@global.slow_query_log,"
            + " @@global.long_query_time, @@global.character_set_server) AS value")).Text("value");
    }
}
