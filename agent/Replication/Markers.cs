using System.Data.Common;
using System.Diagnostics;

namespace MySqlHa.Replication;

/// <summary>
/// The leader's markers: small commits, each over a connection of its own so that one that waits holds up no other.
/// At most <see cref="MostUnderWay"/> at a time; beyond that one a second, for the one that frees all may be the next.
/// </summary>
internal sealed class Markers(LocalServerAccess access) : IAsyncDisposable
{
    private const int MostUnderWay = 16;
    private const int Slots = 1024;
    private readonly Lock _gate = new();
    private readonly Stack<MysqlSession> _idle = new();
    private int _underWay;
    private int _slot;
    private long _last;
    private long _unlocked; // the epoch

    /// <summary>
    /// Opens the connection of the first marker. Where clients have all others, the one that MySQL keeps for those that administer is for a
    /// follower, without which no marker is ever acknowledged.
    /// </summary>
    public async Task ReadyAsync(CancellationToken cancellation)
    {
        var session = new MysqlSession(access);
        _ = await LocalServer.RunAsync(session, connection => connection.RowAsync("SELECT 1 AS one"), cancellation);
        lock (_gate)
        {
            _idle.Push(session);
        }
    }

    public async Task<Outcome<MarkerCommitted>> WriteAsync(long epoch, CancellationToken cancellation)
    {
        MysqlSession session;
        int slot;
        lock (_gate)
        {
            if (_underWay >= MostUnderWay && Stopwatch.GetElapsedTime(_last) < TimeSpan.FromSeconds(1))
            {
                return new Outcome<MarkerCommitted>.Refused(
                    new Refusal(RefusalReason.Busy, $"{_underWay} markers still wait for their acknowledgements."));
            }

            session = _idle.TryPop(out var idle) ? idle : new MysqlSession(access);
            // Never a row that one under way holds: far more rows than connections.
            _slot = (_slot + 1) % Slots;
            slot = _slot;
            _underWay++;
            _last = Stopwatch.GetTimestamp();
        }

        var outcome = await LocalServer.RunAsync(session, connection => CommitAsync(connection, slot, epoch), cancellation);
        lock (_gate)
        {
            _underWay--;
            if (_idle.Count < MostUnderWay)
            {
                _idle.Push(session);
            }
        }

        return outcome;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _idle)
        {
            await session.DisposeAsync();
        }
    }

    private async Task<MarkerCommitted> CommitAsync(DbConnection connection, int slot, long epoch)
    {
        var started = Stopwatch.GetTimestamp();
        if (Interlocked.Exchange(ref _unlocked, epoch) != epoch)
        {
            // A backup, say, of the follower that this was: nobody's commit could end before it does. Not with the promotion, which
            // clients wait for.
            _ = await Leading.KillAllAsync(connection, Statements.GlobalReadLocks);
        }

        // Before and after: a commit is acknowledged by as many as were required all the while.
        var before = await RequiredAsync(connection);
        await connection.ExecuteAsync(Statements.Marker(slot, epoch));
        var after = await RequiredAsync(connection);
        return new MarkerCommitted(epoch, Math.Min(before, after), Stopwatch.GetElapsedTime(started));
    }

    private static async Task<int> RequiredAsync(DbConnection connection)
    {
        var row = await connection.RowAsync(Statements.SemiSync);
        return row.Flag("source_enabled") && row.Flag("source_status") ? (int)row.Number("wait_count") : 0;
    }
}
