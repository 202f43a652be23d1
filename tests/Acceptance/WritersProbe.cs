using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// An application: writers (four, unless told otherwise), each with one connection, each inserting a row at a time and trying the nodes in
/// turn on any error or after some time without an answer (a second, unless told otherwise). An id is never sent twice, so a row that is
/// there twice was applied twice. All that the writers were told is kept, and <see cref="RowCheck"/> holds it against what the nodes hold
/// in the end.
/// </summary>
internal sealed class WritersProbe : IAsyncDisposable
{
    private const int Unknown = -1;

    // Between two tries of one writer, so that the table stays small enough to be compared, and a server that refuses is not flooded.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    // Between two tries to connect to the same node, of a writer that keeps its connections.
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Errors that mysqld gives before it writes anything, or when it has rolled the statement back: read-only (1290, 1836), a read lock
    /// (1223), a full table (1114), a lock waited for in vain (1205), a deadlock (1213).
    /// </summary>
    private static readonly int[] Refusals = [1290, 1836, 1223, 1114, 1205, 1213];

    private static long _lastId; // of all probes: a row of an earlier one is nobody's

    private readonly ConcurrentQueue<Write> _writes = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<int, double, Task<DbConnection>> _connect;
    private readonly Func<DbConnection, Task<int>>? _whose;
    private readonly IReadOnlyList<int> _nodes;
    private readonly Task[] _writers;
    private readonly double _patience;
    private long _pauseTicks;
    private long _lastSession;
    private readonly ConcurrentQueue<string> _errors = [];
    private int _acknowledged;
    private Func<Task<string>> _witness = () => Task.FromResult("");

    private WritersProbe(
        Func<int, double, Task<DbConnection>> connect, IReadOnlyList<int> nodes, int leader, int writers, TimeSpan pause, bool standing,
        Func<DbConnection, Task<int>>? whose, double patience)
    {
        (_connect, _nodes, _pauseTicks, _whose, _patience) = (connect, nodes, pause.Ticks, whose, patience);
        _writers = [.. Enumerable.Range(0, writers).Select(_ => Task.Run(() => standing ? WriteStandingAsync(leader) : WriteAsync(leader)))];
    }

    /// <summary>Makes the table anew, and writes on until it is disposed of or stopped.</summary>
    public static async Task<WritersProbe> StartAsync(SandboxCluster cluster, int leader)
    {
        var probe = await StartAsync(cluster.ConnectAsync, SandboxCluster.Numbers, leader);
        probe._witness = SandboxCluster.LastWordsAsync;
        return probe;
    }

    /// <summary>As the other, to any servers.</summary>
    /// <param name="connect">Opens a connection to a node within so many seconds.</param>
    /// <param name="pause">Of each writer after a row; null: a few milliseconds.</param>
    /// <param name="standing">Each writer keeps a connection to every node, as a pool for several hosts does.</param>
    /// <param name="whose">Which node a connection came to; null: the one that was asked, with no proxy between.</param>
    /// <param name="patience">Seconds within which a node has to answer, before the next one is tried.</param>
    public static async Task<WritersProbe> StartAsync(
        Func<int, double, Task<DbConnection>> connect, IReadOnlyList<int> nodes, int leader, int writers = 4, TimeSpan? pause = null,
        bool standing = false, Func<DbConnection, Task<int>>? whose = null, double patience = 1)
    {
        await using (var connection = await connect(leader, 5))
        {
            // No unique key on the id: the same insert twice must show.
            const string Table = "CREATE TABLE t.probe (n BIGINT AUTO_INCREMENT PRIMARY KEY, id BIGINT NOT NULL, KEY (id))";
            foreach (var sql in (string[])["DROP DATABASE IF EXISTS t", "CREATE DATABASE t", Table])
            {
                _ = await SandboxCluster.DoAsync(connection, sql, within: 30);
            }
        }

        var probe = new WritersProbe(connect, nodes, leader, writers, pause ?? Pause, standing, whose, patience);
        await probe.ProgressAsync(after: 0, within: 15);
        return probe;
    }

    /// <summary>Acknowledged rows.</summary>
    public int Count => Volatile.Read(ref _acknowledged);

    private IEnumerable<Write> Acknowledged => _writes.Where(w => w.Told == Told.Done);

