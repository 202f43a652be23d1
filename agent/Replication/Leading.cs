using System.Collections.Immutable;
using System.Data.Common;
using System.Diagnostics;
using MySqlHa.Cluster;

namespace MySqlHa.Replication;

/// <summary>The effects on the leading side: promote, open, change W, demote, lock out.</summary>
internal static class Leading
{
    private const int UnknownThread = 1094;

    /// <summary>
    /// In two round trips, for clients wait: one that tells what is held, one that puts W in force and opens. Behind a leader that has said
    /// its last word nothing more can come: its receiver, which ends with a flush to disk, goes later, and its channel too
    /// (<see cref="ForgetSourceAsync"/>).
    /// </summary>
    public static async Task<Promoted> PromoteAsync(DbConnection connection, PromoteOrder order)
    {
        var executed = order.After is { } last ? await WaitForAsync(connection, last) : await EndReceivingAsync(connection);
        await order.Recorded;
        if (order.LockedOut.Count > 0)
        {
            // What super_read_only kept from committing could now: what it commits is to wait for W, and only while the lease runs.
            await RequireAllowedAsync(order);
            _ = await RequireAcknowledgementsAsync(connection, order.AcknowledgementsPerCommit);
            await OpenToAgentAsync(connection);
            _ = await LockOutAsync(connection, order.LockedOut);
        }

        if (order.ClosedToClients)
        {
            await connection.ExecuteAsync(Statements.CloseToClients);
        }

        if (order.AcknowledgementsPerCommit == 0)
        {
            _ = await RequireAcknowledgementsAsync(connection, 0);
        }

        await RequireAllowedAsync(order);
        var answers = await connection.QueryAllAsync(Statements.Open(order.AcknowledgementsPerCommit));
        var (before, after) = (answers[^2][0], answers[^1][0]);
        RequireInForce(after, order.AcknowledgementsPerCommit);
        if (after.Flag("super_read_only") || after.Flag("read_only"))
        {
            throw new RefusedException(RefusalReason.LockLost, "Not made writable: another agent holds the effects lock of this mysqld.");
        }

        return new Promoted(executed, !before.Flag("was_read_only"));
    }

    private static async Task RequireAllowedAsync(PromoteOrder order)
    {
        if (!await order.StillAllowed())
        {
            throw new RefusedException(
                RefusalReason.NoLongerAllowed, "Not made writable: the permission to lead ended before the statement was sent.");
        }
    }

    /// <summary>On a leader, once its clients write: all that came is applied, and nobody acknowledges here any more.</summary>
    public static async Task<Nothing> ForgetSourceAsync(DbConnection connection)
    {
        _ = await EndReceivingAsync(connection);
        await connection.ExecuteAsync($"{Statements.StopApplier}; {Statements.ForgetSource}; {Statements.AcknowledgeAsReplica(on: false)}");
        return default;
    }

    private static async Task<GtidSet> WaitForAsync(DbConnection connection, GtidSet last)
    {
        var answers = await connection.QueryAllAsync($"{Statements.WaitFor(last)}; {Statements.Sets}");
        return await RequireAppliedAsync(connection, answers, last);
    }

    /// <summary>What this server holds, and it will never have more of others; half a transaction is undone.</summary>
    private static async Task<GtidSet> EndReceivingAsync(DbConnection connection)
    {
        var answers = await connection.QueryAllAsync(Statements.EndReceiving);
        if (answers[^4] is [var receiver] && receiver.Text("receiver") != "OFF")
        {
            throw new RefusedException(RefusalReason.NotInForce, "STOP REPLICA IO_THREAD returned, and the receiver still runs.");
        }

        var executed = await RequireAppliedAsync(connection, answers, GtidSet.Empty);
        if (answers[^3] is [var half])
        {
            await Receiving.EndApplierAsync(connection, half.Number("id"));
        }

        return executed;
    }

    private static async Task<GtidSet> RequireAppliedAsync(DbConnection connection, ImmutableArray<ImmutableArray<Row>> answers, GtidSet last)
    {
        var (received, executed) = Probe.ReadSets(answers[^2], answers[^1]);
        var missing = received.Union(last).Minus(executed);
        if (missing.IsEmpty)
        {
            return executed;
        }

        await connection.ExecuteAsync(Statements.StartApplier); // so that the next attempt finds it done
        throw new RefusedException(
            RefusalReason.NotApplied, $"{missing.Count} transactions are not applied yet: this server cannot lead before they are.");
    }

    /// <summary>Puts W in force and reads it back.</summary>
    public static async Task<Nothing> RequireAcknowledgementsAsync(DbConnection connection, int count)
    {
        if (count == 0)
        {
            var before = await connection.RowAsync(Statements.SemiSync);
            if (before.Flag("source_enabled") && before.Number("wait_sessions") is > 0 and var waiting)
            {
                throw new RefusedException(
                    RefusalReason.SessionsWait,
                    $"{waiting} sessions still wait for an acknowledgement: turning semi-sync off would tell them OK.");
            }

            await connection.ExecuteAsync(Statements.RequireNoAcknowledgement);
            return default;
        }

        RequireInForce((await connection.QueryAllAsync($"{Statements.RequireAcknowledgements(count)}; {Statements.SemiSync}"))[^1][0], count);
        return default;
    }

    private static void RequireInForce(Row read, int count)
    {
        if (count > 0 && !(read.Flag("source_enabled") && read.Flag("source_status") && read.Number("wait_count") == count
            && read.Number("timeout") == uint.MaxValue && read.Flag("wait_no_replica") && read.Text("wait_point") == "AFTER_SYNC"))
        {
            throw new RefusedException(RefusalReason.NotInForce, $"mysqld did not take {count} acknowledgements per commit as its rule.");
        }
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

    /// <summary>
    /// One round trip: the next leader waits for the set. Clients keep their connections, and read, until this server follows another;
    /// events that run until then are refused like any other write.
    /// </summary>
    public static async Task<Demoted> DemoteAsync(DbConnection connection)
    {
        var started = Stopwatch.GetTimestamp();
        // One after the other: when the SET has returned no commit is under way.
        var answers = await connection.QueryAllAsync($"{Statements.CloseToWrites}; {Statements.Sets}");
        return new Demoted(Probe.ReadSets(answers[^2], answers[^1]).Executed, Stopwatch.GetElapsedTime(started));
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
            if (await connection.QueryAsync(Statements.MayProtectAccounts) is [{ } row] && row.Number("n") > 0)
            {
                await connection.ExecuteAsync(Statements.ProtectAccounts(letIn.Select(a => a.User)));
            }

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
}
