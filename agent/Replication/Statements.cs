using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Replication;

/// <summary>All that the agent ever says to a server, on one page. Secrets are in the texts: they are never logged.</summary>
internal static class Statements
{
    public const string LockName = "mysqlha";

    /// <summary>
    /// Backslash escapes in force whatever the server's mode; an idle connection is kept a year; and no limit that was made for
    /// applications holds the agent up.
    /// </summary>
    public const string NewSession =
        "SET SESSION sql_mode = 'STRICT_TRANS_TABLES', wait_timeout = 31536000, lock_wait_timeout = 31536000, autocommit = 1,"
        + " max_execution_time = 0, sql_big_selects = 1, sql_select_limit = 18446744073709551615, sql_safe_updates = 0,"
        + " transaction_read_only = 0";

    // -- the effects lock ---------------------------------------------------------------------------------------------

    public const string LockHolder = $"SELECT CONNECTION_ID() AS me, IS_USED_LOCK('{LockName}') AS holder";

    public const string TakeLock = $"SELECT GET_LOCK('{LockName}', 5) AS taken";

    /// <summary>Other accounts' sessions that hold the lock or wait for it.</summary>
    public const string StrangersAtLock =
        $"""
        SELECT t.PROCESSLIST_ID AS id FROM performance_schema.metadata_locks l
          JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID
          WHERE l.OBJECT_TYPE = 'USER LEVEL LOCK' AND l.OBJECT_NAME = '{LockName}'
            AND t.PROCESSLIST_USER <> SUBSTRING_INDEX(USER(), '@', 1)
        """;

    public static string Kill(long connection) => string.Create(CultureInfo.InvariantCulture, $"KILL CONNECTION {connection}");

    // -- looking ------------------------------------------------------------------------------------------------------

    /// <summary>
    /// The probe: one round trip, six answers. (Drivers read CHAR(36) as a Guid and stumble over the empty one: hence the blank.) No
    /// statement here takes a lock that a waiting commit, a hanging
    /// super_read_only or a hanging STOP REPLICA holds (SHOW BINARY LOG STATUS would).
    /// </summary>
    public const string Probe =
        """
        SELECT @@global.server_uuid AS server_uuid, @@global.version AS version, @@global.super_read_only AS super_read_only,
          @@global.read_only AS read_only, @@global.offline_mode AS offline_mode, @@global.gtid_purged AS gtid_purged,
          @@global.rpl_semi_sync_source_enabled AS source_enabled, @@global.rpl_semi_sync_source_wait_for_replica_count AS wait_count,
          @@global.rpl_semi_sync_replica_enabled AS replica_enabled,
          (SELECT CONCAT(COUNT(*), ' ', HEX(COALESCE(BIT_XOR(CRC32(CONCAT_WS(' ', slot, epoch, written_at))), 0)))
            FROM mysqlha.marker) AS markers;
        SELECT LOWER(VARIABLE_NAME) AS name, VARIABLE_VALUE AS value FROM performance_schema.global_status WHERE VARIABLE_NAME IN
          ('Rpl_semi_sync_source_status', 'Rpl_semi_sync_source_clients', 'Rpl_semi_sync_source_wait_sessions',
           'Rpl_semi_sync_replica_status', 'Threads_connected');
        SELECT c.HOST AS host, c.PORT AS port, c.USER AS user, CONCAT(s.SOURCE_UUID, ' ') AS source_uuid, s.SERVICE_STATE AS state,
          s.LAST_ERROR_NUMBER AS error_number, s.LAST_ERROR_MESSAGE AS error_text
          FROM performance_schema.replication_connection_configuration c
          JOIN performance_schema.replication_connection_status s USING (CHANNEL_NAME) WHERE CHANNEL_NAME = '';
        SELECT a.SERVICE_STATE AS state, GREATEST(COALESCE(c.LAST_ERROR_NUMBER, 0), COALESCE(w.error_number, 0)) AS error_number,
          COALESCE(NULLIF(w.error_text, ''), c.LAST_ERROR_MESSAGE, '') AS error_text,
          TIMESTAMPDIFF(MICROSECOND, c.PROCESSING_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP, NOW(6)) AS queued_age,
          w.applying_age, w.applied_age
          FROM performance_schema.replication_applier_status a
          LEFT JOIN performance_schema.replication_applier_status_by_coordinator c USING (CHANNEL_NAME)
          LEFT JOIN (SELECT CHANNEL_NAME, MAX(LAST_ERROR_NUMBER) AS error_number, MAX(LAST_ERROR_MESSAGE) AS error_text,
              MAX(TIMESTAMPDIFF(MICROSECOND, APPLYING_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP, NOW(6))) AS applying_age,
              MIN(TIMESTAMPDIFF(MICROSECOND, LAST_APPLIED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP, NOW(6))) AS applied_age
            FROM performance_schema.replication_applier_status_by_worker WHERE CHANNEL_NAME = ''
            GROUP BY CHANNEL_NAME) w USING (CHANNEL_NAME)
          WHERE CHANNEL_NAME = '';

        """ + Sets;

