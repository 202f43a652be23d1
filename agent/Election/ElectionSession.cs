using System.Collections.Immutable;
using System.Data.Common;
using System.Net.Sockets;
using MySqlHa.Replication;

namespace MySqlHa.Election;

/// <summary>
/// A person's connection to the leader's mysqld, for elections. All its errors are <see cref="ElectionException"/>: MySQL's, in words that
/// say what to do.
/// </summary>
public sealed class ElectionSession : IAsyncDisposable
{
    /// <summary>What an account needs to install, and what is granted to a caller.</summary>
    public const string InstallerRights =
        "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EXECUTE";

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DbConnection _connection;
    private readonly string _user;

    private ElectionSession(DbConnection connection, string user) => (_connection, _user) = (connection, user);

    public static async Task<ElectionSession> OpenAsync(string host, int port, string user, string password)
    {
        var session = new ElectionSession(MysqlDriver.Remote(host, port, user, password), user);
        try
        {
            // On a thread of its own: a driver's asynchronous call may block.
            await Task.Run(() => MysqlDriver.OpenAsync(session._connection)).WaitAsync(ConnectPatience);
            _ = await session.AskAsync(Statements.NewSession);
            return session;
        }
        catch (Exception e)
        {
            await session.DisposeAsync();
            if (IsOfClient(e))
            {
                throw new ElectionException(e is DbException error && MysqlDriver.ErrorNumber(error) == 1045
                    ? $"the account '{user}' is not let in: {error.Message}"
                    : $"mysqld on {host}:{port} does not answer: {e.Message}");
            }

            throw;
        }
    }

    /// <summary>The version that is installed; 0: none, or one that broke off.</summary>
    public async Task<int> VersionAsync()
    {
        var tables = (await AskAsync(
            $"SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '{ElectionSql.Schema}'"))
            .Select(r => r.Text("name")).ToList();
        if (tables.Except(["version", "lease", "leaders"]).FirstOrDefault() is { } foreign)
        {
            throw new ElectionException(
                $"the schema {ElectionSql.Schema} is there already and holds something else ({foreign}): it is left alone, "
                + "and this needs that name");
        }

        return tables.Contains("version")
            && (await AskAsync($"SELECT version FROM {ElectionSql.Schema}.version")) is [{ } row] ? (int)row.Number("version") : 0;
    }

    /// <summary>Makes what is missing, or older; leases and terms stay. False: this version was there, whole.</summary>
    public async Task<bool> InstallAsync()
    {
        if ((await AskAsync($"SELECT GET_LOCK('{ElectionSql.Schema}', 10) AS got"))[0]["got"] != "1")
        {
            throw new ElectionException("somebody else installs it at this moment, and does not finish");
        }

        var version = await VersionAsync();
        if (version > ElectionSql.Version)
        {
            throw new ElectionException(
                $"version {version} is installed, and this program knows {ElectionSql.Version}: it was left as it is; use a newer mysqlha");
        }

        if (version == ElectionSql.Version && await WholeAsync())
        {
            return false;
        }

        await CheckClockAsync();
        foreach (var statement in ElectionSql.Statements)
        {
            _ = await AskAsync(statement);
        }

        return true;
    }

    public async Task UninstallAsync()
    {
        _ = await VersionAsync(); // what is not ours stays
        _ = await AskAsync($"DROP SCHEMA IF EXISTS {ElectionSql.Schema}");
    }

    /// <param name="service">Null: all of them, by name.</param>
    public async Task<IReadOnlyList<ServiceLease>> StatusAsync(string? service)
    {
        var which = service is null ? "" : $" WHERE service = CONVERT({Sql.Quoted(service)} USING utf8mb4)";
        // As the procedures do (_look): another server's lease, or one from the future, begins anew.
        return
        [
            .. (await AskAsync(
                "SELECT service, IF(anew OR left_ms > 0, holder, NULL) AS leader, term, lease_ms, "
                + "GREATEST(0, IF(anew, lease_ms, left_ms)) AS left_ms, closing + 0 AS closing, anew + 0 AS anew, "
                + "DATE_FORMAT(elected_utc, '%Y-%m-%dT%H:%i:%s.%fZ') AS elected FROM (SELECT leaders.*, "
                + "holder IS NOT NULL AND (server <> @@server_uuid OR left_ms > lease_ms) AS anew "
                + $"FROM {ElectionSql.Schema}.leaders{which}) AS judged ORDER BY service"))
                .Select(r => new ServiceLease(
                    r.Text("service"), r["leader"], r.Number("term"), r.Number("lease_ms"), r.Number("left_ms"), r.Flag("closing"),
                    r.Flag("anew"), r["elected"])),
        ];
    }

