using System.Collections.Immutable;
using System.Data.Common;
using MySqlHa.Cluster;

namespace MySqlHa.Replication;

/// <summary>The effects on the receiving side: promise and follow.</summary>
internal static class Receiving
{
    /// <summary>The order is the rule: receiver off and seen off, acknowledging off, and only then the sets.</summary>
    public static async Task<GtidSet> PromiseAsync(DbConnection connection)
    {
        await StopReceiverAsync(connection);
        var answers = await connection.QueryAllAsync($"{Statements.AcknowledgeAsReplica(on: false)}; {Statements.Sets}");
        var (received, executed) = Probe.ReadSets(answers[^2], answers[^1]);
        if (!executed.Contains(received))
        {
            // A mysqld that was restarted does not apply by itself (skip_replica_start), and who is to lead has to have applied this.
            await connection.ExecuteAsync(Statements.StartApplier);
        }

        return received.Union(executed);
    }

    public static async Task<Following> FollowAsync(DbConnection connection, FollowOrder order)
    {
        var answers = await connection.QueryAllAsync($"{Statements.SemiSync}; {Statements.Channel}");
        var (semiSync, channel) = (answers[^2][0], Attached(answers[^1]));
        RequireReadOnly(semiSync);
        var led = CheckNobodyWaits(semiSync);
        // Whoever still holds a connection to the leader of before, in a pool, looks for the new one.
        await connection.ExecuteAsync($"{Statements.EventScheduler(on: false)}{(led ? $"; {Statements.CloseToClients}" : "")}");
        if (!led && channel is not null && FollowsAlready(semiSync, channel, order))
        {
            return await FinishAsync(connection, order, keptRelayLog: true);
        }

        await StopReceiverAsync(connection);
        var hostOnly = channel is not null && IsSameButHost(channel, order);
        if (!hostOnly)
        {
            await ChangeSourceAsync(connection, order, channel is not null);
        }

        RequireAllowed(order);
        await connection.ExecuteAsync(
            $"{Statements.AcknowledgeAsReplica(order.Acknowledge)}; {(hostOnly ? $"{Statements.MoveTo(order.Host)}; " : "")}"
            + $"{Statements.StartReceiver}; {Statements.StartApplier}");
        if (led)
        {
            // Takes a second where a replica was attached lately (MySQL's thread for acknowledgements looks up that often), and
            // this node's own acknowledgements may be needed now: hence last. Read-only, only the applier can have begun to wait.
            await connection.ExecuteAsync(Statements.RequireNoAcknowledgement);
        }

        return await FinishAsync(connection, order, hostOnly);
    }

    /// <summary>Returns when it is off, or was; a receiver that tries to connect is waited for.</summary>
    public static async Task StopReceiverAsync(DbConnection connection)
    {
        const int stillThere = 1876; // after the two seconds of rpl_stop_replica_timeout
        while (true)
        {
            try
            {
                var answers = await connection.QueryAllAsync($"{Statements.StopReceiver}; {Statements.Receiver}");
                if (answers[^1] is not [var receiver] || receiver.Text("receiver") == "OFF")
                {
                    return;
                }

                await Task.Delay(1); // the statement returns when it is off; this only makes sure
            }
            catch (DbException e) when (MysqlDriver.ErrorNumber(e) == stillThere)
            {
                // It goes on stopping.
            }
        }
    }

    /// <summary>
    /// For when all that was received is applied. The rest of a transaction may have died with its source: told to stop, the applier
    /// waits a minute for it, killed or not (MySQL's sql_slave_killed). Killed before it is told, it undoes its half and ends.
    /// </summary>
    public static async Task StopIdleApplierAsync(DbConnection connection)
    {
        if (await connection.QueryAsync(Statements.ApplierAtWork) is [var half])
        {
            await EndApplierAsync(connection, half.Number("id"));
        }

        await connection.ExecuteAsync(Statements.StopApplier);
    }

    /// <summary>For one in the middle of a transaction whose rest will never come: it undoes its half.</summary>
    public static async Task EndApplierAsync(DbConnection connection, long id)
    {
        await Leading.KillAsync(connection, id);
        while (await ChannelAsync(connection) is { } channel && channel.Text("applier") != "OFF")
        {
            await Task.Delay(1);
        }
    }

