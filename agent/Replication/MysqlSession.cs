using System.Data.Common;

namespace MySqlHa.Replication;

/// <summary>
/// One connection to the local server for one purpose, opened when first needed and again after it broke. One piece of
/// work at a time. A caller whose deadline passes leaves at once: the connection is abandoned to the server, which may
/// never answer, and closed whenever it does.
/// </summary>
internal sealed class MysqlSession(LocalServerAccess access) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private DbConnection? _connection;
    private DbConnection? _last; // also when it was abandoned
    private bool _disposed;
    private int _abandoned;

    /// <summary>How the statement begins that was asked last.</summary>
    public string LastAsked => _last?.LastAsked() ?? "";

    /// <summary>Runs once on each new connection before any work.</summary>
    public Func<DbConnection, Task> OnOpen { get; init; } = _ => Task.CompletedTask;

    /// <summary>Connections that were left to the server and that it has not let go of yet. Each costs it a thread.</summary>
    public int Abandoned => Volatile.Read(ref _abandoned);

    /// <summary>Throws DbException, OperationCanceledException (the work may still happen) and what the work throws.</summary>
    public async Task<T> UseAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var connection = _last = _connection ??= MysqlDriver.Local(access.Socket, access.User, access.Password);
            // On the pool: a driver's "async" call that blocks would otherwise hold our caller past its deadline.
            var running = Task.Run(() => OpenAndWorkAsync(connection, work), CancellationToken.None);
            try
            {
                return await running.WaitAsync(cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException || !running.IsCompleted)
            {
                if (!running.IsCompleted)
                {
                    _connection = null;
                    _ = Interlocked.Increment(ref _abandoned);
                    _ = running.ContinueWith(_ =>
                        LetGo(connection), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                }
                else if (e is DbException && !IsServersAnswer(e))
                {
                    _connection = null;
                    Close(connection);
                }

                throw;
            }
        }
        finally
        {
            _ = _turn.Release();
        }
    }

    /// <summary>An error that the server sent over a connection that goes on; anything else means the connection is gone.</summary>
    public static bool IsServersAnswer(Exception e) =>
        e is DbException error && MysqlDriver.ErrorNumber(error) is var number
        // 1000..1999 and 3000 up are the server's; 2000..2999 the client's. These few end the connection.
        && ((number is >= 1001 and < 2000) || number >= 3000)
        && number is not (1040 or 1041 or 1042 or 1043 or 1044 or 1045 or 1053 or 1077 or 1079 or 1129 or 1130 or 1152 or 1153 or 1158
            or 1159 or 1160 or 1161 or 1184
            or 1203 or 1226 or 1927 or 3032 or 3169 or 4031);

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        _disposed = true;
        if (_connection is { } connection)
        {
            _connection = null;
            Close(connection);
        }

        _ = _turn.Release();
    }

    private async Task<T> OpenAndWorkAsync<T>(DbConnection connection, Func<DbConnection, Task<T>> work)
    {
        if (connection.State != System.Data.ConnectionState.Open)
        {
            await MysqlDriver.OpenAsync(connection);
            try
            {
                await connection.ExecuteAsync(Statements.NewSession);
                await OnOpen(connection);
            }
            catch
            {
                await connection.CloseAsync(); // the next work must not find it open and take it for readied
                throw;
            }
        }

        return await work(connection);
    }

    private void LetGo(DbConnection connection)
    {
        _ = Interlocked.Decrement(ref _abandoned);
        connection.Dispose();
    }

    // Saying goodbye to a server that hangs may block.
    private static void Close(DbConnection connection) => _ = Task.Run(connection.Dispose);
}
