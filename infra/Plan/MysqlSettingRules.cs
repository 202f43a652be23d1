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
        "admin_address", "admin_port", "auto_cnf", "basedir", "bind_address", "binlog_do_db", "binlog_error_action", "binlog_format",
        "binlog_ignore_db", "binlog_order_commits", "binlog_row_image", "daemonize", "datadir", "disabled_storage_engines",
        "early_plugin_load", "enforce_gtid_consistency", "event_scheduler", "grant_tables", "gtid_executed", "gtid_mode", "gtid_purged",
        "init_connect", "init_file", "init_replica", "initialize", "initialize_insecure", "innodb_doublewrite",
        "innodb_flush_log_at_trx_commit", "innodb_force_recovery", "innodb_read_only", "log_bin", "log_bin_index", "log_error",
        "log_replica_updates", "log_slave_updates", "networking", "offline_mode", "partial_revokes", "persisted_globals_load", "pid_file",
        "plugin_load", "plugin_load_add", "port", "read_only", "replica_exec_mode", "replica_net_timeout", "replica_parallel_type",
        "replica_preserve_commit_order", "replica_skip_errors", "replica_start", "report_host", "report_port", "rpl_stop_replica_timeout",
        "server_id", "server_uuid", "slave_exec_mode", "slave_net_timeout", "slave_skip_errors", "slave_start", "socket",
        "super_read_only", "sync_binlog", "sync_relay_log", "tc_heuristic_recover", "user",
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

    /// <summary>
    /// The values that are allowed where this one leaves out syncs, so that an acknowledged commit would not be on the disk; null: it does
    /// not. mysqld takes names of values in any case, and their numbers; beginnings of them, which it takes as well, are refused.
    /// </summary>
    public static string? Unsafe(string name, string value)
    {
        const string FlushMethod = "innodb_flush_method";
        const string Allowed = "fsync, O_DSYNC, O_DIRECT or O_DIRECT_NO_FSYNC";
        string[] synced = ["fsync", "o_dsync", "o_direct", "o_direct_no_fsync", "0", "1", "4", "5"];
        var bare = Prefix().Replace(Normal(name), "");
        return bare.Length > "innodb_flush_".Length && FlushMethod.StartsWith(bare, StringComparison.Ordinal)
            && !synced.Contains(value.ToLowerInvariant())
            ? Allowed
            : null;
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_-]{0,63}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A((loose|skip|enable|disable|maximum)_)+")]
    private static partial Regex Prefix();
}
