using System.Collections.Immutable;
using MySqlHa.Supervision;
using Xunit;

namespace MySqlHa.Tests.Supervision;

public sealed class MysqldSettingsTests
{
    [Theory]
    [InlineData("gtid_mode")]
    [InlineData("GTID-MODE")]
    [InlineData("super-read")] // mysqld takes the beginning of a name
    [InlineData("skip-log-bin")]
    [InlineData("disable_log_bin")]
    [InlineData("loose_rpl_semi_sync_source_timeout")]
    [InlineData("rpl_semi_sync_master_timeout")]
    [InlineData("log_slave_updates")]
    [InlineData("skip-slave-start")]
    [InlineData("relay_log_recovery")]
    [InlineData("datadir")]
    [InlineData("replica_net_timeout")]
    [InlineData("binlog-error-action")]
    public void A_setting_that_safety_rests_on_is_refused_by_whatever_spelling(string key)
    {
        var refused = Assert.Throws<SupervisionException>(() => MysqldSettings.Check(new Dictionary<string, string> { [key] = "OFF" }));
        Assert.Equal(SupervisionError.WrongOptions, refused.Error);
        Assert.Contains($"'{key}'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max_connections\nsuper_read_only", "1")]
    [InlineData("max_connections", "1\nsuper_read_only=OFF")]
    public void A_line_cannot_be_smuggled_in(string key, string value) =>
        Assert.Throws<SupervisionException>(() => MysqldSettings.Check(new Dictionary<string, string> { [key] = value }));

    [Fact]
    public void An_allowed_setting_replaces_the_modest_default()
    {
        var text = MysqldSettings.Render(Options(("innodb-buffer-pool-size", "8G"), ("max_connections", "1000")));
        Assert.Contains("innodb-buffer-pool-size = \"8G\"\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("64M\ninnodb_buffer", text, StringComparison.Ordinal);
        Assert.DoesNotContain("innodb_buffer_pool_size", text, StringComparison.Ordinal);
        Assert.DoesNotContain("max_connections = 300", text, StringComparison.Ordinal);
        Assert.Contains("relay_log_recovery = OFF\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_path_that_the_kernel_cannot_take_is_refused()
    {
        var refused = Assert.Throws<SupervisionException>(() => (Options() with { RunDirectory = "/" + new string('x', 120) }).Validated());
        Assert.Contains("107", refused.Message, StringComparison.Ordinal);
    }

    private static MysqldOptions Options(params (string Key, string Value)[] settings) => new()
    {
        Command = "/usr/sbin/mysqld",
        DataDirectory = "/data",
        RunDirectory = "/run/ha",
        ErrorLog = "/log",
        Host = "127.0.0.1",
        ServerId = 1,
        Settings = settings.ToImmutableSortedDictionary(s => s.Key, s => s.Value),
    };
}
