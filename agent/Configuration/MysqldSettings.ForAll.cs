using System.Globalization;

namespace MySqlHa.Configuration;

/// <summary>What of it the cluster's configuration may hold for all nodes.</summary>
internal static partial class MysqldSettings
{
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
    /// would not do, or commits are not on the disk. Null: nothing.
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
            _ when Unsafe(name, value) is { } safe => $"{value} leaves out syncs that commits rest on; allowed: {safe}",
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
}
