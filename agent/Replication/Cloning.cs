using System.Data.Common;
using System.Globalization;

namespace MySqlHa.Replication;

/// <summary>Replaces the local server's data by a donor's, and tells how far it is.</summary>
internal sealed class Cloning(LocalServerAccess access, MysqlSession effects) : IAsyncDisposable
{
    /// <summary>The copy is whole; mysqld asked to be started again, found nobody to do it, and ends.</summary>
    private const int NotSupervised = 3707;

    private readonly MysqlSession _clone = new(access);
    private readonly MysqlSession _watch = new(access);

    public async Task<Outcome<Nothing>> RunAsync(CloneOrder order, IProgress<CloneProgress> progress, CancellationToken cancellation)
    {
        var prepared = await LocalServer.RunAsync(effects, PrepareAsync, cancellation);
        if (prepared is not Outcome<Nothing>.Done)
        {
            return prepared;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watching = WatchAsync(progress, over.Token);
        var outcome = await LocalServer.RunAsync(_clone, connection => CloneAsync(connection, order), cancellation);
        await over.CancelAsync();
        await watching;
        if (outcome is Outcome<Nothing>.Failed { ErrorNumber: NotSupervised })
        {
            return new Outcome<Nothing>.Done(default);
        }

        if (outcome is Outcome<Nothing>.Failed)
        {
            _ = await LocalServer.RunAsync(effects, CloseAsync, cancellation);
        }

        return outcome;
    }

    public static async Task<CloneResult?> ResultAsync(DbConnection connection) =>
        (await connection.QueryAsync(Statements.CloneStatus)).LastOrDefault() is { } row
            ? new CloneResult(row.Text("state") == "Completed", (int)row.Number("error_number"), row.Text("error_text"), row.Text("source"))
            : null;

    public async ValueTask DisposeAsync()
    {
        await _clone.DisposeAsync();
        await _watch.DisposeAsync();
    }

    /// <summary>
    /// MySQL clones into no super_read_only server. So no ordinary client is let in, and read_only stays: nobody can write
    /// but the agent.
    /// </summary>
    private static async Task<Nothing> PrepareAsync(DbConnection connection)
    {
        if (!(await connection.RowAsync(Statements.SemiSync)).Flag("read_only"))
        {
            throw new RefusedException(
                RefusalReason.Writable, "This server is writable: it is demoted or killed before its data is given up.");
        }

        await connection.ExecuteAsync(Statements.CloseToClients);
        await Receiving.StopReceiverAsync(connection);
        if (await Receiving.ChannelAsync(connection) is not null)
        {
            await connection.ExecuteAsync(Statements.StopApplier);
        }

        await connection.ExecuteAsync(Statements.OpenToAgentIfLocked);
        return (await connection.RowAsync(Statements.SemiSync)).Flag("super_read_only")
            ? throw new RefusedException(RefusalReason.LockLost, "Not cloned: another agent holds the effects lock of this mysqld.")
            : default;
    }

    private static async Task<Nothing> CloseAsync(DbConnection connection)
    {
        await connection.ExecuteAsync(Statements.CloseToWrites);
        return default;
    }

    private static async Task<Nothing> CloneAsync(DbConnection connection, CloneOrder order)
    {
        await connection.ExecuteAsync(Statements.AllowDonor(order.DonorHost, order.DonorPort));
        await connection.ExecuteAsync(Statements.Clone(order));
        return default;
    }

    private async Task WatchAsync(IProgress<CloneProgress> progress, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
                var stages = await _watch.UseAsync(connection => connection.QueryAsync(Statements.CloneProgress), cancellation);
                if (stages.LastOrDefault() is { } current)
                {
                    long Sum(string column) => stages.Sum(s => long.Parse(s.Text(column), CultureInfo.InvariantCulture));
                    progress.Report(new CloneProgress(current.Text("stage"), Sum("done"), Sum("estimate")));
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or DbException or IOException)
        {
            // Progress is for people: its end, whatever it is, ends only itself.
        }
    }
}