    public async Task<ForcedLeader> ForceAsync(string service, string candidate, TimeSpan lease)
    {
        var row = (await CallAsync($"force_leader({Sql.Quoted(service)}, {Sql.Quoted(candidate)}, {(long)lease.TotalMilliseconds})"))[0];
        return new ForcedLeader(row.Text("service"), row.Text("leader"), row.Number("term"), row["former"], row.Number("former_left_ms"));
    }

    public async Task ReelectAsync(string service) => _ = await CallAsync($"reelect({Sql.Quoted(service)})");

    public async Task ResignAsync(string service, string candidate, long term) =>
        _ = await CallAsync($"resign({Sql.Quoted(service)}, {Sql.Quoted(candidate)}, {term})");

    // A driver that says goodbye to a server that hangs may block.
    public ValueTask DisposeAsync()
    {
        _ = Task.Run(_connection.Dispose);
        return ValueTask.CompletedTask;
    }

    private Task<ImmutableArray<Row>> CallAsync(string call) => AskAsync($"CALL {ElectionSql.Schema}.{call}");

    private async Task<bool> WholeAsync() =>
        (await AskAsync($"SELECT routine_name AS name FROM information_schema.routines WHERE routine_schema = '{ElectionSql.Schema}'"))
            .Select(r => r.Text("name")).Order().SequenceEqual(ElectionSql.Procedures.Order());

    // The time within UUID() is how the procedures read the clock: a server that made another kind of it would not do.
    private async Task CheckClockAsync()
    {
        const string Clock = "CAST(CONV(SUBSTR(HEX(UUID_TO_BIN(UUID(), 1)), 2, 15), 16, 10) AS SIGNED) DIV 10 - 12219292800000000";
        var apart = (await AskAsync($"SELECT CAST(ABS(({Clock}) DIV 1000000 - UNIX_TIMESTAMP()) AS SIGNED) AS apart"))[0].Number("apart");
        if (apart > 2)
        {
            throw new ElectionException(
                $"this server's UUID() does not tell the time: it is {apart} s from its clock; nothing was installed");
        }
    }

    private async Task<ImmutableArray<Row>> AskAsync(string sql)
    {
        try
        {
            var answers = await Task.Run(() => _connection.QueryAllAsync(sql)).WaitAsync(Patience);
            return answers.Length == 0 ? [] : answers[0];
        }
        catch (Exception e) when (IsOfClient(e))
        {
            throw e is DbException error && (MysqlSession.IsServersAnswer(e) || MysqlDriver.ErrorNumber(error) == 1044)
                ? new ElectionException(Sentence(error, MysqlDriver.ErrorNumber(error)))
                : new ElectionException($"the leader's mysqld was asked and did not answer: {e.Message}", unknown: true);
        }
    }

    private string Sentence(DbException e, int number) => number switch
    {
        1049 or 1146 or 1305 => $"elections are not installed here ({e.Message}): mysqlha election install",
        1044 or 1142 or 1143 or 1227 or 1370 => $"the account '{_user}' lacks a right ({number}: {e.Message}): to install it needs "
            + $"{InstallerRights} on {ElectionSql.Schema}.*, to ask EXECUTE and SELECT",
        1290 or 1836 => $"mysqld is read-only: it does not lead any more, or not yet ({e.Message})",
        1644 => e.Message,
        _ => $"mysqld refused: {e.Message}",
    };

    private static bool IsOfClient(Exception e) =>
        e is DbException or TimeoutException or IOException or InvalidOperationException or NullReferenceException or SocketException;
}