    /// <summary>From here on each writer waits so long after a row.</summary>
    public void Slow(TimeSpan pause) => Interlocked.Exchange(ref _pauseTicks, pause.Ticks);

    /// <summary>The node that acknowledged last.</summary>
    public int Writable => Acknowledged.Last().Node;

    /// <summary>What writers met since an instant, that their statement was refused for: a proxy that leads to the leader has no such.</summary>
    public int Refused(long after) => _writes.Count(w => w.Told == Told.Refused && w.Ended > after);

    /// <summary>Statements since an instant that ended without an answer.</summary>
    public int Unanswered(long after) => _writes.Count(w => w.Told == Told.Nothing && w.Ended > after);

    /// <summary>Rows acknowledged between two instants.</summary>
    public int Between(long first, long last) => Acknowledged.Count(w => w.Ended > first && w.Ended <= last);

    /// <summary>Waits until rows were acknowledged after an instant (of <see cref="Stopwatch"/>): the service is back.</summary>
    /// <param name="notBy">What this node acknowledges does not count.</param>
    public async Task ProgressAsync(long after, double within, int notBy = Unknown)
    {
        var since = Stopwatch.GetTimestamp();
        while (Acknowledged.Count(w => w.Ended > after && w.Node != notBy) < 20)
        {
            if (Stopwatch.GetElapsedTime(since).TotalSeconds >= within)
            {
                Assert.Fail($"no writes acknowledged within {within} s; the last errors: {string.Join("; ", _errors.TakeLast(24))}; "
                    + $"threads {ThreadPool.ThreadCount}, queued {ThreadPool.PendingWorkItemCount}\n{await _witness()}");
            }

            await Task.Delay(10);
        }
    }

