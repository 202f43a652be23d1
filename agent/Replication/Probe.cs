using System.Collections.Immutable;
using System.Data.Common;
using System.Diagnostics;
using MySqlHa.Cluster;

namespace MySqlHa.Replication;

/// <summary>
/// The look at the local server, in one round trip over a connection of its own. While an earlier look still hangs, a
/// few more are tried on new connections; then none, for each would cost the server a thread.
/// </summary>
internal sealed class Probe(LocalServerAccess access) : IAsyncDisposable
{
    private const int MostHanging = 8;
    private readonly MysqlSession _session = new(access);

    public async Task<ProbeOutcome> LookAsync(CancellationToken cancellation)
    {
        if (_session.Abandoned >= MostHanging)
        {
            return new ProbeOutcome.Hangs($"mysqld owes the answer to {MostHanging} earlier probes.");
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            var answers = await _session.UseAsync(connection => connection.QueryAllAsync(Statements.Probe), cancellation);
            return new ProbeOutcome.Answered(Read(answers), Stopwatch.GetElapsedTime(started));
        }
        catch (OperationCanceledException)
        {
            return new ProbeOutcome.Hangs($"mysqld did not answer a probe for {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s.");
        }
        catch (DbException e) when (
            MysqlDriver.ErrorNumber(e) is var number and (1040 or 1044 or 1045 or 1129 or 1130 or 1203 or 1226 or 3032 or 3118))
        {
            return new ProbeOutcome.TurnedAway(number, $"mysqld lives and turned the agent away: {e.Message}");
        }
        catch (Exception e) when (e is DbException or IOException or System.Net.Sockets.SocketException or TimeoutException)
        {
            return new ProbeOutcome.Unreachable($"mysqld could not be asked: {e.Message}");
        }
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static ServerStatus Read(ImmutableArray<ImmutableArray<Row>> answers)
    {
        var variables = answers[0][0];
        var counters = answers[1].ToDictionary(r => r.Text("name"), r => r);
        var receiver = answers[2] is [var r] ? Receiver(r) : ReceiverStatus.None;
        var applier = answers[3] is [var a] ? Applier(a) : ApplierStatus.None;
        var (received, executed) = ReadSets(answers[4], answers[5]);
        int Counter(string name) => (int)counters[name].Number("value");

        return new ServerStatus(
            variables.Text("server_uuid"),
            variables.Text("version"),
            variables.Flag("super_read_only"),
            variables.Flag("read_only"),
            variables.Flag("offline_mode"),
            executed,
            variables.Gtids("gtid_purged"),
            received,
            receiver,
            applier,
            new SemiSyncStatus(
                variables.Flag("source_enabled"),
                counters["rpl_semi_sync_source_status"].Flag("value"),
                Counter("rpl_semi_sync_source_clients"),
                Counter("rpl_semi_sync_source_wait_sessions"),
                (int)variables.Number("wait_count"),
                variables.Flag("replica_enabled"),
                counters["rpl_semi_sync_replica_status"].Flag("value")),
            Lag(receiver, executed.Contains(received), answers[3]),
            Counter("threads_connected"),
            variables.Text("markers"));
    }

    internal static (GtidSet Received, GtidSet Executed) ReadSets(ImmutableArray<Row> received, ImmutableArray<Row> executed) =>
        (received is [var row] ? row.Gtids("received") : GtidSet.Empty, executed[0].Gtids("executed"));

    internal static ReceiverStatus Receiver(Row row) => new(
        State(row.Text(row.Has("state") ? "state" : "receiver")),
        row.Text("host"),
        (int)row.Number("port"),
        row.Text("user"),
        row.Has("source_uuid") ? row.Text("source_uuid").Trim() : "",
        (int)row.Number("error_number"),
        row.Text("error_text"));

    private static ApplierStatus Applier(Row row) => new(State(row.Text("state")), (int)row.Number("error_number"), row.Text("error_text"));

    private static TimeSpan? Lag(ReceiverStatus receiver, bool allApplied, ImmutableArray<Row> applier)
    {
        if (allApplied)
        {
            return receiver.State == ReplicationState.On ? TimeSpan.Zero : null;
        }

        // Applying now, else waiting for a worker, else (the applier is off) at least since the last one.
        long? Age(string column) => applier is [var row] && row[column] is not null ? row.Number(column) : null;
        var age = Age("applying_age") ?? Age("queued_age") ?? Age("applied_age");
        return age is { } microseconds ? TimeSpan.FromMicroseconds(Math.Max(0, microseconds)) : null; // hosts' clocks differ
    }

    internal static ReplicationState State(string word) => word switch
    {
        "ON" => ReplicationState.On,
        "OFF" => ReplicationState.Off,
        "CONNECTING" => ReplicationState.Connecting,
        _ => throw new FormatException($"'{word}' is no known state of a replication thread"),
    };
}
