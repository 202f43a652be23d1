using MySqlHa.Configuration;
using Xunit;

namespace MySqlHa.Tests.Configuration;

public sealed class SettingsForAllTests
{
    [Theory]
    [InlineData("max_connections")]
    [InlineData("innodb_buffer_pool_size")]
    [InlineData("innodb_read_io_threads")]
    [InlineData("sql_mode")]
    [InlineData("replica_parallel_workers")]
    [InlineData("binlog_expire_logs_seconds")]
    [InlineData("long_query_time")]
    public void A_server_may_be_tuned_for_all(string name)
    {
        Assert.True(MysqldSettings.IsForAll(name));
        Assert.True(MySqlHa.Supervision.MysqldSettings.MayBeSet(name));
    }

    [Theory]
    [InlineData("gtid_mode")]
    [InlineData("sync_binlog")]
    [InlineData("binlog_error_action")]
    [InlineData("innodb_flush_log_at_trx_commit")]
    [InlineData("rpl_semi_sync_source_enabled")]
    [InlineData("super_read_only")]
    [InlineData("offline_mode")]
    [InlineData("server_id")]
    [InlineData("port")]
    [InlineData("datadir")]
    [InlineData("tmpdir")]
    [InlineData("slow_query_log_file")]
    [InlineData("ssl_ca")]
    [InlineData("relay_log_recovery")]
    [InlineData("lower_case_table_names")]
    [InlineData("transaction_read_only")]
    [InlineData("max_user_connections")]
    [InlineData("event_scheduler")]
    [InlineData("persisted_globals_load")]
    [InlineData("clone_valid_donor_list")]
    [InlineData("performance_schema")]
    [InlineData("a b")]
    [InlineData("")]
    public void What_the_agents_rest_on_and_what_is_one_machines_is_not_for_all(string name) => Assert.False(MysqldSettings.IsForAll(name));

    /// <summary>As mysqld would take it: with its prefixes, hyphens, and any beginning of a name.</summary>
    [Theory]
    [InlineData("server_id", true)]
    [InlineData("SERVER-ID", true)]
    [InlineData("skip-grant-tables", true)]
    [InlineData("loose_relay-log-recovery", true)]
    [InlineData("maximum_loose_port", true)]
    [InlineData("rpl_semi_sync_source_enabled", true)]
    [InlineData("replicate_do_db", true)]
    [InlineData("innodb_flush_log_at_trx", true)]
    [InlineData("relay", true)]
    [InlineData("ServerId", false)]
    [InlineData("max_connections", false)]
    [InlineData("innodb_buffer_pool_size", false)]
    [InlineData("sql_mode", false)]
    public void The_agents_own_are_seen_through_their_spellings(string name, bool owned) =>
        Assert.Equal(owned, MysqldSettings.IsOwned(name));

    [Fact]
    public void What_supervision_sets_itself_is_refused_when_the_configuration_is_read() =>
        Assert.DoesNotContain(MySqlHa.Supervision.MysqldSettings.Kept, name => !MysqldSettings.IsOwned(name));

    [Theory]
    [InlineData("max_connections", "31", "allowed: 32 or more")]
    [InlineData("max_connections", "32", null)]
    [InlineData("max_allowed_packet", "1K", "allowed: 65536 or more")]
    [InlineData("max_allowed_packet", "64K", null)]
    [InlineData("innodb_buffer_pool_size", "2G", null)]
    [InlineData("innodb_buffer_pool_size", "9g", "allowed: less than that")]
    [InlineData("innodb_buffer_pool_size", "18446744073709551615E", "allowed: less than that")]
    [InlineData("innodb_flush_method", "O_DIRECT", null)]
    [InlineData("innodb-flush-method", "fsync", null)]
    [InlineData("innodb_flush_method", "nosync", "allowed: fsync")]
    [InlineData("innodb_buffer_pool_size", "x", null)] // that is the server's to say
    [InlineData("innodb_buffer_pool_size", "", null)]
    public void What_a_server_takes_and_the_agents_or_the_machine_would_not_survive_is_refused(string name, string value, string? why)
    {
        var said = MysqldSettings.Beyond(name, value, memory: 8L << 30);
        Assert.Equal(why is null, said is null);
        Assert.Contains(why ?? "", said ?? "", StringComparison.Ordinal);
    }
}
