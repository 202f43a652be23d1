using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MySqlHa.Supervision;

/// <summary>
/// The my.cnf of a cluster's mysqld. The protected settings are what the protocol's proofs rest on: nothing may
/// override them, by whatever spelling mysqld would accept. The modest ones are defaults that a configuration may change.
/// </summary>
public static partial class MysqldSettings
{
    /// <summary>Never falls back to asynchronous by itself: MySQL's largest value, 49 days.</summary>
    public const uint SemiSyncTimeoutMilliseconds = uint.MaxValue;

    // Starts closed in every respect: read-only, no ordinary client, no replication, no semi-sync. Only the agent opens it.
    private static readonly ImmutableSortedDictionary<string, string> Protected = new Dictionary<string, string>
    {
        ["gtid_mode"] = "ON",
        ["enforce_gtid_consistency"] = "ON",
        ["log_bin"] = "binlog",
        ["log_replica_updates"] = "ON",
        ["replicate_same_server_id"] = "ON", // a node has one server_id for ever, and its data may be made anew: GTIDs alone say what it holds
        ["binlog_format"] = "ROW",
        ["sync_binlog"] = "1",
        ["binlog_error_action"] = "ABORT_SERVER", // else a server that cannot log goes on without, and commits what nobody else gets
        ["innodb_flush_log_at_trx_commit"] = "1",
        ["relay_log"] = "relay",
        ["relay_log_recovery"] = "OFF", // ON throws received, acknowledged transactions away at a start
        ["relay_log_purge"] = "ON",
        ["skip_replica_start"] = "ON",
        ["super_read_only"] = "ON",
        ["read_only"] = "ON",
        ["offline_mode"] = "ON",
        ["replica_preserve_commit_order"] = "ON",
        ["rpl_stop_replica_timeout"] = "2", // the least: STOP REPLICA says that it waits, and is not waited for
        ["rpl_semi_sync_source_enabled"] = "OFF",
        ["rpl_semi_sync_source_timeout"] = SemiSyncTimeoutMilliseconds.ToString(CultureInfo.InvariantCulture),
        ["rpl_semi_sync_source_wait_point"] = "AFTER_SYNC",
        ["rpl_semi_sync_source_wait_no_replica"] = "ON",
        ["rpl_semi_sync_source_wait_for_replica_count"] = "1",
        ["rpl_semi_sync_replica_enabled"] = "OFF",
        ["event_scheduler"] = "OFF", // the leader's agent turns it on
        ["persisted_globals_load"] = "OFF", // a SET PERSIST could undo any of these at the next start
        ["partial_revokes"] = "ON", // the application account has all schemas but the system's
        ["mysqlx"] = "OFF",
        ["innodb_doublewrite"] = "ON",
        // A table that cannot roll back differs between nodes after a crash. MEMORY even writes transactions of its own.
        ["disabled_storage_engines"] = "MyISAM,MRG_MYISAM,ARCHIVE,CSV,BLACKHOLE,FEDERATED,MEMORY,EXAMPLE",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    // Derived from the options; as untouchable as the others.
    private static readonly ImmutableArray<string> Owned =
    [
        "datadir", "bind_address", "port", "socket", "pid_file", "log_error", "server_id", "report_host", "report_port", "user",
        "sync_relay_log", "replica_net_timeout", "plugin_load", "plugin_load_add", "early_plugin_load", "init_file", "daemonize",
        "initialize",
        "initialize_insecure", "skip_grant_tables", "skip_networking", "defaults_file", "defaults_extra_file", "server_uuid", "auto_cnf",
        "log_bin_index", "relay_log_index", "innodb_force_recovery", "innodb_read_only", "tc_heuristic_recover", "gtid_executed",
        "gtid_purged", "replicate_do_db",
        "replicate_ignore_db", "replicate_do_table", "replicate_ignore_table", "replicate_wild_do_table", "replicate_wild_ignore_table",
        "replicate_rewrite_db", "binlog_do_db", "binlog_ignore_db", "replica_skip_errors", "replica_exec_mode", "read_only",
        "super_read_only",
    ];

    // Three nodes run on a laptop; a server with memory to spare says so in its configuration.
    private static readonly ImmutableSortedDictionary<string, string> Modest = new Dictionary<string, string>
    {
        ["innodb_buffer_pool_size"] = "64M",
        ["innodb_redo_log_capacity"] = "128M",
        ["innodb_log_buffer_size"] = "8M",
        ["table_open_cache"] = "400",
        ["table_definition_cache"] = "800",
        ["temptable_max_ram"] = "64M",
        ["performance_schema_digests_size"] = "200",
        ["performance_schema_error_size"] = "0",
        ["max_connections"] = "300",
        ["max_connect_errors"] = "4294967295", // a peer that came and went too often would be locked out
        ["skip_name_resolve"] = "ON", // a name server that hangs must not hang a login

        // While no worker is free, MySQL's coordinator asks for one again and again and yields in between, a whole core of it
        // (sql/rpl_mta_submode.cc, Mts_submode_logical_clock::get_least_occupied_worker): with 4 workers and 8 writers it took
        // the leader half of its commits where both were on one machine of two cores.
        ["replica_parallel_workers"] = "16",
        ["binlog_expire_logs_seconds"] = "259200", // three days: time for a broken node to come back without a clone
        ["max_binlog_size"] = "256M",
        ["require_secure_transport"] = "ON",
        ["local_infile"] = "OFF",
        ["secure_file_priv"] = "NULL",
        ["log_error_verbosity"] = "2",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Throws <see cref="SupervisionException"/> naming the first key or value that may not be set.</summary>
    public static void Check(IReadOnlyDictionary<string, string> settings)
    {
        foreach (var (key, value) in settings)
        {
            if (!KeyPattern().IsMatch(key) || value.AsSpan().ContainsAny("\r\n\0"))
            {
                throw new SupervisionException(
                    SupervisionError.WrongOptions, $"The mysqld setting '{key}' is not one name with a one-line value.");
            }

            if (ClashOf(key) is { } clash)
            {
                throw new SupervisionException(
                    SupervisionError.WrongOptions,
                    $"The mysqld setting '{key}' may not be changed: the cluster's safety rests on its own value of {clash}.");
            }
        }
    }

    /// <summary>What only the agent sets.</summary>
    internal static IEnumerable<string> Kept => Protected.Keys.Concat(Owned);

    /// <summary>Whether somebody else than the agent may set it.</summary>
    public static bool MayBeSet(string key) => ClashOf(key) is null;

    private static string? ClashOf(string key)
    {
        var plain = Plain(key);
        // mysqld takes any unambiguous beginning of a name for the name.
        return Modest.ContainsKey(plain) ? null
            : Kept.FirstOrDefault(p => Plain(p).StartsWith(plain, StringComparison.Ordinal));
    }

    /// <summary>What our own my.cnf sets it to where nobody sets it; null: mysqld's own default.</summary>
    public static string? DefaultOf(string name) => Modest.GetValueOrDefault(name);

    internal static string Render(MysqldOptions options)
    {
        var lines = Common(options);
        lines.AddRange(Protected.Select(s => $"{s.Key} = {s.Value}"));
        lines.AddRange(Modest.Where(s => options.Settings.Keys.All(k => Plain(k) != Plain(s.Key))).Select(s => $"{s.Key} = {s.Value}"));
        lines.AddRange(
        [
            $"bind_address = {options.Host}",
            $"port = {options.Port}",
            $"report_host = {options.Host}",
            $"report_port = {options.Port}",
            $"sync_relay_log = {(options.SyncRelayLog ? 1 : 10000)}",
            $"replica_net_timeout = {options.ReplicaNetTimeoutSeconds}",
            "plugin_load_add = semisync_source.so",
            "plugin_load_add = semisync_replica.so",
            "plugin_load_add = mysql_clone.so",
        ]);
        lines.AddRange(options.Settings.Select(s => $"{s.Key} = {Quoted(s.Value)}"));
        return Text(lines);
    }

    /// <summary>For <see cref="PrivateMysqld"/>: the cluster's settings, but out of everyone's reach and open to changes.</summary>
    internal static string RenderPrivate(MysqldOptions options) =>
        Render(options) + "skip_networking = ON\nskip_grant_tables = ON\nread_only = OFF\nsuper_read_only = OFF\noffline_mode = OFF\n";

    /// <summary>For the one run that makes the data directory: no plugin is loaded then, and no engine may be missing.</summary>
    internal static string RenderForInitialisation(MysqldOptions options)
    {
        var lines = Common(options);
        lines.AddRange(["partial_revokes = ON", "innodb_redo_log_capacity = 128M", "innodb_buffer_pool_size = 64M",
            "log_error_verbosity = 2", "mysqlx = OFF"]);
        var schema = new[] { "lower_case_table_names", "innodb_page_size", "innodb_data_file_path", "innodb_undo_tablespaces",
            "character_set_server", "collation_server" };
        lines.AddRange(options.Settings.Where(s => schema.Contains(Plain(s.Key))).Select(s => $"{s.Key} = {Quoted(s.Value)}"));
        return Text(lines);
    }

    /// <summary>Nothing but these, for the server program to judge.</summary>
    internal static string RenderAlone(IEnumerable<KeyValuePair<string, string>> settings) =>
        Text([.. settings.Select(s => $"{s.Key} = {Quoted(s.Value)}"), "log_error_verbosity = 2"]);

    private static List<string> Common(MysqldOptions options)
    {
        List<string> lines =
        [
            $"socket = {Quoted(options.Socket)}",
            $"pid_file = {Quoted(Path.Combine(options.RunDirectory, "mysqld.pid"))}",
            $"log_error = {Quoted(options.ErrorLog)}",
            $"server_id = {options.ServerId}",
        ];
        if (Environment.UserName == "root")
        {
            lines.Add("user = root"); // mysqld wants to be told so twice
        }

        return lines;
    }

    private static string Text(List<string> lines)
    {
        var text = new StringBuilder("# Written by the agent at each start of mysqld: changes here are lost.\n[mysqld]\n");
        foreach (var line in lines)
        {
            _ = text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static string Quoted(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>One spelling for the many that mysqld takes: dashes, prefixes, and the older words for source and replica.</summary>
    private static string Plain(string key)
    {
        var plain = key.ToLowerInvariant().Replace('-', '_').Replace("slave", "replica", StringComparison.Ordinal)
            .Replace("master", "source", StringComparison.Ordinal);
        string[] prefixes = ["loose_", "skip_", "disable_", "enable_", "maximum_"];
        while (prefixes.FirstOrDefault(p => plain.StartsWith(p, StringComparison.Ordinal)) is { } prefix)
        {
            plain = plain[prefix.Length..];
        }

        return plain;
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_.-]*$")]
    private static partial Regex KeyPattern();
}