    /// <summary>The longest time without an acknowledged write, ending after this instant; the time since the last one included.</summary>
    public TimeSpan LargestGap(long after)
    {
        var times = Acknowledged.Select(w => w.Ended).Append(Stopwatch.GetTimestamp()).Order().ToList();
        return times.Zip(times.Skip(1)).Where(pair => pair.Second >= after)
            .Select(pair => Stopwatch.GetElapsedTime(pair.First, pair.Second)).DefaultIfEmpty().Max();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_writers);
    }

    /// <summary>The nodes that acknowledged what was sent after this instant.</summary>
    public IReadOnlyList<int> Leaders(long after) => [.. Acknowledged.Where(w => w.Sent > after).Select(w => w.Node).Distinct()];

    /// <summary>Stops, waits for the followers to catch up, and has all that was told and is held checked.</summary>
    public Task EveryRowIsEverywhereAsync(SandboxCluster cluster, double within = 15) => EveryRowIsEverywhereAsync(
        [.. SandboxCluster.Numbers.Select(SandboxCluster.AddressOf)], cluster.Client!.User, cluster.Client.Password, within);

    /// <summary>The same of any servers, by an account that is on all of them.</summary>
    public async Task EveryRowIsEverywhereAsync(IReadOnlyList<string> hosts, string user, string password, double within = 15)
    {
        await StopAsync();
        var since = Stopwatch.GetTimestamp();
        HeldRows[] held = [];
        bool InTime() => Stopwatch.GetElapsedTime(since).TotalSeconds < within;
        do
        {
            try
            {
                held = await Task.WhenAll(
                    hosts.Select((host, i) => MysqlClient.HeldRowsAsync(i + 1, host, user, password)));
            }
            catch (IOException) when (InTime())
            {
                held = []; // a node that looked well when all were just thawed may yet be fenced, and is back in a moment
            }
        }
        while ((held.Length == 0 || !held.All(h => h.Rows.SequenceEqual(held[0].Rows))) && InTime());

        var wrong = RowCheck.Violations(_writes, held);
        Assert.True(wrong.Count == 0, $"after {within} s: {string.Join("; ", wrong)}");
    }

    /// <summary>How many of the acknowledged rows a node does not have. Writers must have stopped.</summary>
    public async Task<int> LostAsync(int node)
    {
        await using var connection = await _connect(node, 5);
        var there = (await Column.ReadAsync(
            connection, "SELECT id FROM t.probe", value => Convert.ToInt64(value, CultureInfo.InvariantCulture))).ToHashSet();
        return Acknowledged.Count(w => !there.Contains(w.Id));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync(int node)
    {
        DbConnection? connection = null;
        var (session, at) = (0L, node);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (connection is null)
                {
                    connection = await _connect(node, _patience);
                    (session, at) = (Interlocked.Increment(ref _lastSession), _whose is null ? node : Unknown);
                }

                at = await InsertAsync(connection, at, session);
                continue;
            }
            catch (Exception e) when (IsOfTheServer(e))
            {
                // Whatever it is: the row is not ours, and another node may know better.
                _errors.Enqueue($"node {node}: {e.GetType().Name} {e.Message}");
                if (connection is not null)
                {
                    SandboxCluster.Abandon(connection);
                    connection = null;
                    if (_whose is not null)
                    {
                        continue; // one address: a pool connects to it at once, and waits there
                    }
                }
            }

            node = Next(node);
            await Task.Delay(Pause);
        }

        if (connection is not null)
        {
            SandboxCluster.Abandon(connection);
        }
    }

    /// <summary>A lost connection is made anew beside the writing; a node that refuses is left for the next one.</summary>
    private async Task WriteStandingAsync(int node)
    {
        var links = _nodes.ToDictionary(n => n, Link);
        while (!_stop.IsCancellationRequested)
        {
            var link = links[node];
            try
            {
                if (link.Made.IsCompleted)
                {
                    _ = await InsertAsync(await link.Made, node, link.Session);
                    continue;
                }
            }
            catch (Exception e) when (IsOfTheServer(e))
            {
                var lost = link.Made.IsCompletedSuccessfully && !IsRefusal(e);
                if (lost)
                {
                    SandboxCluster.Abandon(await link.Made);
                }

                if (lost || (!link.Made.IsCompletedSuccessfully && Stopwatch.GetElapsedTime(link.At) > Again))
                {
                    links[node] = Link(node);
                }
            }

            node = Next(node);
            await Task.Delay(1);
        }

        foreach (var (made, _, _) in links.Values)
        {
            await ((Task)made).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (made.IsCompletedSuccessfully)
            {
                SandboxCluster.Abandon(await made);
            }
        }
    }

    private (Task<DbConnection> Made, long Session, long At) Link(int node) =>
        (_connect(node, _patience), Interlocked.Increment(ref _lastSession), Stopwatch.GetTimestamp());

    private int Next(int node) => _nodes[(_nodes.ToList().IndexOf(node) + 1) % _nodes.Count];

    /// <summary>One row.</summary>
    /// <param name="node">Where to; unknown: it is asked behind the row, as no application would ask before.</param>
    /// <returns>The node that acknowledged it.</returns>
    private async Task<int> InsertAsync(DbConnection connection, int node, long session)
    {
        var write = new Write(Interlocked.Increment(ref _lastId), node, session, Stopwatch.GetTimestamp(), 0, Told.Nothing);
        var told = Told.Nothing;
        try
        {
            var sql = string.Create(CultureInfo.InvariantCulture, $"INSERT INTO t.probe (id) VALUES ({write.Id})");
            _ = await SandboxCluster.DoAsync(connection, sql, _patience);
            (told, write) = (Told.Done, write with { Ended = Stopwatch.GetTimestamp() });
            if (node == Unknown)
            {
                write = write with { Node = await _whose!(connection).WaitAsync(TimeSpan.FromSeconds(_patience)) };
            }
        }
        catch (DbException e) when (IsRefusal(e))
        {
            told = Told.Refused;
            throw;
        }
        finally
        {
            Note(write, told);
        }

        if (Interlocked.Read(ref _pauseTicks) is > 0 and var pause)
        {
            await Task.Delay(TimeSpan.FromTicks(pause));
        }

        return write.Node;
    }

    private void Note(Write write, Told told)
    {
        _writes.Enqueue(write with { Ended = told == Told.Done ? write.Ended : Stopwatch.GetTimestamp(), Told = told });
        if (told == Told.Done)
        {
            _ = Interlocked.Increment(ref _acknowledged);
        }
    }

    private static bool IsRefusal(Exception e) => e is DbException && e.Data["Server Error Code"] is int code && Refusals.Contains(code);

    private static bool IsOfTheServer(Exception e) =>
        e is DbException or TimeoutException or IOException or InvalidOperationException or NullReferenceException;
}
