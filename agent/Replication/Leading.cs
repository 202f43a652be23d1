using System.Data.Common;
using System.Diagnostics;
using MySqlHa.Cluster;

namespace MySqlHa.Replication;

/// <summary>The effects on the leading side: promote, open, change W, demote, lock out.</summary>
internal static class Leading
{
    private const int UnknownThread = 1094;

    public static async Task<Promoted> PromoteAsync(DbConnection connection, PromoteOrder order)
    {
        var wasWritable = false;
        GtidSet? first = null;
        if (order.After is { } last)
        {
            first = await StopBehindAsync(connection, last);
        }
        else
        {
            wasWritable = !(await connection.RowAsync(Statements.SemiSync)).Flag("super_read_only");
            await EndReceivingAsync(connection);
        }

        await RequireAcknowledgementsAsync(connection, order.AcknowledgementsPerCommit);
        if (order.LockedOut.Count > 0)
        {
            await OpenToAgentAsync(connection);
            _ = await LockOutAsync(connection, order.LockedOut);
        }

        first ??= (await Receiving.SetsAsync(connection)).Executed;
        if (!order.StillAllowed())
        {
            throw new RefusedException(
                RefusalReason.NoLongerAllowed, "Not made writable: the permission to lead ended before the statement was sent.");
        }

        await connection.ExecuteAsync(Statements.OpenToWritesIfLocked);
        var after = await connection.RowAsync(Statements.SemiSync);
        if (after.Flag("super_read_only") || after.Flag("read_only"))
        {
            throw new RefusedException(RefusalReason.LockLost, "Not made writable: another agent holds the effects lock of this mysqld.");
        }

        if (order.After is not null)
        {
            // Clients write already; what is left of the receiving side goes beside them.
            await EndReceivingAsync(connection);
        }

        return new Promoted(first, wasWritable);
    }

    /// <summary>Taking over from a leader that has stopped: its last transactions are applied, then nothing more is received.</summary>
    private static async Task<GtidSet> StopBehindAsync(DbConnection connection, GtidSet last)
    {
        _ = await connection.RowAsync(Statements.WaitFor(last));
        await connection.ExecuteAsync(Statements.StopReceiver);
        var (received, executed) = await Receiving.SetsAsync(connection);
        if (!executed.Contains(last) || !executed.Contains(received))
        {
            await connection.ExecuteAsync(Statements.StartReceiver);
            throw new RefusedException(
                RefusalReason.NotApplied,
                $"{last.Union(received).Minus(executed).Count} transactions are not applied yet: this server cannot lead before they are.");
        }

        return executed;
    }

    /// <summary>Puts W in force and reads it back.</summary>
    public static async Task<Nothing> RequireAcknowledgementsAsync(DbConnection connection, int count)
    {
        var before = await connection.RowAsync(Statements.SemiSync);
        if (count == 0)
        {
            if (before.Flag("source_enabled") && before.Number("wait_sessions") is > 0 and var waiting)
            {
                throw new RefusedException(
                    RefusalReason.SessionsWait,
                    $"{waiting} sessions still wait for an acknowledgement: turning semi-sync off would tell them OK.");
            }

            await connection.ExecuteAsync(Statements.RequireNoAcknowledgement);
            return default;
        }

        await connection.ExecuteAsync(Statements.RequireAcknowledgements(count));
        var after = await connection.RowAsync(Statements.SemiSync);
        var inForce = after.Flag("source_enabled") && after.Flag("source_status") && after.Number("wait_count") == count
            && after.Number("timeout") == uint.MaxValue && after.Flag("wait_no_replica") && after.Text("wait_point") == "AFTER_SYNC";
        return inForce ? default
            : throw new RefusedException(RefusalReason.NotInForce, $"mysqld did not take {count} acknowledgements per commit as its rule.");
    }

    public static async Task<Nothing> OpenToClientsAsync(DbConnection connection, Func<bool> stillAllowed)
    {
        if (!stillAllowed())
        {
            throw new RefusedException(
                RefusalReason.NoLongerAllowed, "Not opened to clients: the permission ended before the statement was sent.");
        }

        await connection.ExecuteAsync(Statements.OpenToClientsIfLocked);
        return (await connection.RowAsync(Statements.OfflineMode)).Flag("offline_mode")
            ? throw new RefusedException(
                RefusalReason.LockLost, "Not opened to clients: another agent holds the effects lock of this mysqld.")
            : default;
    }

