using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// An application: writers (four, unless told otherwise), each with one connection, each inserting a row at a time and trying the nodes in turn on any error
/// or after a second without an answer. An id is never sent twice, so a row that is there twice was applied twice.
/// </summary>
internal sealed class WritersProbe : IAsyncDisposable
{
    private const double Patience = 1;

    // Between two tries of one writer, so that the table stays small enough to be compared, and a server that refuses is not flooded.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(4);

    private readonly ConcurrentQueue<Acknowledged> _acknowledged = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<int, double, Task<DbConnection>> _connect;
    private readonly IReadOnlyList<int> _nodes;
    private readonly Task[] _writers;
    private long _pauseTicks;
    private long _lastId;

    private WritersProbe(Func<int, double, Task<DbConnection>> connect, IReadOnlyList<int> nodes, int leader, int writers, TimeSpan pause)
    {
        (_connect, _nodes, _pauseTicks) = (connect, nodes, pause.Ticks);
        _writers = [.. Enumerable.Range(0, writers).Select(_ => Task.Run(() => WriteAsync(leader)))];
    }

    /// <summary>Makes the table anew, and writes on until it is disposed of or stopped.</summary>
    public static Task<WritersProbe> StartAsync(SandboxCluster cluster, int leader) =>
        StartAsync(cluster.ConnectAsync, SandboxCluster.Numbers, leader);

    /// <summary>As the other, to any servers.</summary>
    /// <param name="connect">Opens a connection to a node within so many seconds.</param>
    /// <param name="pause">Of each writer after a row; null: a few milliseconds.</param>
    public static async Task<WritersProbe> StartAsync(
        Func<int, double, Task<DbConnection>> connect, IReadOnlyList<int> nodes, int leader, int writers = 4, TimeSpan? pause = null)
    {
        await using (var connection = await connect(leader, 5))
        {
            // No unique key on the id: the same insert twice must show.
            const string Table = "CREATE TABLE t.probe (n BIGINT AUTO_INCREMENT PRIMARY KEY, id BIGINT NOT NULL, KEY (id))";
            foreach (var sql in (string[])["DROP DATABASE IF EXISTS t", "CREATE DATABASE t", Table])
            {
                _ = await SandboxCluster.DoAsync(connection, sql, within: 5);
            }
        }

        var probe = new WritersProbe(connect, nodes, leader, writers, pause ?? Pause);
        await probe.ProgressAsync(after: 0, within: 5);
        return probe;
    }

    public int Count => _acknowledged.Count;

    /// <summary>From here on each writer waits so long after a row.</summary>
    public void Slow(TimeSpan pause) => Interlocked.Exchange(ref _pauseTicks, pause.Ticks);

    /// <summary>The node that acknowledged last.</summary>
    public int Writable => _acknowledged.Last().Node;

    /// <summary>Rows acknowledged between two instants.</summary>
    public int Between(long first, long last) => _acknowledged.Count(a => a.At > first && a.At <= last);

    /// <summary>Waits until rows were acknowledged after an instant (of <see cref="Stopwatch"/>): the service is back.</summary>
    /// <param name="notBy">What this node acknowledges does not count; 0: all does.</param>
    public async Task ProgressAsync(long after, double within, int notBy = 0)
    {
        var since = Stopwatch.GetTimestamp();
        while (_acknowledged.Count(a => a.At > after && a.Node != notBy) < 20)
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
            rows = await Task.WhenAll(_nodes.Select(ReadAsync));
        }
        while (!rows.All(r => r.SequenceEqual(rows[0])) && Stopwatch.GetElapsedTime(since).TotalSeconds < within);

        var counts = string.Join(", ", rows.Select(r => r.Count));
        foreach (var (node, held) in _nodes.Zip(rows))
        {
            var there = held.ToHashSet();
            var lost = Lost(there).Select(a => $"{a.Id} (by node {a.Node})").ToList();
            Assert.True(lost.Count == 0, $"node {node} lost {lost.Count} acknowledged rows: {string.Join(", ", lost.Take(10))}");
            Assert.True(there.Count == held.Count, $"node {node} has {held.Count - there.Count} rows twice");
        }

        Assert.True(rows.All(r => r.SequenceEqual(rows[0])), $"the nodes differ after {within} s: {counts} rows");
    }

    /// <summary>How many of the acknowledged rows a node does not have. Writers must have stopped.</summary>
    public async Task<int> LostAsync(int node) => Lost([.. await ReadAsync(node)]).Count();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private IEnumerable<Acknowledged> Lost(HashSet<long> there) => _acknowledged.Where(a => !there.Contains(a.Id));

    private async Task<List<long>> ReadAsync(int node)
    {
        await using var connection = await _connect(node, 5);
        return await Column.ReadAsync(
            connection, "SELECT id FROM t.probe ORDER BY id", value => Convert.ToInt64(value, CultureInfo.InvariantCulture));
    }

    private async Task WriteAsync(int node)
    {
        DbConnection? connection = null;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                connection ??= await _connect(node, Patience);
                var id = Interlocked.Increment(ref _lastId);
                var sql = string.Create(CultureInfo.InvariantCulture, $"INSERT INTO t.probe (id) VALUES ({id})");
                _ = await SandboxCluster.DoAsync(connection, sql, Patience);
                _acknowledged.Enqueue(new Acknowledged(id, Stopwatch.GetTimestamp(), node));
                if (Interlocked.Read(ref _pauseTicks) is > 0 and var pause)
                {
                    await Task.Delay(TimeSpan.FromTicks(pause));
                }
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

                node = _nodes[(_nodes.ToList().IndexOf(node) + 1) % _nodes.Count];
                await Task.Delay(Pause);
            }
        }

        if (connection is not null)
        {
            SandboxCluster.Abandon(connection);
        }
    }

    private sealed record Acknowledged(long Id, long At, int Node);
}