    /// <summary>
    /// What the server holds. Received is read first: a transaction that moves from one to the other in between is in both, not in
    /// neither.
    /// </summary>
    public const string Sets =
        """
        SELECT RECEIVED_TRANSACTION_SET AS received FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = '';
        SELECT @@global.gtid_executed AS executed
        """;

    public const string Channel =
        """
        SELECT c.HOST AS host, c.PORT AS port, c.USER AS user, c.NETWORK_INTERFACE AS bind, c.AUTO_POSITION AS auto_position,
          c.SSL_ALLOWED AS tls, c.CONNECTION_RETRY_INTERVAL AS retry, s.SERVICE_STATE AS receiver, a.SERVICE_STATE AS applier,
          s.LAST_ERROR_NUMBER AS error_number, s.LAST_ERROR_MESSAGE AS error_text, i.User_password AS password
          FROM performance_schema.replication_connection_configuration c
          JOIN performance_schema.replication_connection_status s USING (CHANNEL_NAME)
          JOIN performance_schema.replication_applier_status a USING (CHANNEL_NAME)
          LEFT JOIN mysql.slave_master_info i ON i.Channel_name = c.CHANNEL_NAME WHERE c.CHANNEL_NAME = ''
        """;

    public const string SemiSync =
        """
        SELECT @@global.rpl_semi_sync_source_enabled AS source_enabled, @@global.rpl_semi_sync_source_wait_for_replica_count AS wait_count,
          @@global.rpl_semi_sync_source_timeout AS timeout, @@global.rpl_semi_sync_source_wait_no_replica AS wait_no_replica,
          @@global.rpl_semi_sync_source_wait_point AS wait_point, @@global.rpl_semi_sync_replica_enabled AS replica_enabled,
          @@global.super_read_only AS super_read_only, @@global.read_only AS read_only,
          (SELECT VARIABLE_VALUE FROM performance_schema.global_status
            WHERE VARIABLE_NAME = 'Rpl_semi_sync_source_wait_sessions') AS wait_sessions,
          (SELECT VARIABLE_VALUE FROM performance_schema.global_status
            WHERE VARIABLE_NAME = 'Rpl_semi_sync_source_status') AS source_status,
          (SELECT VARIABLE_VALUE FROM performance_schema.global_status
            WHERE VARIABLE_NAME = 'Rpl_semi_sync_replica_status') AS replica_status
        """;

    // -- receiving ----------------------------------------------------------------------------------------------------

    /// <summary>Alone, never behind a STOP SQL_THREAD, which may hang.</summary>
    public const string StopReceiver = "STOP REPLICA IO_THREAD";

    public const string Receiver =
        "SELECT SERVICE_STATE AS receiver FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = ''";

    public const string StartReceiver = "START REPLICA IO_THREAD";

    public const string StopApplier = "STOP REPLICA SQL_THREAD";

    /// <summary>The applier's first thread, where it or a worker is in the middle of a transaction.</summary>
    public const string ApplierAtWork =
        """
        SELECT t.PROCESSLIST_ID AS id FROM performance_schema.replication_applier_status_by_coordinator c
          JOIN performance_schema.threads t USING (THREAD_ID) WHERE c.CHANNEL_NAME = '' AND (c.PROCESSING_TRANSACTION <> ''
            OR EXISTS (SELECT 1 FROM performance_schema.replication_applier_status_by_worker w
              WHERE w.CHANNEL_NAME = '' AND w.APPLYING_TRANSACTION <> ''))
        """;

    public const string StartApplier = "START REPLICA SQL_THREAD";

    public const string ForgetSource = "RESET REPLICA ALL";

    /// <summary>Keeps the relay log, with the applier running or not.</summary>
    public static string MoveTo(string host) => $"CHANGE REPLICATION SOURCE TO SOURCE_HOST = {Sql.Quoted(host)}";

