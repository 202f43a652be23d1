using System.Data.Common;
using MySqlHa.Replication;
using MySqlHa.Supervision;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>The lock by which a mysqld knows whose statements may open it: an agent has it, however it came by its mysqld.</summary>
[Collection(RealMysqld.Name)]
public sealed class EffectsLockTests(MysqldTemplate template)
{
    /// <summary>A restarted agent finds a mysqld that is still recovering: nothing listens on its socket yet.</summary>
    [Fact]
    public async Task An_agent_that_came_before_its_mysqld_answered_opens_it_later()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (leader, follower) = (nodes[0], nodes[1]);
        await leader.LeadAsync(acknowledgements: 0);
        await follower.KillAsync();
        await using var agent = new LocalServer(TestNode.Access(follower.Options));
        _ = Assert.IsType<Outcome<Nothing>.Unknown>(await agent.TakeLockAsync(TestNode.Within(5)));
        follower.Mysqld = await MysqldProcess.StartAsync(follower.Options, TestNode.Within(30));

        var following = await agent.FollowAsync(follower.OrderTo(leader), TestNode.Within(15));
        _ = Assert.IsType<Outcome<Following>.Done>(following);
        _ = (await agent.PromiseAsync(TestNode.Within(5))).OrThrow();
        _ = (await agent.PromoteAsync(new PromoteOrder(0, () => Task.FromResult(true)), TestNode.Within(5))).OrThrow();
    }

    /// <summary>Any account may ask for any lock, and gets it the moment that the agent before lets go.</summary>
    [Fact]
    public async Task Clients_that_ask_for_the_lock_keep_no_agent_from_it()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        _ = (await node.Server.OpenToClientsAsync(() => true, TestNode.Within(5))).OrThrow();
        await using var first = await node.ClientAsync();
        await using var second = await node.ClientAsync();
        Task[] asking = [AskForLockAsync(first), AskForLockAsync(second)];
        await using var other = await node.ClientAsync();
        await WaitUntilTwoAskAsync(other);
        await node.Server.DisposeAsync();

        await using var agent = new LocalServer(TestNode.Access(node.Options));
        _ = (await agent.TakeLockAsync(TestNode.Within(2))).OrThrow();
        _ = (await agent.PromoteAsync(new PromoteOrder(0, () => Task.FromResult(true)), TestNode.Within(5))).OrThrow();
        await Task.WhenAll(asking);
        await other.ExecuteAsync("SELECT 1");
    }

    /// <summary>Behind a connection that broke, on which the agent had it.</summary>
    [Fact]
    public async Task A_client_that_got_the_lock_meanwhile_loses_it_again()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        _ = (await node.Server.OpenToClientsAsync(() => true, TestNode.Within(5))).OrThrow();
        await using var client = await node.ClientAsync();
        var holder = (await client.RowAsync($"SELECT IS_USED_LOCK('{Statements.LockName}') AS id")).Number("id");
        await node.AgentDoesAsync(Statements.Kill(holder));
        _ = await client.RowAsync($"SELECT GET_LOCK('{Statements.LockName}', 5) AS got");

        _ = await node.Server.OpenToClientsAsync(() => true, TestNode.Within(5)); // finds its connection broken
        _ = (await node.Server.OpenToClientsAsync(() => true, TestNode.Within(5))).OrThrow();
    }

    private static async Task AskForLockAsync(DbConnection client)
    {
        try
        {
            _ = await client.RowAsync($"SELECT GET_LOCK('{Statements.LockName}', 1000000) AS got");
            _ = await client.RowAsync("SELECT SLEEP(1000000) AS slept");
        }
        catch (DbException)
        {
            // It is killed for it.
        }
    }

    private static Task WaitUntilTwoAskAsync(DbConnection client) => Eventually.HoldsAsync("two ask", async () => (await client.RowAsync(
        "SELECT COUNT(*) AS n FROM performance_schema.metadata_locks WHERE OBJECT_TYPE = 'USER LEVEL LOCK' AND LOCK_STATUS = 'PENDING'"))
        .Number("n") >= 2, seconds: 10);
}
