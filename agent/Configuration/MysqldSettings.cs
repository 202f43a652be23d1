using System.Globalization;
using System.Text.RegularExpressions;

namespace MySqlHa.Configuration;

/// <summary>Which settings of mysqld an operator may add. Those the agent's promises rest on are its own and cannot be set.</summary>
internal static partial class MysqldSettings
{
    private static readonly string[] Owned =
    [
        "admin_address", "admin_port", "basedir", "bind_address", "binlog_do_db", "binlog_format", "binlog_ignore_db",
        "binlog_order_commits", "binlog_row_image", "daemonize", "datadir", "disabled_storage_engines", "enforce_gtid_consistency",
        "grant_tables", "gtid_mode",
        "gtid_purged", "init_connect", "init_file", "init_replica", "initialize", "initialize_insecure", "innodb_doublewrite",
        "innodb_flush_log_at_trx_commit", "innodb_force_recovery", "innodb_read_only", "log_bin", "log_error", "log_replica_updates",
        "log_slave_updates", "networking", "offline_mode", "pid_file", "plugin_load", "port", "read_only", "replica_parallel_type",
        "replica_preserve_commit_order", "replica_start", "report_host", "report_port", "server_id", "server_uuid", "slave_start", "socket",
        "super_read_only", "sync_binlog", "sync_relay_log", "user",
    ];

    private static readonly string[] OwnedFamilies = ["defaults_", "mysqlx", "relay_log", "replicate_", "rpl_semi_sync_"];

    // What one node may set for itself and the cluster may not for all: what describes a machine or a data directory, and what could
    // shut out the agents' own accounts or sessions.
    private static readonly string[] NotForAll =
    [
        "activate_all_roles_on_login", "authentication_policy", "autocommit", "binlog_checksum", "binlog_encryption",
        "binlog_transaction_compression", "clone_valid_donor_list", "completion_type", "default_password_lifetime", "event_scheduler",
        "explicit_defaults_for_timestamp", "general_log_file", "innodb_data_file_path", "innodb_directories", "innodb_page_size",
        "keyring_operations", "large_pages", "lower_case_table_names", "mandatory_roles", "max_user_connections", "named_pipe",
        "partial_revokes", "password_require_current", "performance_schema", "persisted_globals_load", "secure_file_priv", "server_id_bits",
        "slow_query_log_file", "sql_log_bin",
        "sql_replica_skip_counter", "sql_require_primary_key", "sql_slave_skip_counter", "tmpdir", "transaction_isolation",
        "transaction_read_only",
    ];

    private static readonly string[] FamiliesNotForAll =
    [
        "admin_", "caching_sha2_", "gtid_", "ssl_", "tls_", "validate_password", "replica_exec", "replica_net", "replica_skip",
        "slave_exec", "slave_net", "slave_skip", "rpl_",
    ];

    private static readonly string[] EndingsNotForAll = ["_dir", "_directory", "_file", "_path"];

    /// <summary>Whether the cluster's configuration may hold it: not what is the agent's, and not what is one machine's.</summary>
    public static bool IsForAll(string name)
    {
        var normal = Normal(name);
        return IsName(name) && !IsOwned(name) && !NotForAll.Contains(normal)
            && !FamiliesNotForAll.Any(f => normal.StartsWith(f, StringComparison.Ordinal))
            && !EndingsNotForAll.Any(e => normal.EndsWith(e, StringComparison.Ordinal));
    }

    /// <summary>
    /// What is wrong with a value that a server takes: with less the agents themselves would be shut out, with more the machine's memory
    /// would not do. Null: nothing.
    /// </summary>
    /// <param name="memory">Of this machine, or of what this process may use of it, in bytes.</param>
    public static string? Beyond(string name, string value, long memory)
    {
        var (normal, number) = (Normal(name), NumberIn(value));
        return (normal, number) switch
        {
            ("max_connections", { } count) when count < LeastConnections =>
                $"{value} is too few for the cluster's own sessions; allowed: {LeastConnections} or more",
            ("max_allowed_packet", { } bytes) when bytes < LeastPacket =>
                $"{value} is too short for the agents' own statements; allowed: {LeastPacket} or more",
            ("innodb_buffer_pool_size", { } bytes) when bytes > (UInt128)memory =>
                $"{value} is more than the {memory} bytes of memory that there are; allowed: less than that",
            _ => null,
        };
    }

    private const ulong LeastConnections = 32;
    private const ulong LeastPacket = 65536;

    /// <summary>Null: it is no whole number, with K, M, G, T, P or E behind it or not.</summary>
    private static UInt128? NumberIn(string value)
    {
        var unit = value.Length == 0 ? -1 : "KMGTPE".IndexOf(char.ToUpperInvariant(value[^1]), StringComparison.Ordinal);
        return ulong.TryParse(unit < 0 ? value : value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (UInt128)number << (10 * (unit + 1))
            : null;
    }

    /// <summary>Without the <c>loose_</c> before it.</summary>
    public static string Bare(string name) =>
        Normal(name) is var normal && normal.StartsWith("loose_", StringComparison.Ordinal) ? normal["loose_".Length..] : normal;

    /// <summary>In the form the agent keeps: lower case, underscores.</summary>
    public static string Normal(string name) => name.Replace('-', '_').ToLowerInvariant();

    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>
    /// Whether the agent sets this itself. mysqld takes <c>loose_</c>, <c>skip_</c>, <c>enable_</c>, <c>disable_</c> and
    /// <c>maximum_</c> before a name, and any unambiguous beginning of one, so these are seen through.
    /// </summary>
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