    /// <summary>Throws the relay log away: only when all of it is applied.</summary>
    public static string Follow(FollowOrder order) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        CHANGE REPLICATION SOURCE TO SOURCE_HOST = {Sql.Quoted(order.Host)}, SOURCE_PORT = {order.Port},
          SOURCE_USER = {Sql.Quoted(order.User)}, SOURCE_PASSWORD = {Sql.Quoted(order.Password)},
          SOURCE_BIND = {Sql.Quoted(order.BindAddress)}, SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1, GET_SOURCE_PUBLIC_KEY = 1,
          SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 1000000000, SOURCE_HEARTBEAT_PERIOD = 0.5
        """);

    public static string AcknowledgeAsReplica(bool on) => $"SET GLOBAL rpl_semi_sync_replica_enabled = {(on ? "ON" : "OFF")}";

    // -- leading ------------------------------------------------------------------------------------------------------

    public static string RequireAcknowledgements(int count) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        SET GLOBAL rpl_semi_sync_source_wait_for_replica_count = {count}, GLOBAL rpl_semi_sync_source_timeout = {uint.MaxValue},
          GLOBAL rpl_semi_sync_source_wait_no_replica = ON, GLOBAL rpl_semi_sync_source_wait_point = AFTER_SYNC,
          GLOBAL rpl_semi_sync_source_enabled = ON
        """);

    public const string RequireNoAcknowledgement = "SET GLOBAL rpl_semi_sync_source_enabled = OFF";

    /// <summary>Receiving ends; then the receiver, <see cref="ApplierAtWork"/> and <see cref="Sets"/> are read.</summary>
    public const string EndReceiving = $"{StopReceiver}; {Receiver}; {ApplierAtWork}; {Sets}";

    /// <summary>
    /// Puts W in force (0: it is) and opens to writes; then <see cref="SemiSync"/> is read. Check and set are one statement: without the
    /// lock, or with another W, it closes. (read_only = 0 clears super_read_only too.)
    /// </summary>
    public static string Open(int count) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {(count > 0 ? $"{RequireAcknowledgements(count)};" : "")}
        SELECT @@global.read_only AS was_read_only;
        SET GLOBAL read_only = IF(IS_USED_LOCK('{LockName}') = CONNECTION_ID()
          AND ({count} = 0 OR (@@global.rpl_semi_sync_source_enabled AND @@global.rpl_semi_sync_source_wait_for_replica_count = {count})), 0, 1);
        {SemiSync}
        """);

    /// <summary>
    /// Other accounts' sessions by which nobody can commit (FLUSH TABLES WITH READ LOCK), or that wait to make the server read-only.
    /// </summary>
    public const string GlobalReadLocks =
        """
        SELECT t.PROCESSLIST_ID AS id FROM performance_schema.metadata_locks l
          JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID
          WHERE l.OBJECT_TYPE = 'GLOBAL' AND l.LOCK_TYPE = 'SHARED' AND l.LOCK_DURATION = 'EXPLICIT' AND l.LOCK_STATUS = 'GRANTED'
            AND t.PROCESSLIST_USER <> SUBSTRING_INDEX(USER(), '@', 1)
        """;

    public const string CloseToWrites = "SET GLOBAL super_read_only = ON";

    public const string OpenToClientsIfLocked = $"SET GLOBAL offline_mode = IF(IS_USED_LOCK('{LockName}') = CONNECTION_ID(), 0, 1)";

    public const string OfflineMode = "SELECT @@global.offline_mode AS offline_mode";

    public const string CloseToClients = "SET GLOBAL offline_mode = ON";

    public static string EventScheduler(bool on) => $"SET GLOBAL event_scheduler = {(on ? "ON" : "OFF")}";

    public const string DisabledEvents =
        """
        SELECT EVENT_SCHEMA AS event_schema, EVENT_NAME AS event_name, DEFINER AS definer FROM information_schema.EVENTS
          WHERE STATUS IN ('REPLICA_SIDE_DISABLED', 'SLAVESIDE_DISABLED')
        """;

    public static string EnableEvent(string schema, string name, string definer)
    {
        var at = definer.LastIndexOf('@');
        return $"ALTER DEFINER = {Sql.Quoted(definer[..at])}@{Sql.Quoted(definer[(at + 1)..])} EVENT"
            + $" {Sql.Name(schema)}.{Sql.Name(name)} ENABLE";
    }

    /// <summary>Each marker under way has a row of its own: the row of one that waits is locked until it is acknowledged.</summary>
    public static string Marker(int slot, long epoch) => string.Create(
        CultureInfo.InvariantCulture,
        $"REPLACE INTO mysqlha.marker (slot, epoch, written_at) VALUES ({slot}, {epoch}, UTC_TIMESTAMP(6))");

    // -- accounts of other nodes --------------------------------------------------------------------------------------

    /// <summary>Not in the binary log: it is a door of this server alone, and must not wait for an acknowledgement.</summary>
    public static string LockAccounts(IEnumerable<string> users, bool locked) =>
        $"SET SESSION sql_log_bin = 0; ALTER USER IF EXISTS {string.Join(", ", users.Select(u => $"{Sql.Quoted(u)}@'%'"))}"
        + $" ACCOUNT {(locked ? "LOCK" : "UNLOCK")}; SET SESSION sql_log_bin = 1";

    /// <summary>Not in the binary log either: each leader makes what it needs, so no node's history depends on it.</summary>
    public static string MakeReplicationAccounts(IReadOnlyList<MysqlAccount> accounts)
    {
        var names = string.Join(", ", accounts.Select(a => $"{Sql.Quoted(a.User)}@'%'"));
        var made = string.Join(", ", accounts.Select(a => $"{Sql.Quoted(a.User)}@'%' IDENTIFIED BY {Sql.Quoted(a.Password)}"));
        return $"SET SESSION sql_log_bin = 0; CREATE USER IF NOT EXISTS {made} REQUIRE SSL; GRANT REPLICATION SLAVE ON *.* TO {names};"
            + $" GRANT CONNECTION_ADMIN ON *.* TO {names}; SET SESSION sql_log_bin = 1";
    }

    /// <summary>Whether this account may protect others; in a cluster that was made by an early version it may not.</summary>
    public const string MayProtectAccounts =
        "SELECT COUNT(*) AS n FROM information_schema.user_privileges WHERE privilege_type = 'SYSTEM_USER' AND is_grantable = 'YES'"
        + " AND grantee = CONCAT(QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@', QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)))";

    /// <summary>Nobody without SYSTEM_USER can alter them.</summary>
    public static string ProtectAccounts(IEnumerable<string> users) =>
        $"SET SESSION sql_log_bin = 0; GRANT SYSTEM_USER ON *.* TO {string.Join(", ", users.Select(u => $"{Sql.Quoted(u)}@'%'"))};"
        + " SET SESSION sql_log_bin = 1";

    public static string SessionsOf(IEnumerable<string> users) =>
        $"SELECT ID AS id FROM performance_schema.processlist WHERE USER IN ({string.Join(", ", users.Select(Sql.Quoted))})";

    // -- cloning ------------------------------------------------------------------------------------------------------

    public static string AllowDonor(string host, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"SET GLOBAL clone_valid_donor_list = {Sql.Quoted($"{host}:{port}")}");

    /// <summary>For what only the agent may do: CLONE, accounts. read_only stays on.</summary>
    public const string OpenToAgentIfLocked = $"SET GLOBAL super_read_only = IF(IS_USED_LOCK('{LockName}') = CONNECTION_ID(), 0, 1)";

    public static string Clone(CloneOrder order) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        CLONE INSTANCE FROM {Sql.Quoted(order.User)}@{Sql.Quoted(order.DonorHost)}:{order.DonorPort}
          IDENTIFIED BY {Sql.Quoted(order.Password)} REQUIRE SSL
        """);

    public const string CloneProgress =
        """
        SELECT STAGE AS stage, STATE AS state, ESTIMATE AS estimate, DATA AS done FROM performance_schema.clone_progress
          WHERE BEGIN_TIME IS NOT NULL ORDER BY BEGIN_TIME
        """;

    public const string CloneStatus =
        "SELECT STATE AS state, ERROR_NO AS error_number, ERROR_MESSAGE AS error_text, SOURCE AS source"
        + " FROM performance_schema.clone_status";

    public static string HoldsAll(GtidSet set) => $"SELECT GTID_SUBSET({Sql.Quoted(set.ToString())}, @@global.gtid_executed) AS holds";

    public static string WaitFor(GtidSet set) => $"SELECT WAIT_FOR_EXECUTED_GTID_SET({Sql.Quoted(set.ToString())}) AS late";
}
