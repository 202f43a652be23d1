using System.Data.Common;
using MySqlHa.Cluster;
using MySqlHa.Replication;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

[Collection(RealMysqld.Name)]
public sealed class ReplicationTests(MysqldTemplate template)
{
    [Fact]
    public async Task A_follower_acknowledges_applies_and_refuses_writes_of_the_application()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (leader, follower) = (nodes[0], nodes[1]);
        await leader.LeadAsync(acknowledgements: 1);
        var following = await follower.FollowAsync(leader);
        Assert.True(following is { Acknowledging: true, Receiver.State: ReplicationState.On }, following.ToString());

        await leader.ClientDoesAsync("CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)",
            "INSERT INTO shop.orders VALUES (1)");
        var source = await leader.StatusAsync();
        Assert.Equal(1, source.SemiSync.SourceClients);
        var status = await follower.UntilAsync("all applied", s => s.Executed.Equals(source.Executed));
        Assert.Equal(TimeSpan.Zero, status.Lag);
        Assert.True(status.SemiSync is { ReplicaActive: true, SourceEnabled: false });
        Assert.Equal(source.ServerUuid, status.Receiver.SourceUuid);
        Assert.Equal("1", await follower.ClientReadsAsync("COUNT(*) FROM shop.orders"));
        var refused = await Assert.ThrowsAnyAsync<DbException>(() => follower.ClientDoesAsync("INSERT INTO shop.orders VALUES (2)"));
        Assert.Equal(1290, MysqlDriver.ErrorNumber(refused));
        var system = await Assert.ThrowsAnyAsync<DbException>(() => leader.ClientDoesAsync("UPDATE mysql.user SET account_locked = 'N'"));
        Assert.Equal(1142, MysqlDriver.ErrorNumber(system));

