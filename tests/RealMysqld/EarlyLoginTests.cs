using Microsoft.Extensions.Logging.Abstractions;
using MySqlHa.Cluster;
using MySqlHa.Proxy;
using MySqlHa.Replication;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>A client of the proxy that logs in with the next leader before that is writable.</summary>
[Collection(RealMysqld.Name)]
public sealed class EarlyLoginTests(MysqldTemplate template)
{
    /// <summary>
    /// Its hash is in no cache of this server, which asks for the password and computes it: before the client is let on. With a successor
    /// it is welcome too; a driver that says something of its own then waits with that.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_account_is_known_before_the_leader_is_writable(bool announced)
    {
        await using var next = await TestNode.StartAsync(template, 1);
        _ = (await next.Server.OpenToClientsAsync(() => true, TestNode.Within(10))).OrThrow();
        using var proxy = ClientProxy.Start(
            new ProxyOptions("127.0.0.1", 0, 0) { Patience = TimeSpan.FromSeconds(15) }, NullLogger.Instance);
        var (id, account) = (NodeId.Parse(new string('a', 32)), MysqldTemplate.Accounts.Application!);
        var target = new RouteTarget(id, "next", next.Options.Host, next.Options.Port);
        proxy.Follow(announced
            ? new ClientRoutes(0, null, [], [id]) { Successor = target, SuccessorEpoch = 1 }
            : new ClientRoutes(1, null, [], [id]) { Next = target });
        await using var client = MysqlDriver.Remote("127.0.0.1", proxy.ReadWritePort, account.User, account.Password);
        var login = MysqlDriver.OpenAsync(client);
        await using var agent = MysqlDriver.Local(
            next.Options.Socket, MysqldTemplate.Accounts.Agent.User, MysqldTemplate.Accounts.Agent.Password);
        await MysqlDriver.OpenAsync(agent).WaitAsync(TestNode.Within(10));

        // A session in the middle of its login has no user yet, or the command "Connect".
        await Eventually.HoldsAsync("the server has let it in", async () => (await agent.RowAsync(
            $"SELECT COUNT(*) AS n FROM performance_schema.threads WHERE PROCESSLIST_USER = '{account.User}' AND PROCESSLIST_COMMAND = 'Sleep'"))
            .Number("n") == 1);
        Assert.True(announced || !login.IsCompleted);
        proxy.Follow(new ClientRoutes(1, target, [], [id]));
        await login.WaitAsync(TestNode.Within(10));
        Assert.Equal(1, (await client.RowAsync("SELECT 1 AS n")).Number("n"));
    }
}
