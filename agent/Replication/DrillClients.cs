using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace MySqlHa.Replication;

/// <summary>
/// Applications as a drill needs them: a few clients, each with one ordinary connection, each inserting a row at a time into a table of
/// the drill's own and trying the nodes in turn on any error or after a second without an answer. No id is ever sent twice.
/// </summary>
public sealed class DrillClients(IReadOnlyList<(string Host, int Port)> nodes, string user, string password) : IAsyncDisposable
{
    public const string Schema = "mysqlha_drill";
    public const int Count = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // For what happens once, before and after.
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(10);

    // Between two writes of one client, so that the drill is no load test.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    private readonly ConcurrentQueue<(long Id, long At, int Client)> _acknowledged = [];
    private readonly CancellationTokenSource _stop = new();
    private Task[] _clients = [];
    private long _lastId;

    /// <summary>Rows that a client was told are committed.</summary>
    public int Acknowledged => _acknowledged.Count;

    /// <summary>
    /// Makes the table on the leader. Throws <see cref="DrillClientsException"/> where the account cannot log in, may not do that, or the
    /// schema's name is taken by something else.
    /// </summary>
    public async Task PrepareAsync((string Host, int Port) leader)
    {
        try
        {
            await using var connection = await ConnectAsync(leader, LongPatience);
            var foreign = await AskAsync(
                connection, $"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '{Schema}' AND table_name <> 'probe'");
            if (foreign[0] > 0)
            {
                throw new DrillClientsException(
                    $"the schema {Schema} is there already and holds something else than a drill's table: it is left alone, "
                    + "and a drill needs that name");
            }

            await DoAsync(connection, $"CREATE DATABASE IF NOT EXISTS {Schema}", LongPatience);
            await DoAsync(connection, $"DROP TABLE IF EXISTS {Schema}.probe", LongPatience);
            // No unique key on the id: the same insert twice must show.
            const string Columns = "n BIGINT AUTO_INCREMENT PRIMARY KEY, id BIGINT NOT NULL";
            await DoAsync(connection, $"CREATE TABLE {Schema}.probe ({Columns})", LongPatience);
            await DoAsync(connection, $"INSERT INTO {Schema}.probe (id) VALUES (0)", LongPatience);
            _ = await AskAsync(connection, $"SELECT COUNT(*) FROM {Schema}.probe");
        }
        catch (Exception e) when (IsOfClient(e))
        {
            throw new DrillClientsException(Sentence(e));
        }
    }

    /// <summary>They write until they are stopped. Two lists of one length: hosts and ports.</summary>
    public void Start((string Host, int Port) leader)
    {
        var first = Math.Max(0, nodes.ToList().IndexOf(leader));
        _clients = [.. Enumerable.Range(0, Count).Select(client => Task.Run(() => WriteAsync(client, first)))];
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
    }

    /// <summary>How many rows were acknowledged since an instant of <see cref="Stopwatch"/>.</summary>
    public int AcknowledgedSince(long instant) => _acknowledged.Count(a => a.At > instant);

    /// <summary>The longest time in which no client was told OK, ending after the instant; once they are stopped.</summary>
    public TimeSpan LongestGap(long after) => Gap(_acknowledged.Select(a => a.At), after);

    /// <summary>The same for the client that waited longest.</summary>
    public TimeSpan LongestWait(long after) => Enumerable.Range(0, Count)
        .Select(client => Gap(_acknowledged.Where(a => a.Client == client).Select(a => a.At), after)).Max();

    /// <summary>
    /// Of the acknowledged rows: how many this node does not have, and how many it has twice. Throws
    /// <see cref="DrillClientsException"/> where it does not answer.
    /// </summary>
    public async Task<(int Lost, int Twice)> ReadBackAsync((string Host, int Port) node)
    {
        try
        {
            await using var connection = await ConnectAsync(node, LongPatience);
            var held = await AskAsync(connection, $"SELECT id FROM {Schema}.probe");
            var there = held.ToHashSet();
            return (_acknowledged.Count(a => !there.Contains(a.Id)), held.Count - there.Count);
        }
        catch (Exception e) when (IsOfClient(e))
        {
            throw new DrillClientsException($"the rows cannot be read back on {node.Host}: {Sentence(e)}");
        }
    }