        // Following again changes nothing.
        Assert.True((await follower.FollowAsync(leader)) is { KeptRelayLog: true, Acknowledging: true });
    }

    /// <summary>By default a receiver drops what carries its own server_id, and the data lacks it for ever.</summary>
    [Fact]
    public async Task A_server_whose_data_was_lost_takes_what_it_once_wrote_itself()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (first, second) = (nodes[0], nodes[1]);
        await first.LeadAsync(acknowledgements: 0);
        _ = await second.FollowAsync(first);
        await first.ClientDoesAsync("CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)",
            "INSERT INTO shop.orders VALUES (1)");
        var written = (await first.StatusAsync()).Executed;
        _ = await second.UntilAsync("all applied", s => s.Executed.Contains(written));

        await first.KillAsync();
        Directory.Delete(first.Options.DataDirectory, recursive: true);
        template.CopyTo(first.Options);
        await first.StartAgainAsync();
        await second.LeadAsync(acknowledgements: 0);
        await second.ClientDoesAsync("INSERT INTO shop.orders VALUES (2)");
        _ = await first.FollowAsync(second);

        var all = (await second.StatusAsync()).Executed;
        Assert.True(all.Contains(written));
        _ = await first.UntilAsync("all applied", s => s.Executed.Equals(all));
        Assert.Equal("2", await first.ClientReadsAsync("COUNT(*) FROM shop.orders"));
        Assert.Equal("2", await second.ClientReadsAsync("COUNT(*) FROM shop.orders"));
    }

    [Fact]
    public async Task A_promise_names_all_that_is_held_and_nothing_is_received_after_it()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (leader, follower) = (nodes[0], nodes[1]);
        await leader.LeadAsync(acknowledgements: 0);
        _ = await follower.FollowAsync(leader);
        await leader.ClientDoesAsync("CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)");
        _ = await follower.UntilAsync("received", async s => s.Held.Contains((await leader.StatusAsync()).Executed));

        var promise = (await follower.Server.PromiseAsync(TestNode.Within(5))).OrThrow();
        await leader.ClientDoesAsync("INSERT INTO shop.orders VALUES (1)", "INSERT INTO shop.orders VALUES (2)");
        var status = await follower.UntilAsync("receiver off", s => s.Receiver.State == ReplicationState.Off);
        Assert.False(status.SemiSync.ReplicaEnabled);
        Assert.Equal(promise, status.Held);
        Assert.Equal(2, (await leader.StatusAsync()).Executed.Minus(status.Held).Count);
        Assert.Equal(promise, (await follower.Server.PromiseAsync(TestNode.Within(5))).OrThrow());
    }

    [Fact]
    public async Task A_server_is_promoted_only_when_all_it_received_is_applied()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (leader, follower) = (nodes[0], nodes[1]);
        await HoldBackOneTransactionAsync(leader, follower);
        await follower.AgentDoesAsync("STOP REPLICA IO_THREAD");
        await leader.KillAsync();
        var early = await follower.Server.PromoteAsync(new PromoteOrder(1, () => Task.FromResult(true)), TestNode.Within(5));
        Assert.Equal(RefusalReason.NotApplied, Assert.IsType<Outcome<Promoted>.Refused>(early).Refusal.Reason);
        Assert.True((await follower.StatusAsync()).SuperReadOnly);

        var held = (await follower.UntilAsync("applied", s => s.AllApplied)).Executed;
        var notAllowed = await follower.Server.PromoteAsync(new PromoteOrder(1, () => Task.FromResult(false)), TestNode.Within(5));
        Assert.Equal(RefusalReason.NoLongerAllowed, Assert.IsType<Outcome<Promoted>.Refused>(notAllowed).Refusal.Reason);
        Assert.True((await follower.StatusAsync()).SuperReadOnly);

        var promoted = (await follower.Server.PromoteAsync(new PromoteOrder(1, () => Task.FromResult(true)), TestNode.Within(5))).OrThrow();
        Assert.Equal(held, promoted.First);
        var status = await follower.StatusAsync();
        Assert.True(status is { SuperReadOnly: false, ReadOnly: false,
            SemiSync: { SourceEnabled: true, SourceActive: true, WaitCount: 1 } }, status.ToString());
        Assert.Equal(ReplicationState.Off, status.Receiver.State);
        _ = (await follower.Server.ForgetSourceAsync(TestNode.Within(5))).OrThrow();
        Assert.Equal(ReplicationState.None, (await follower.StatusAsync()).Receiver.State);
    }

    [Fact]
    public async Task What_a_restarted_server_promises_it_applies()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (leader, follower) = (nodes[0], nodes[1]);
        await HoldBackOneTransactionAsync(leader, follower);
        await leader.KillAsync();
        await follower.KillAsync();
        await follower.StartAgainAsync();
        Assert.False((await follower.StatusAsync()).AllApplied);
        var promise = (await follower.Server.PromiseAsync(TestNode.Within(5))).OrThrow();
        Assert.Equal(promise, (await follower.UntilAsync("applied", s => s.AllApplied)).Executed);
        Assert.Equal(ReplicationState.Off, (await follower.StatusAsync()).Receiver.State);
    }

    [Fact]
    public async Task A_server_stays_closed_until_its_agent_has_kept_that_it_may_open_it()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        var kept = new TaskCompletionSource();
        var order = new PromoteOrder(1, () => Task.FromResult(true)) { LockedOut = [MysqldTemplate.Accounts.Replication.User] };
        using var patience = new CancellationTokenSource();
        var never = node.Server.PromoteAsync(order with { Recorded = kept.Task.WaitAsync(patience.Token) }, TestNode.Within(10));
        Assert.NotSame(never, await Task.WhenAny(never, Task.Delay(500)));
        await patience.CancelAsync();
        Assert.IsNotType<Outcome<Promoted>.Done>(await never);
        Assert.True((await node.StatusAsync()).SuperReadOnly);

        // Nor is it half open, to lock accounts, where the lease is over.
        var late = await node.Server.PromoteAsync(order with { StillAllowed = () => Task.FromResult(false) }, TestNode.Within(5));
        Assert.Equal(RefusalReason.NoLongerAllowed, Assert.IsType<Outcome<Promoted>.Refused>(late).Refusal.Reason);
        Assert.True((await node.StatusAsync()).SuperReadOnly);
        _ = (await node.Server.PromoteAsync(order with { Recorded = Task.CompletedTask }, TestNode.Within(5))).OrThrow();
        Assert.False((await node.StatusAsync()).SuperReadOnly);
    }

    [Fact]
    public async Task A_move_by_host_alone_keeps_what_is_received_and_not_applied()
    {
        await using var nodes = await TestNodes.StartAsync(template, 3);
        var (first, second, follower) = (nodes[0], nodes[1], nodes[2]);
        await HoldBackOneTransactionAsync(first, follower);
        await follower.AgentDoesAsync("STOP REPLICA SQL_THREAD");
        var before = await follower.StatusAsync();
        Assert.False(before.AllApplied);
        await first.KillAsync();
        await second.LeadAsync(acknowledgements: 0);

        // Another account needs the full statement, which would throw the transaction away.
        var full = await follower.Server.FollowAsync(follower.OrderTo(second) with { Password = "another" }, TestNode.Within(5));
        Assert.Equal(RefusalReason.NotApplied, Assert.IsType<Outcome<Following>.Refused>(full).Refusal.Reason);
        await follower.AgentDoesAsync("STOP REPLICA SQL_THREAD");

        var moved = await follower.FollowAsync(second, acknowledge: false);
        Assert.True(moved is { KeptRelayLog: true, Receiver.State: ReplicationState.On }, moved.ToString());
        var after = await follower.UntilAsync("applied", s => s.AllApplied);
        Assert.True(after.Executed.Contains(before.Held), $"{before.Held} against {after.Executed}");
        Assert.Equal("1", await follower.ClientReadsAsync("COUNT(*) FROM shop.orders"));
    }

    [Fact]
    public async Task A_locked_out_account_stays_out_until_it_is_let_in()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (leader, follower) = (nodes[0], nodes[1]);
        await leader.LeadAsync(acknowledgements: 1);
        _ = await follower.FollowAsync(leader);
        var user = MysqldTemplate.Accounts.Replication.User;
        _ = (await leader.Server.LockOutAsync(user, TestNode.Within(5))).OrThrow();
        _ = await follower.UntilAsync("turned away", s => s.Receiver is { State: ReplicationState.Connecting, ErrorNumber: 3118 });
        Assert.Equal(0, (await leader.StatusAsync()).SemiSync.SourceClients);
        Assert.True((await leader.StatusAsync()).Executed.IsEmpty);
        _ = (await leader.Server.LetInAsync(user, TestNode.Within(5))).OrThrow();
        _ = await follower.UntilAsync("attached again", s => s.Receiver.State == ReplicationState.On);
    }

    [Fact]
    public async Task A_new_agent_takes_the_lock_and_the_old_ones_opening_effects_are_refused()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        var old = node.Server;
        await using var now = new LocalServer(TestNode.Access(node.Options));
        _ = (await now.TakeLockAsync(TestNode.Within(5))).OrThrow();
        var broken = await old.PromoteAsync(new PromoteOrder(0, () => Task.FromResult(true)), TestNode.Within(5));
        Assert.IsType<Outcome<Promoted>.Unknown>(broken); // its connection was killed
        var late = await old.PromoteAsync(new PromoteOrder(0, () => Task.FromResult(true)), TestNode.Within(5));
        Assert.Equal(RefusalReason.LockLost, Assert.IsType<Outcome<Promoted>.Refused>(late).Refusal.Reason);
        Assert.True((await node.StatusAsync()).SuperReadOnly);
        _ = (await now.PromoteAsync(new PromoteOrder(0, () => Task.FromResult(true)), TestNode.Within(5))).OrThrow();
        Assert.False((await node.StatusAsync()).SuperReadOnly);
    }

    [Fact]
    public async Task Events_of_the_old_leader_are_enabled_on_the_new_one_with_their_definer()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (leader, follower) = (nodes[0], nodes[1]);
        await leader.LeadAsync(acknowledgements: 0);
        _ = await follower.FollowAsync(leader);
        await leader.ClientDoesAsync("CREATE DATABASE shop", "CREATE TABLE shop.ticks (id INT AUTO_INCREMENT PRIMARY KEY)",
            "CREATE EVENT shop.tick ON SCHEDULE EVERY 1 DAY DO INSERT INTO shop.ticks VALUES ()");
        var all = (await leader.StatusAsync()).Executed;
        _ = (await follower.Server.WaitForAsync(all, TestNode.Within(5))).OrThrow();
        await leader.KillAsync();
        await follower.LeadAsync(acknowledgements: 0);
        Assert.Equal(1, (await follower.Server.EnableEventsAsync(TestNode.Within(5))).OrThrow());
        Assert.Equal("ENABLED app@%", await follower.ClientReadsAsync("CONCAT(STATUS, ' ', DEFINER) FROM information_schema.EVENTS"));
        Assert.Equal(0, (await follower.Server.EnableEventsAsync(TestNode.Within(5))).OrThrow());
    }

    [Fact]
    public async Task Sessions_that_begin_read_only_by_default_hold_no_marker_up()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        await node.AgentDoesAsync("SET GLOBAL transaction_read_only = ON");
        await using var agent = new LocalServer(TestNode.Access(node.Options));
        _ = (await agent.TakeLockAsync(TestNode.Within(5))).OrThrow();
        _ = (await agent.PromoteAsync(new PromoteOrder(0, () => Task.FromResult(true)), TestNode.Within(5))).OrThrow();
        _ = (await agent.MarkerAsync(1, TestNode.Within(5))).OrThrow();
        var refused = await Assert.ThrowsAnyAsync<DbException>(() => node.AgentDoesAsync(Statements.Marker(1, 1)));
        Assert.Equal(1792, MysqlDriver.ErrorNumber(refused)); // what any other session is told
    }

    /// <summary>The follower has received and acknowledged an insert that it does not apply before a second has passed.</summary>
    private static async Task HoldBackOneTransactionAsync(TestNode leader, TestNode follower)
    {
        await leader.LeadAsync(acknowledgements: 1);
        _ = await follower.FollowAsync(leader);
        await leader.ClientDoesAsync("CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)");
        var applied = (await leader.StatusAsync()).Executed;
        _ = (await follower.Server.WaitForAsync(applied, TestNode.Within(5))).OrThrow();
        await follower.AgentDoesAsync("STOP REPLICA SQL_THREAD");
        await leader.ClientDoesAsync("INSERT INTO shop.orders VALUES (1)");
        var status = await follower.StatusAsync();
        Assert.True(status.Held.Contains((await leader.StatusAsync()).Executed), "acknowledged and not received?");
        Assert.Equal(1, status.Received.Minus(status.Executed).Count);
    }
}
