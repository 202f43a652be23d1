using System.Data.Common;
using System.Globalization;

namespace MySqlHa.Replication;

/// <summary>Replaces the local server's data by a donor's, and tells how far it is.</summary>
internal sealed class Cloning(LocalServerAccess access) : IAsyncDisposable
{
    /// <summary>The copy is whole; mysqld asked to be started again, found nobody to do it, and ends.</summary>
    private const int NotSupervised = 3707;

    private readonly MysqlSession _clone = new(access);
    private readonly MysqlSession _watch = new(access);

    public async Task<Outcome<Nothing>> RunAsync(CloneOrder order, IProgress<CloneProgress> progress, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watching = WatchAsync(progress, over.Token);
        var outcome = await LocalServer.RunAsync(_clone, connection => CloneAsync(connection, order), cancellation);
        await over.CancelAsync();
        await watching;
        return outcome is Outcome<Nothing>.Failed { ErrorNumber: NotSupervised } ? new Outcome<Nothing>.Done(default) : outcome;
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

    private static async Task<Nothing> CloneAsync(DbConnection connection, CloneOrder order)
    {
        await Receiving.StopReceiverAsync(connection);
        if (await Receiving.ChannelAsync(connection) is not null)
        {
            await connection.ExecuteAsync(Statements.StopApplier);
        }

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