    public static async Task<(GtidSet Received, GtidSet Executed)> SetsAsync(DbConnection connection)
    {
        var answers = await connection.QueryAllAsync(Statements.Sets);
        return Probe.ReadSets(answers[0], answers[1]);
    }

    public static async Task<Row?> ChannelAsync(DbConnection connection) => Attached(await connection.QueryAsync(Statements.Channel));

    private static Row? Attached(ImmutableArray<Row> channel) => channel is [var row] && row.Text("host").Length > 0 ? row : null;

    private static void RequireReadOnly(Row semiSync)
    {
        if (!semiSync.Flag("super_read_only"))
        {
            throw new RefusedException(
                RefusalReason.Writable, "This server is writable: it is demoted or killed before it follows another.");
        }
    }

    /// <summary>
    /// Whether the semi-sync source side is on and has to be turned off. Off tells every waiting client OK: so nobody may wait.
    /// </summary>
    private static bool CheckNobodyWaits(Row semiSync)
    {
        if (semiSync.Flag("source_enabled") && semiSync.Number("wait_sessions") is > 0 and var waiting)
        {
            throw new RefusedException(
                RefusalReason.SessionsWait,
                $"{waiting} sessions still wait for an acknowledgement: turning semi-sync off would tell them OK.");
        }

        return semiSync.Flag("source_enabled");
    }

    private static async Task ChangeSourceAsync(DbConnection connection, FollowOrder order, bool hasChannel)
    {
        var (received, executed) = await SetsAsync(connection);
        if (!executed.Contains(received))
        {
            await connection.ExecuteAsync(Statements.StartApplier); // so that the next attempt finds it done
            throw new RefusedException(
                RefusalReason.NotApplied,
                $"{received.Minus(executed).Count} received transactions are not applied yet:"
                + " changing more than the source's host would throw them away.");
        }

        if (hasChannel)
        {
            await StopIdleApplierAsync(connection);
        }

        await connection.ExecuteAsync(Statements.Follow(order));
    }

    private static bool FollowsAlready(Row semiSync, Row channel, FollowOrder order) =>
        channel.Text("host") == order.Host && IsSameButHost(channel, order) && channel.Text("receiver") != "OFF"
        && channel.Text("applier") == "ON" && semiSync.Flag("replica_enabled") == order.Acknowledge
        && (channel.Text("receiver") != "ON" || semiSync.Flag("replica_status") == order.Acknowledge);

    private static bool IsSameButHost(Row channel, FollowOrder order) =>
        channel.Number("port") == order.Port
        && channel.Text("user") == order.User
        && channel.Text("password") == order.Password
        && channel.Text("bind") == order.BindAddress
        && channel.Flag("auto_position")
        && channel.Flag("tls");

    private static async Task<Following> FinishAsync(DbConnection connection, FollowOrder order, bool keptRelayLog)
    {
        var patience = Task.Delay(order.ConnectPatience);
        Row channel;
        bool acknowledging;
        do
        {
            var answers = await connection.QueryAllAsync($"{Statements.SemiSync}; {Statements.Channel}");
            channel = Attached(answers[^1])
                ?? throw new RefusedException(RefusalReason.NotInForce, "The replication channel is gone.");
            acknowledging = answers[^2][0].Flag("replica_status");
            if (channel.Text("receiver") == "ON" && acknowledging == order.Acknowledge)
            {
                break;
            }

            await Task.Delay(1);
        }
        while (!patience.IsCompleted);

        if (order.OpenToReaders)
        {
            RequireAllowed(order);
            await Leading.OpenToClientsAsync(connection, order.StillAllowed);
        }

        return new Following(Probe.Receiver(channel), keptRelayLog, acknowledging);
    }

    private static void RequireAllowed(FollowOrder order)
    {
        if (!order.StillAllowed())
        {
            throw new RefusedException(RefusalReason.NoLongerAllowed, $"Not attached to {order.Host}: the permission to follow it ended.");
        }
    }
}
