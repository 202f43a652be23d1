using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;

namespace MySqlHa.Replication;

/// <summary>
/// Makes data that was there before the cluster into the cluster's: looks whether it can be, then puts the cluster's accounts beside
/// those that it has. Over the socket of a private server that asks for no password.
/// </summary>
public static class Adopting
{
    private const int MostNames = 10;

    private const string OtherEngines =
        """
        SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME, ' (', ENGINE, ')') AS name FROM information_schema.TABLES
          WHERE TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB'
            AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema') ORDER BY 1
        """;

    private const string Sources =
        "SELECT CONCAT('''', Channel_name, ''' from ', Host) AS name FROM mysql.slave_master_info WHERE Host <> ''";

    private const string Prepared = "XA RECOVER CONVERT XID";

    // It comes first when accounts are made: with it, the account is of an earlier attempt.
    private const string OwnSchema = "SELECT COUNT(*) AS there FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'mysqlha'";

    /// <summary>
    /// Refused with all reasons, and nothing written, where the data cannot be the cluster's. Else runs the statements, outside the binary log,
    /// and enters a transaction of its own that was never in one: by it no empty server and no other data is taken for this, and every other
    /// node has to clone.
    /// </summary>
    /// <param name="statements">Of <see cref="BootstrapSql.Statements"/> and the like; each may be repeated.</param>
    /// <param name="application">May not be an account that the data has already: its password would be changed.</param>
    /// <param name="mark">A random uuid.</param>
    public static async Task<Outcome<Nothing>> AdoptAsync(
        string socket, IReadOnlyList<string> statements, MysqlAccount application, Guid mark, CancellationToken cancellation)
    {
        await using var session = new MysqlSession(new LocalServerAccess(socket, "root", ""));
        return await LocalServer.RunAsync(session, connection => AdoptAsync(connection, statements, application, mark), cancellation);
    }

    private static async Task<Nothing> AdoptAsync(
        DbConnection connection, IReadOnlyList<string> statements, MysqlAccount application, Guid mark)
    {
        var problems = await ProblemsAsync(connection, application);
        if (problems.Count > 0)
        {
            throw new RefusedException(RefusalReason.Unfit, string.Join("; ", problems));
        }

        await connection.ExecuteAsync("SET SESSION sql_log_bin = 0");
        await connection.ExecuteAsync("FLUSH PRIVILEGES"); // a server that asks nobody for a password knows no accounts before
        foreach (var statement in statements)
        {
            await connection.ExecuteAsync(statement);
        }

        await connection.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SET GLOBAL gtid_purged = '+{mark:D}:1'"));
        return default;
    }

    private static async Task<List<string>> ProblemsAsync(DbConnection connection, MysqlAccount application)
    {
        var problems = new List<string>();
        var tables = await connection.QueryAsync(OtherEngines);
        if (tables.Length > 0)
        {
            problems.Add("tables that are not InnoDB cannot be replicated safely (ALTER TABLE … ENGINE = InnoDB, or drop them): " + Some(tables));
        }

        var sources = await connection.QueryAsync(Sources);
        if (sources.Length > 0)
        {
            problems.Add($"it replicates by channel {Some(sources)}; end that with STOP REPLICA and RESET REPLICA ALL, once all is applied");
        }

        var prepared = await connection.QueryAsync(Prepared);
        if (prepared.Length > 0)
        {
            problems.Add($"{prepared.Length} prepared XA transactions are open; commit them or roll them back");
        }

        var account = $"{Sql.Quoted(application.User)} AND Host = '%'";
        if ((await connection.RowAsync(OwnSchema)).Number("there") == 0
            && (await connection.QueryAsync($"SELECT User AS name FROM mysql.user WHERE User = {account}")).Length > 0)
        {
            problems.Add($"it has an account '{application.User}'@'%', which would be the cluster's (key client-user); name another one");
        }

        return problems;
    }

    private static string Some(ImmutableArray<Row> rows) =>
        string.Join(", ", rows.Take(MostNames).Select(r => r.Text("name"))) + (rows.Length > MostNames ? $" and {rows.Length - MostNames} more" : "");
}
