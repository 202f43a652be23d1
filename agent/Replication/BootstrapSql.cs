using System.Text;

namespace MySqlHa.Replication;

/// <summary>A MySQL account: a name and a password that is never logged and never an argument of a program.</summary>
public sealed record MysqlAccount(string User, string Password)
{
    public override string ToString() => User;
}

/// <summary>The accounts every node has from its first start, the same on all: a clone brings the donor's.</summary>
/// <param name="Agent">The agent's own, over the local socket only.</param>
/// <param name="Replication">
/// What nodes receive from their source with; more of them with <see cref="BootstrapSql.ReplicationAccount"/>.
/// </param>
/// <param name="Cloning">What a node fetches a whole copy from a donor with.</param>
/// <param name="Application">An ordinary account: read-only and offline mode hold for it. Null for none.</param>
/// <param name="Election">Owns <see cref="BootstrapSql.ElectionSchema"/> and nothing else. Null for none.</param>
public sealed record ClusterAccounts(
    MysqlAccount Agent, MysqlAccount Replication, MysqlAccount Cloning, MysqlAccount? Application, MysqlAccount? Election = null);

/// <summary>
/// What is run once in a new data directory. Nothing of it is in the binary log, so a new node's GTID set is empty and
/// the nodes' sets agree. Least privilege: no account has ALL or SUPER, and root is locked.
/// </summary>
public static class BootstrapSql
{
    // SET_ANY_DEFINER: enabling another account's event keeps its definer. SYSTEM_USER: no account without it, the
    // application's, may alter those of the cluster.
    private const string AgentGlobal =
        "CLONE_ADMIN, REPLICATION_SLAVE_ADMIN, SESSION_VARIABLES_ADMIN,"
        + " SET_ANY_DEFINER, SYSTEM_VARIABLES_ADMIN";

    private const string ApplicationGlobal =
        "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE,"
        + " CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER";

    // For people and applications of their own. Each privilege can be passed on, none of those on the schemas that are taken away below: the
    // restriction goes with it (https://dev.mysql.com/doc/refman/9.7/en/partial-revokes.html).
    // No ROLE_ADMIN: any account can be granted as a role, the cluster's too.
    private const string ApplicationAccounts = "CREATE USER";

    /// <summary>Where leases of applications are, once somebody installs that. The application account only asks there.</summary>
    public const string ElectionSchema = "mysqlha_election";

    // All but SELECT, EXECUTE and SHOW VIEW.
    private const string ElectionWrites =
        "INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, LOCK TABLES, CREATE VIEW, CREATE ROUTINE,"
        + " ALTER ROUTINE, EVENT, TRIGGER";

    public static string Render(ClusterAccounts accounts)
    {
        var sql = new StringBuilder();
        foreach (var statement in (string[])[.. Statements(accounts), "ALTER USER 'root'@'localhost' IDENTIFIED BY RANDOM PASSWORD ACCOUNT LOCK"])
        {
            _ = sql.Append(statement).Append(";\n");
        }

        return sql.ToString();
    }

