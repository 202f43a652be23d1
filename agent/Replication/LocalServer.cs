using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Replication;

/// <summary>
/// All that the agent does to its own mysqld by SQL. Effects go over one connection that holds the effects lock: a new
/// agent kills the holder, so that an old one's late statements find the lock gone. Looking, fencing and markers
/// have connections of their own and never wait behind an effect that hangs. Every effect may be repeated. A cancelled
/// call returns <see cref="Outcome{T}.Unknown"/> at once and leaves its connection to the server.
/// </summary>
public sealed class LocalServer : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(100);
    private readonly LocalServerAccess _access;
    private readonly MysqlSession _effects;
    private readonly MysqlSession _fence;
    private readonly MysqlSession _demotion;
    private readonly MysqlSession _slow;
    private readonly MysqlSession _settings;
    private readonly Probe _probe;
    private readonly Markers _markers;
    private readonly Cloning _cloning;
    private ImmutableHashSet<long> _ownConnections = [];
    private volatile bool _isTheAgent;
    private volatile bool _demotionHangs;

    public LocalServer(LocalServerAccess access)
    {
        _access = access;
        _effects = new MysqlSession(access) { OnOpen = RetakeLockAsync };
        _fence = new MysqlSession(access);
        _demotion = new MysqlSession(access);
        _slow = new MysqlSession(access);
        _settings = new MysqlSession(access);
        _probe = new Probe(access);
        _markers = new Markers(access);
        _cloning = new Cloning(access, _effects);
    }

    /// <summary>
    /// Takes the effects lock from whoever holds it, killing that connection, and readies the connections that nobody shall wait for.
    /// To be called once after mysqld was started or adopted, before its state is read and acted on. Where it fails, because an adopted
    /// server does not answer yet, the first effect that reaches the server takes the lock.
    /// </summary>
    public Task<Outcome<Nothing>> TakeLockAsync(CancellationToken cancellation)
    {
        _isTheAgent = true;
        return RunAsync(_effects, async connection =>
        {
            await TakeLockAsync(connection, fromAnyone: true);
            _demotionHangs = false;
            foreach (var ready in (MysqlSession[])[_fence, _demotion])
            {
                _ = await ready.UseAsync(own => own.RowAsync("SELECT 1 AS one"), cancellation);
            }

            await _markers.ReadyAsync(cancellation);
            return default(Nothing);
        }, cancellation);
    }

    /// <summary>One look at the server, over a connection of its own.</summary>
    public Task<ProbeOutcome> ProbeAsync(CancellationToken cancellation) => _probe.LookAsync(cancellation);

    /// <summary>
    /// R1: takes nothing more from any source; then tells all that is held. The caller makes its promise durable
    /// before it sends it, and a server that led is killed before it promises.
    /// </summary>
    public Task<Outcome<GtidSet>> PromiseAsync(CancellationToken cancellation) => RunAsync(_effects, Receiving.PromiseAsync, cancellation);

    /// <summary>R5, R6: receives from the ordered source, keeping every received transaction.</summary>
    public Task<Outcome<Following>> FollowAsync(FollowOrder order, CancellationToken cancellation) =>
        RunAsync(_effects, connection => _demotionHangs ? throw DemotionHangs() : Receiving.FollowAsync(connection, order), cancellation);

    /// <summary>R2: becomes writable, all received being applied and W acknowledgements in force. Ordinary clients still wait.</summary>
    public Task<Outcome<Promoted>> PromoteAsync(PromoteOrder order, CancellationToken cancellation) =>
        RunAsync(_effects, connection => Leading.PromoteAsync(connection, order), cancellation);

    /// <summary>
    /// On a leader: the receiving side is taken away. Refused while something received is not applied, and while the receiver is still
    /// stopping: one that tries to connect takes its time, and a waiting commit may need a marker.
    /// </summary>
    public async Task<Outcome<Nothing>> ForgetSourceAsync(CancellationToken cancellation)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        soon.CancelAfter(StopPatience);
        // The statement goes on by itself: told once, the receiver stops, and a later call finds it off.
        await using var aside = new MysqlSession(_access);
        var stopped = await RunAsync(aside, async connection =>
        {
            await connection.ExecuteAsync(Statements.StopReceiver);
            return default(Nothing);
        }, soon.Token);
        return stopped is Outcome<Nothing>.Unknown && !cancellation.IsCancellationRequested
            ? new Outcome<Nothing>.Refused(new Refusal(RefusalReason.Busy, "The receiver is told to stop, and is not off yet."))
            : stopped is Outcome<Nothing>.Done ? await RunAsync(_effects, Leading.ForgetSourceAsync, cancellation) : stopped;
    }

    /// <summary>Changes W on a leader. Lowering it releases waiters that have that many: the state must say so first (R3).</summary>
    public Task<Outcome<Nothing>> SetAcknowledgementsAsync(int count, CancellationToken cancellation) =>
        RunAsync(_effects, connection =>
            _demotionHangs ? throw DemotionHangs() : Leading.RequireAcknowledgementsAsync(connection, count), cancellation);

    /// <summary>Lets ordinary clients in, right after the caller said once more that it may.</summary>
    public Task<Outcome<Nothing>> OpenToClientsAsync(Func<bool> stillAllowed, CancellationToken cancellation) =>
        RunAsync(_effects, connection => Leading.OpenToClientsAsync(connection, stillAllowed), cancellation);

    /// <summary>
    /// Enables the events that the leader before ran. Each is a commit that waits for its acknowledgement. Returns how many.
    /// </summary>
    public Task<Outcome<int>> EnableEventsAsync(CancellationToken cancellation) => RunAsync(_slow, Leading.EnableEventsAsync, cancellation);

    /// <summary>R12: a small commit of its own. Returns when it was acknowledged; several may be under way.</summary>
    public Task<Outcome<MarkerCommitted>> MarkerAsync(long epoch, CancellationToken cancellation) =>
        _markers.WriteAsync(epoch, cancellation);

    /// <summary>
    /// R8: takes the last write; clients may read on. Done only when the SET returned; past the deadline
    /// <see cref="Outcome{T}.Unknown"/>, and mysqld must be killed: a client may still get its OK.
    /// </summary>
    public async Task<Outcome<Demoted>> DemoteAsync(TimeSpan deadline, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        // Not over the effects connection: taking its lock back would kill a SET that hangs, and so make the server writable again.
        var outcome = await RunAsync(_demotion, Leading.DemoteAsync, limit.Token);
        _demotionHangs |= outcome is Outcome<Demoted>.Unknown;
        return outcome;
    }

    /// <summary>
    /// The fence's first rung: no ordinary client from here. Safe while sessions wait: they lose their connection and get no OK.
    /// </summary>
    public async Task<Outcome<Nothing>> CloseToClientsAsync(TimeSpan deadline, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        return await RunAsync(_fence, async connection =>
        {
            await connection.ExecuteAsync(Statements.CloseToClients);
            return default(Nothing);
        }, limit.Token);
    }

    /// <summary>R5: no connection with this account from here on, by this server only; those that are there are killed.</summary>
    public Task<Outcome<Nothing>> LockOutAsync(string user, CancellationToken cancellation) =>
        RunAsync(_effects, connection => Leading.LockOutAsync(connection, [user]), cancellation);

    /// <summary>R5: whose receivers this writable server lets in, and whose not; nothing of it is in the binary log.</summary>
    public Task<Outcome<Nothing>> SetAccessAsync(
        IReadOnlyList<MysqlAccount> letIn, IReadOnlyList<string> lockedOut, CancellationToken cancellation) =>
        RunAsync(_effects, connection => Leading.SetAccessAsync(connection, letIn, lockedOut), cancellation);

    /// <summary>Undoes <see cref="LockOutAsync"/>.</summary>
    public Task<Outcome<Nothing>> LetInAsync(string user, CancellationToken cancellation) => RunAsync(_effects, async connection =>
    {
        await connection.ExecuteAsync(Statements.LockAccounts([user], locked: false));
        return default(Nothing);
    }, cancellation);

    /// <summary>
    /// Replaces this server's data by the donor's. mysqld ends when it is done (and starts no other): the caller awaits its
    /// exit, has the data directory forget its server_uuid, starts it and asks <see cref="CloneResultAsync"/>. Failed, the
    /// server is read-only again and its own data may be there or not: the directory is marked incomplete before.
    /// </summary>
    public Task<Outcome<Nothing>> CloneAsync(CloneOrder order, IProgress<CloneProgress> progress, CancellationToken cancellation) =>
        _cloning.RunAsync(order, progress, cancellation);

    /// <summary>How the clone that this data came from ended; null where there was none.</summary>
    public Task<Outcome<CloneResult?>> CloneResultAsync(CancellationToken cancellation) =>
        RunAsync(_slow, Cloning.ResultAsync, cancellation);

    /// <summary>Sets global variables, one by one; null: to its compiled default. What cannot be set while it runs is told, and what failed.</summary>
    public Task<Outcome<SettingsOutcome>> ApplySettingsAsync(IReadOnlyDictionary<string, string?> values, CancellationToken cancellation) =>
        RunAsync(_settings, connection => Settings.ApplyAsync(connection, values), cancellation);

    /// <summary>Whether the server would take them; nothing is changed.</summary>
    public Task<Outcome<SettingsOutcome>> CheckSettingsAsync(IReadOnlyDictionary<string, string> values, CancellationToken cancellation) =>
        RunAsync(_settings, connection => Settings.CheckAsync(connection, values), cancellation);

    /// <summary>Returns when all transactions of the set are applied.</summary>
    public Task<Outcome<Nothing>> WaitForAsync(GtidSet set, CancellationToken cancellation) => RunAsync(_slow, async connection =>
    {
        _ = await connection.RowAsync(Statements.WaitFor(set));
        return default(Nothing);
    }, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _effects.DisposeAsync();
        await _fence.DisposeAsync();
        await _demotion.DisposeAsync();
        await _slow.DisposeAsync();
        await _settings.DisposeAsync();
        await _probe.DisposeAsync();
        await _markers.DisposeAsync();
        await _cloning.DisposeAsync();
    }

    internal static async Task<Outcome<T>> RunAsync<T>(MysqlSession session, Func<DbConnection, Task<T>> work,
        CancellationToken cancellation)
    {
        try
        {
            return new Outcome<T>.Done(await session.UseAsync(work, cancellation));
        }
        catch (RefusedException e)
        {
            return new Outcome<T>.Refused(e.Refusal);
        }
        catch (OperationCanceledException)
        {
            return new Outcome<T>.Unknown(
                $"The server did not answer in time: what was asked may have happened, or may happen yet (it was at '{session.LastAsked}').");
        }
        catch (DbException e) when (MysqlSession.IsServersAnswer(e))
        {
            return new Outcome<T>.Failed(MysqlDriver.ErrorNumber(e), e.Message);
        }
        catch (Exception e) when (e is DbException or IOException or System.Net.Sockets.SocketException or TimeoutException)
        {
            return new Outcome<T>.Unknown($"The connection to the server broke: {e.GetBaseException().Message}");
        }
    }

    private static RefusedException DemotionHangs() => new(
        RefusalReason.DemotionHangs,
        "The demotion of this server has not returned: commits are still on their way to an OK, and mysqld must be killed.");

    /// <summary>
    /// A connection of ours that broke may have left the lock behind. Once this agent has had it, another agent's is not ours to take here.
    /// </summary>
    private Task RetakeLockAsync(DbConnection connection) =>
        _isTheAgent ? TakeLockAsync(connection, fromAnyone: _ownConnections.IsEmpty) : Task.CompletedTask;

    private async Task TakeLockAsync(DbConnection connection, bool fromAnyone)
    {
        // Any account may ask for any lock, and who asked first gets it when it is free.
        _ = await Leading.KillAllAsync(connection, Statements.StrangersAtLock);
        var row = await connection.RowAsync(Statements.LockHolder);
        var me = row.Number("me");
        if (row["holder"] is { } text)
        {
            var holder = long.Parse(text, CultureInfo.InvariantCulture);
            if (holder == me)
            {
                return;
            }

            if (!fromAnyone && !_ownConnections.Contains(holder))
            {
                return; // the check-and-set statements will find that it is not ours
            }

            await Leading.KillAsync(connection, holder);
        }

        var taken = await connection.RowAsync(Statements.TakeLock);
        if (taken["taken"] != "1")
        {
            throw new RefusedException(
                RefusalReason.LockLost, "The connection that holds the effects lock of mysqld did not end within 5 s of being killed.");
        }

        _ownConnections = _ownConnections.Add(me);
    }
}
