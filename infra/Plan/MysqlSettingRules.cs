using System.Text.RegularExpressions;

namespace MySqlHa.Infra.Plan;

/// <summary>
/// Which settings of mysqld may be asked for. The agent refuses those its promises rest on, but it would do so on the machines, one
/// after another; so they are refused here as well. A test holds that both refuse the same.
/// </summary>
public static partial class MysqlSettingRules
{
    private static readonly string[] Owned =
    [
        "admin_address", "admin_port", "basedir", "bind_address", "binlog_do_db", "binlog_error_action", "binlog_format",
        "binlog_ignore_db", "binlog_order_commits", "binlog_row_image", "daemonize", "datadir", "disabled_storage_engines",
        "enforce_gtid_consistency", "grant_tables", "gtid_mode", "gtid_purged", "init_connect", "init_file", "init_replica", "initialize",
        "initialize_insecure", "innodb_doublewrite", "innodb_flush_log_at_trx_commit", "innodb_force_recovery", "innodb_read_only",
        "log_bin", "log_error", "log_replica_updates", "log_slave_updates", "networking", "offline_mode", "pid_file", "plugin_load",
        "port", "read_only", "replica_parallel_type", "replica_preserve_commit_order", "replica_start", "report_host", "report_port",
        "server_id", "server_uuid", "slave_start", "socket", "super_read_only", "sync_binlog", "sync_relay_log", "user",
    ];

    private static readonly string[] OwnedFamilies = ["defaults_", "mysqlx", "relay_log", "replicate_", "rpl_semi_sync_"];

    public static bool IsName(string name) => Name().IsMatch(name);

    public static string Normal(string name) => name.Replace('-', '_').ToLowerInvariant();

    /// <summary>Whether the agent sets this itself, however it is spelled: mysqld takes prefixes, and beginnings of names.</summary>
    public static bool IsOwned(string name)
    {
        var bare = Prefix().Replace(Normal(name), "");
        return Owned.Any(o => o.StartsWith(bare, StringComparison.Ordinal))
            || OwnedFamilies.Any(f => bare.StartsWith(f, StringComparison.Ordinal) || f.StartsWith(bare, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_-]{0,63}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A((loose|skip|enable|disable|maximum)_)+")]
    private static partial Regex Prefix();
}
