using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using MySqlHa.Replication;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// An application: four writers, each with one connection, each inserting a row at a time and trying the nodes in turn on any error
/// or after a second without an answer. An id is never sent twice, so a row that is there twice was applied twice. All that the
/// writers were told is kept, and <see cref="RowCheck"/> holds it against what the nodes hold in the end.
/// </summary>
internal sealed class WritersProbe : IAsyncDisposable
{
    private const int Writers = 4;
    private const double Patience = 1;

    /// <summary>ER_OPTION_PREVENTS_STATEMENT: super_read_only.</summary>
    private const int ReadOnly = 1290;

    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(50);

    // Between two writes of one writer, so that the table stays small enough to be compared.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    /// <summary>
    /// Errors that mysqld gives before it writes anything, or when it has rolled the statement back: read-only (1290, 1836), a read lock
    /// (1223), a full table (1114), a lock waited for in vain (1205), a deadlock (1213).
    /// </summary>
    private static readonly int[] Refusals = [1290, 1836, 1223, 1114, 1205, 1213];

    private readonly ConcurrentQueue<Write> _writes = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly SandboxCluster _cluster;
    private readonly Task[] _writers;
    private static long _lastId; // of all probes: a row of an earlier one is nobody's
    private long _lastSession;
    private int _acknowledged;

    private WritersProbe(SandboxCluster cluster, int leader, bool standing)
    {
        _cluster = cluster;
        _writers = [.. Enumerable.Range(0, Writers).Select(_ => Task.Run(() => standing ? WriteStandingAsync(leader) : WriteAsync(leader)))];
    }

    /// <summary>Makes the table anew, and writes on until it is disposed of or stopped.</summary>
    /// <param name="standing">Each writer keeps a connection to every node, as a pool for several hosts does.</param>
    public static async Task<WritersProbe> StartAsync(SandboxCluster cluster, int leader, bool standing = false)
    {
        _ = await cluster.DoAsync(leader, "DROP DATABASE IF EXISTS t", within: 30);
        _ = await cluster.DoAsync(leader, "CREATE DATABASE t", within: 30);
        // No unique key on the id: the same insert twice must show.
        const string Table = "CREATE TABLE t.probe (n BIGINT AUTO_INCREMENT PRIMARY KEY, id BIGINT NOT NULL, KEY (id))";
        _ = await cluster.DoAsync(leader, Table, within: 30);
        var probe = new WritersProbe(cluster, leader);
        await probe.ProgressAsync(after: 0, within: 15);
        return probe;
    }

    /// <summary>Acknowledged rows.</summary>
    public int Count => Volatile.Read(ref _acknowledged);

    private IEnumerable<Write> Acknowledged => _writes.Where(w => w.Told == Told.Done);

    /// <summary>Waits until rows were acknowledged after an instant (of <see cref="Stopwatch"/>): the service is back.</summary>
    public async Task ProgressAsync(long after, double within)
    {
        var since = Stopwatch.GetTimestamp();
        while (Acknowledged.Count(w => w.Ended > after) < 20)
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < within, $"no writes acknowledged within {within} s");
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
    public async Task EveryRowIsEverywhereAsync(double within = 15)
    {
        await StopAsync();
        var client = _cluster.Client!;
        var since = Stopwatch.GetTimestamp();
        HeldRows[] held;
        do
        {
            held = await Task.WhenAll(
                from n in SandboxCluster.Numbers
                select MysqlClient.HeldRowsAsync(n, SandboxCluster.AddressOf(n), client.User, client.Password));
        }
        while (!held.All(h => h.Rows.SequenceEqual(held[0].Rows)) && Stopwatch.GetElapsedTime(since).TotalSeconds < within);

        var wrong = RowCheck.Violations(_writes, held);
        Assert.True(wrong.Count == 0, $"after {within} s: {string.Join("; ", wrong)}");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync(int node)
    {
        DbConnection? connection = null;
        var session = 0L;
        while (!_stop.IsCancellationRequested)
        {
            Write? write = null;
            try
            {
                if (connection is null)
                {
                    connection = await _cluster.ConnectAsync(node, Patience);
                    session = Interlocked.Increment(ref _lastSession);
                }

                write = new Write(Interlocked.Increment(ref _lastId), node, session, Stopwatch.GetTimestamp(), 0, Told.Nothing);
                var sql = string.Create(CultureInfo.InvariantCulture, $"INSERT INTO t.probe (id) VALUES ({write.Id})");
                _ = await SandboxCluster.DoAsync(connection, sql, Patience);
                Note(write, Told.Done);
                await Task.Delay(Pause);
            }
            catch (Exception e)
                when (e is DbException or TimeoutException or IOException or InvalidOperationException or NullReferenceException)
            {
                // Whatever it is: the row is not ours, and another node may know better.
                if (write is not null)
                {
                    var refused = e is DbException && e.Data["Server Error Code"] is int code && Refusals.Contains(code);
                    Note(write, refused ? Told.Refused : Told.Nothing);
                }

                if (connection is not null)
                {
                    SandboxCluster.Abandon(connection);
                    connection = null;
                }

                node = (node % SandboxCluster.Numbers.Count) + 1;
                await Task.Delay(Pause);
            }
        }

        if (connection is not null)
        {
            SandboxCluster.Abandon(connection);
        }
    }

    private void Note(Write write, Told told)
    {
        _writes.Enqueue(write with { Ended = Stopwatch.GetTimestamp(), Told = told });
        if (told == Told.Done)
        {
            _ = Interlocked.Increment(ref _acknowledged);
        }
    }
}