    /// <summary>
    /// The same for data that was there before: each statement may be repeated, what an earlier attempt made gets these passwords, and the
    /// accounts of its own stay as they are.
    /// </summary>
    public static IReadOnlyList<string> Statements(ClusterAccounts accounts)
    {
        var agent = $"{Sql.Quoted(accounts.Agent.User)}@'localhost'";
        var statements = new List<string>();
        void Add(string statement) => statements.Add(statement);

        Add("SET SESSION sql_log_bin = 0");
        Add("SET SESSION sql_mode = 'STRICT_TRANS_TABLES'");
        Add("CREATE SCHEMA IF NOT EXISTS mysqlha DEFAULT CHARACTER SET utf8mb4");
        Add("CREATE TABLE IF NOT EXISTS mysqlha.marker (slot INT UNSIGNED NOT NULL PRIMARY KEY, epoch BIGINT UNSIGNED NOT NULL,"
            + " written_at DATETIME(6) NOT NULL) ENGINE = InnoDB");
        CreateUser($"{agent} IDENTIFIED BY {Sql.Quoted(accounts.Agent.Password)}").ForEach(Add);
        // With the grant option: it makes the accounts of nodes that join later.
        Add($"GRANT CREATE USER, EVENT, PROCESS, RELOAD, REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO {agent} WITH GRANT OPTION");
        Add($"GRANT {AgentGlobal} ON *.* TO {agent}");
        Add($"GRANT CONNECTION_ADMIN, SYSTEM_USER ON *.* TO {agent} WITH GRANT OPTION");
        Add($"GRANT SELECT ON performance_schema.* TO {agent}");
        Add($"GRANT SELECT ON mysql.slave_master_info TO {agent}");
        Add($"GRANT SELECT, INSERT, UPDATE, DELETE ON mysqlha.* TO {agent}");
        ReplicationStatements(accounts.Replication).ForEach(Add);
        CreateUser($"{Remote(accounts.Cloning)} REQUIRE SSL").ForEach(Add);
        // CONNECTION_ADMIN: a donor may be closed to ordinary clients.
        Add($"GRANT BACKUP_ADMIN, CONNECTION_ADMIN, SYSTEM_USER ON *.* TO {Sql.Quoted(accounts.Cloning.User)}@'%'");
        if (accounts.Application is { } application)
        {
            ApplicationStatements(application).ForEach(Add);
        }

        if (accounts.Election is { } election)
        {
            CreateUser($"{Remote(election)} REQUIRE SSL").ForEach(Add);
            Add($"GRANT SYSTEM_USER ON *.* TO {Sql.Quoted(election.User)}@'%'");
            Add($"GRANT SELECT, EXECUTE, SHOW VIEW, {ElectionWrites} ON {ElectionSchema}.* TO {Sql.Quoted(election.User)}@'%'");
        }

        return statements;
    }

    /// <summary>For an account to replicate with that may be there with another password, from an earlier cluster.</summary>
    public static string RenewReplicationAccount(MysqlAccount account) => $"ALTER USER {Remote(account)} REQUIRE SSL ACCOUNT UNLOCK";

    /// <summary>One more account to replicate with, to be run on the leader: replicated to all like any statement.</summary>
    public static IReadOnlyList<string> ReplicationAccount(MysqlAccount account) => ReplicationStatements(account);

    // CONNECTION_ADMIN: followers attach to a new leader before it is opened to clients, and stay attached while one is closed.
    private static List<string> ReplicationStatements(MysqlAccount account) =>
    [
        $"CREATE USER IF NOT EXISTS {Remote(account)} REQUIRE SSL",
        $"GRANT REPLICATION SLAVE ON *.* TO {Sql.Quoted(account.User)}@'%'",
        $"GRANT CONNECTION_ADMIN, SYSTEM_USER ON *.* TO {Sql.Quoted(account.User)}@'%'",
    ];

    private static List<string> ApplicationStatements(MysqlAccount account)
    {
        var user = $"{Sql.Quoted(account.User)}@'%'";
        return
        [
            .. CreateUser(Remote(account)),
            $"GRANT {ApplicationGlobal}, {ApplicationAccounts} ON *.* TO {user} WITH GRANT OPTION",
            $"REVOKE {ApplicationGlobal} ON mysql.* FROM {user}",
            $"REVOKE {ApplicationGlobal} ON sys.* FROM {user}",
            $"REVOKE {ApplicationGlobal} ON mysqlha.* FROM {user}",
            $"REVOKE {ElectionWrites} ON {ElectionSchema}.* FROM {user}",
        ];
    }

    private static List<string> CreateUser(string user) => [$"CREATE USER IF NOT EXISTS {user}", $"ALTER USER {user} ACCOUNT UNLOCK"];

    private static string Remote(MysqlAccount account) => $"{Sql.Quoted(account.User)}@'%' IDENTIFIED BY {Sql.Quoted(account.Password)}";
}
