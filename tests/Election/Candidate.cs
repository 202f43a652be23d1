using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using MySqlHa.Replication;

namespace MySqlHa.Tests.Elections;

/// <summary>
/// A candidate as an application has it: it campaigns, now and then resigns or falls silent for longer than its lease, and notes what it
/// believed. It takes any error for no answer.
/// </summary>
internal sealed class Candidate(
    string service, string name, TimeSpan lease, Func<Task<DbConnection>> connect, ConcurrentQueue<Belief> beliefs, int seed)
{
    private readonly Random _random = new(seed);
    private DbConnection? _connection;
    private Belief? _belief;

    public static ConcurrentDictionary<string, int> Errors { get; } = [];

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var pause = lease / 6 * (0.5 + _random.NextDouble());
            try
            {
                await CampaignAsync();
                if (_belief is { } belief)
                {
                    var chance = _random.Next(12);
                    if (chance == 0)
                    {
                        pause = lease * 1.5; // as if it were frozen: its belief ends by itself
                    }
                    else if (chance == 1)
                    {
                        Change(null); // before it says so
                        _ = await RowAsync($"CALL mysqlha_election.resign('{service}', '{name}', {belief.Term})");
                    }
                }
            }
            catch (Exception e) when (e is DbException or TimeoutException or IOException or InvalidOperationException
                or NullReferenceException or System.Net.Sockets.SocketException)
            {
                _ = Errors.AddOrUpdate(e.Message.Split('(')[0], 1, (_, count) => count + 1);
                LetGo();
            }

            try
            {
                await Task.Delay(pause, stop);
            }
            catch (OperationCanceledException)
            {
                // The end.
            }
        }

        Change(null);
        LetGo();
    }

    /// <summary>What it believes from now on; until now it believed what was noted last, as far as that went.</summary>
    private void Change(Belief? next)
    {
        if (_belief is { } last)
        {
            beliefs.Enqueue(last with { Until = Math.Min(last.Until, next?.From ?? Stopwatch.GetTimestamp()) });
        }

        _belief = next;
    }

    private async Task CampaignAsync()
    {
        var sent = Stopwatch.GetTimestamp();
        var row = await RowAsync($"CALL mysqlha_election.campaign('{service}', '{name}', {(long)lease.TotalMilliseconds})");
        var until = sent + (row.Number("hold_ms") * Stopwatch.Frequency / 1000);
        Change(row.Flag("leads") ? new Belief(service, name, row.Number("term"), Stopwatch.GetTimestamp(), until) : null);
    }

    private async Task<Row> RowAsync(string sql)
    {
        // Within a lease: what comes later is worth nothing to it. On a thread of its own: a driver's asynchronous call may block.
        var connection = _connection ??= await connect();
        return await Task.Run(() => connection.RowAsync(sql)).WaitAsync(lease);
    }

    private void LetGo()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            _ = Task.Run(() =>
            {
                try
                {
                    connection.Dispose();
                }
                catch (Exception e) when (e is DbException or IOException or InvalidOperationException or NullReferenceException)
                {
                    // Nobody is left to be told.
                }
            });
        }
    }
}