    public static async Task<int> EnableEventsAsync(DbConnection connection)
    {
        await connection.ExecuteAsync(Statements.EventScheduler(on: true));
        var events = await connection.QueryAsync(Statements.DisabledEvents);
        foreach (var row in events)
        {
            await connection.ExecuteAsync(Statements.EnableEvent(row.Text("event_schema"), row.Text("event_name"), row.Text("definer")));
        }

        return events.Length;
    }

    public static async Task<Demoted> DemoteAsync(DbConnection connection)
    {
        var started = Stopwatch.GetTimestamp();
        await connection.ExecuteAsync(Statements.EventScheduler(on: false));
        await connection.ExecuteAsync(Statements.CloseToWrites);
        // The SET has returned: no commit is under way. Ordinary clients lose their connections and look for the new leader.
        await connection.ExecuteAsync(Statements.CloseToClients);
        var (_, final) = await Receiving.SetsAsync(connection);
        return new Demoted(final, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Accounts are rows: super_read_only forbids changing them, read_only alone does not, to the agent.</summary>
    private static async Task OpenToAgentAsync(DbConnection connection)
    {
        await connection.ExecuteAsync(Statements.OpenToAgentIfLocked);
        if ((await connection.RowAsync(Statements.SemiSync)).Flag("super_read_only"))
        {
            throw new RefusedException(RefusalReason.LockLost, "Not made writable: another agent holds the effects lock of this mysqld.");
        }
    }

    public static async Task<Nothing> LockOutAsync(DbConnection connection, IReadOnlyList<string> users)
    {
        await connection.ExecuteAsync(Statements.LockAccounts(users, locked: true));
        return await KillAllAsync(connection, Statements.SessionsOf(users));
    }

    /// <summary>On a writable server: the accounts that may replicate from it are there and open, the others closed.</summary>
    public static async Task<Nothing> SetAccessAsync(
        DbConnection connection, IReadOnlyList<MysqlAccount> letIn, IReadOnlyList<string> lockedOut)
    {
        if (lockedOut.Count > 0)
        {
            _ = await LockOutAsync(connection, lockedOut);
        }

        if (letIn.Count > 0)
        {
            await connection.ExecuteAsync(Statements.MakeReplicationAccounts(letIn));
            await connection.ExecuteAsync(Statements.LockAccounts(letIn.Select(a => a.User), locked: false));
        }

        return default;
    }

    /// <summary>
    /// Kills the sessions that the query names until it names none: a dump thread looks up only now and then, and may still send until
    /// it is gone.
    /// </summary>
    public static async Task<Nothing> KillAllAsync(DbConnection connection, string query)
    {
        while (await connection.QueryAsync(query) is { Length: > 0 } sessions)
        {
            foreach (var row in sessions)
            {
                await KillAsync(connection, row.Number("id"));
            }

            await Task.Delay(2);
        }

        return default;
    }

    public static async Task KillAsync(DbConnection connection, long id)
    {
        try
        {
            await connection.ExecuteAsync(Statements.Kill(id));
        }
        catch (DbException e) when (MysqlDriver.ErrorNumber(e) == UnknownThread)
        {
            // It ended by itself.
        }
    }

    private static async Task EndReceivingAsync(DbConnection connection)
    {
        await DropSourceAsync(connection);
        await connection.ExecuteAsync(Statements.AcknowledgeAsReplica(on: false));
    }

    private static async Task DropSourceAsync(DbConnection connection)
    {
        if (await Receiving.ChannelAsync(connection) is null)
        {
            return;
        }

        await Receiving.StopReceiverAsync(connection);
        var (received, executed) = await Receiving.SetsAsync(connection);
        if (!executed.Contains(received))
        {
            await connection.ExecuteAsync(Statements.StartApplier);
            throw new RefusedException(
                RefusalReason.NotApplied,
                $"{received.Minus(executed).Count} received transactions are not applied yet:"
                + " this server cannot lead before they are.");
        }

        await Receiving.StopIdleApplierAsync(connection);
        await connection.ExecuteAsync(Statements.ForgetSource);
    }
}