    /// <summary>Removes the schema again; false, where no node took that.</summary>
    public async Task<bool> RemoveAsync()
    {
        foreach (var node in nodes)
        {
            try
            {
                await using var connection = await ConnectAsync(node, LongPatience);
                await DoAsync(connection, $"DROP DATABASE IF EXISTS {Schema}", LongPatience);
                return true;
            }
            catch (Exception e) when (IsOfClient(e))
            {
                // A follower refuses; the leader is among the others.
            }
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private static TimeSpan Gap(IEnumerable<long> instants, long after)
    {
        var times = instants.Order().ToList();
        return times.Zip(times.Skip(1)).Where(pair => pair.Second >= after)
            .Select(pair => Stopwatch.GetElapsedTime(pair.First, pair.Second)).DefaultIfEmpty().Max();
    }

    private async Task WriteAsync(int client, int node)
    {
        DbConnection? connection = null;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                connection ??= await ConnectAsync(nodes[node], Patience);
                var id = Interlocked.Increment(ref _lastId);
                var insert = string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {Schema}.probe (id) VALUES ({id})");
                await DoAsync(connection, insert, Patience);
                _acknowledged.Enqueue((id, Stopwatch.GetTimestamp(), client));
            }
            catch (Exception e) when (IsOfClient(e))
            {
                // Whatever it is: the row is not ours, and another node may know better.
                LetGo(connection);
                connection = null;
                node = (node + 1) % nodes.Count;
            }

            await Task.Delay(Pause);
        }

        LetGo(connection);
    }

    private async Task<DbConnection> ConnectAsync((string Host, int Port) node, TimeSpan patience)
    {
        var connection = MysqlDriver.Remote(node.Host, node.Port, user, password);
        var opening = MysqlDriver.OpenAsync(connection);
        try
        {
            await opening.WaitAsync(patience);
            return connection;
        }
        catch
        {
            LetGo(connection, opening);
            throw;
        }
    }

    // On a thread of its own: a driver's asynchronous call may block.
    private static Task DoAsync(DbConnection connection, string sql, TimeSpan patience) =>
        Task.Run(() => connection.ExecuteAsync(sql)).WaitAsync(patience);

    private static async Task<List<long>> AskAsync(DbConnection connection, string sql)
    {
        var rows = await Task.Run(async () =>
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await using var reader = await command.ExecuteReaderAsync();
            var values = new List<long>();
            while (await reader.ReadAsync())
            {
                values.Add(Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture));
            }

            return values;
        }).WaitAsync(LongPatience);
        return rows;
    }

    /// <summary>Closes it once it lets us, without waiting for that.</summary>
    private static void LetGo(DbConnection? connection, Task? busy = null) => _ = Task.Run(async () =>
    {
        try
        {
            await (busy ?? Task.CompletedTask);
        }
        catch (Exception e) when (IsOfClient(e))
        {
            // Whoever let it go knows.
        }

        try
        {
            connection?.Dispose();
        }
        catch (Exception e) when (IsOfClient(e))
        {
            // Nobody is left to be told.
        }
    });

    // What drivers throw when a server dies under them; a null reference is one driver's way to say it.
    private static bool IsOfClient(Exception e) =>
        e is DbException or TimeoutException or IOException or InvalidOperationException or NullReferenceException or SocketException;

    private string Sentence(Exception e) => e is DbException error && MysqlDriver.ErrorNumber(error) is var number
        ? number switch
        {
            1044 or 1142 or 1227 => $"the account '{user}' may not do what a drill needs ({number}: {error.Message}): "
                + $"GRANT CREATE, DROP, INSERT, SELECT ON {Schema}.* TO '{user}'@'%'",
            1045 => $"the account '{user}' is not let in: {error.Message}",
            _ => $"mysqld does not take a drill's table: {error.Message}",
        }
        : $"mysqld does not answer: {e.Message}";
}
