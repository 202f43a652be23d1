using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using MySqlHa.Replication;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// An application: four writers, each with one connection, each inserting a row at a time and trying the nodes in turn on any error
/// or after a second without an answer. An id is never sent twice, so a row that is there twice was applied twice.
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

    private readonly ConcurrentQueue<Acknowledged> _acknowledged = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly SandboxCluster _cluster;
    private readonly Task[] _writers;
    private long _lastId;

    private WritersProbe(SandboxCluster cluster, int leader, bool standing)
    {
        _cluster = cluster;
        _writers = [.. Enumerable.Range(0, Writers).Select(_ => Task.Run(() => standing ? WriteStandingAsync(leader) : WriteAsync(leader)))];
    }

    /// <summary>Makes the table anew, and writes on until it is disposed of or stopped.</summary>
    /// <param name="standing">Each writer keeps a connection to every node, as a pool for several hosts does.</param>
    public static async Task<WritersProbe> StartAsync(SandboxCluster cluster, int leader, bool standing = false)
    {
        _ = await cluster.DoAsync(leader, "DROP DATABASE IF EXISTS t");
        _ = await cluster.DoAsync(leader, "CREATE DATABASE t");
        // No unique key on the id: the same insert twice must show.
        _ = await cluster.DoAsync(leader, "CREATE TABLE t.probe (n BIGINT AUTO_INCREMENT PRIMARY KEY, id BIGINT NOT NULL, KEY (id))");
        var probe = new WritersProbe(cluster, leader, standing);
        await probe.ProgressAsync(after: 0, within: 5);
        return probe;
    }

    public int Count => _acknowledged.Count;

    /// <summary>Waits until rows were acknowledged after an instant (of <see cref="Stopwatch"/>): the service is back.</summary>
    public async Task ProgressAsync(long after, double within)
    {
        var since = Stopwatch.GetTimestamp();
        while (_acknowledged.Count(a => a.At > after) < 20)
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < within, $"no writes acknowledged within {within} s");
            await Task.Delay(10);
        }
    }

    /// <summary>The longest time without an acknowledged write, ending after this instant; the time since the last one included.</summary>
    public TimeSpan LargestGap(long after)
    {
        var times = _acknowledged.Select(a => a.At).Append(Stopwatch.GetTimestamp()).Order().ToList();
        return times.Zip(times.Skip(1)).Where(pair => pair.Second >= after)
            .Select(pair => Stopwatch.GetElapsedTime(pair.First, pair.Second)).DefaultIfEmpty().Max();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_writers);
    }

    /// <summary>
    /// Stops, then: all nodes hold the same rows, none twice, and each that was acknowledged. Waits for the followers to catch up.
    /// </summary>
    public async Task EveryRowIsEverywhereAsync(double within = 15)
    {
        await StopAsync();
        var since = Stopwatch.GetTimestamp();
        List<long>[] rows;
        do
        {
            rows = await Task.WhenAll(
                SandboxCluster.Numbers.Select(node => _cluster.ReadAsync(node, "SELECT id FROM t.probe ORDER BY id")));
        }
        while (!rows.All(r => r.SequenceEqual(rows[0])) && Stopwatch.GetElapsedTime(since).TotalSeconds < within);

        var counts = string.Join(", ", rows.Select(r => r.Count));
        foreach (var (node, held) in SandboxCluster.Numbers.Zip(rows))
        {
            var there = held.ToHashSet();
            var lost = _acknowledged.Where(a => !there.Contains(a.Id)).Select(a => $"{a.Id} (by node {a.Node})").ToList();
            Assert.True(lost.Count == 0, $"node {node} lost {lost.Count} acknowledged rows: {string.Join(", ", lost.Take(10))}");
            Assert.True(there.Count == held.Count, $"node {node} has {held.Count - there.Count} rows twice");
        }

        Assert.True(rows.All(r => r.SequenceEqual(rows[0])), $"the nodes differ after {within} s: {counts} rows");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync(int node)
    {
        DbConnection? connection = null;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                connection ??= await _cluster.ConnectAsync(node, Patience);
                var id = Interlocked.Increment(ref _lastId);
                var sql = string.Create(CultureInfo.InvariantCulture, $"INSERT INTO t.probe (id) VALUES ({id})");
                _ = await SandboxCluster.DoAsync(connection, sql, Patience);
                _acknowledged.Enqueue(new Acknowledged(id, Stopwatch.GetTimestamp(), node));
                await Task.Delay(Pause);
            }
            catch (Exception e)
                when (e is DbException or TimeoutException or IOException or InvalidOperationException or NullReferenceException)
            {
                // Whatever it is: the row is not ours, and another node may know better.
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

    /// <summary>A lost connection is made anew beside the writing; a node that is read-only is left for the next one.</summary>
    private async Task WriteStandingAsync(int node)
    {
        var links = SandboxCluster.Numbers.ToDictionary(n => n, n => (Made: _cluster.ConnectAsync(n, Patience), At: Stopwatch.GetTimestamp()));
        while (!_stop.IsCancellationRequested)
        {
            var (made, at) = links[node];
            try
            {
                if (made.IsCompleted)
                {
                    var id = Interlocked.Increment(ref _lastId);
                    var sql = string.Create(CultureInfo.InvariantCulture, $"INSERT INTO t.probe (id) VALUES ({id})");
                    _ = await SandboxCluster.DoAsync(await made, sql, Patience);
                    _acknowledged.Enqueue(new Acknowledged(id, Stopwatch.GetTimestamp(), node));
                    await Task.Delay(Pause);
                    continue;
                }
            }
            catch (DbException e) when (MysqlDriver.ErrorNumber(e) == ReadOnly)
            {
                // It may lead again later.
            }
            catch (Exception e)
                when (e is DbException or TimeoutException or IOException or InvalidOperationException or NullReferenceException)
            {
                if (made.IsCompletedSuccessfully)
                {
                    SandboxCluster.Abandon(await made);
                }

                if (Stopwatch.GetElapsedTime(at) > Again || made.IsCompletedSuccessfully)
                {
                    links[node] = (_cluster.ConnectAsync(node, Patience), Stopwatch.GetTimestamp());
                }
            }

            node = (node % SandboxCluster.Numbers.Count) + 1;
            await Task.Delay(1);
        }

        foreach (var (made, _) in links.Values)
        {
            await ((Task)made).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (made.IsCompletedSuccessfully)
            {
                SandboxCluster.Abandon(await made);
            }
        }
    }

    private sealed record Acknowledged(long Id, long At, int Node);
}
