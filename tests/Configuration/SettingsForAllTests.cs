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
    [InlineData("a b")]
    [InlineData("")]
    public void What_the_agents_rest_on_and_what_is_one_machines_is_not_for_all(string name) => Assert.False(MysqldSettings.IsForAll(name));
}
