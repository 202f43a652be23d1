using System.Data.Common;
using MySqlHa.Replication;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>What the account for people and applications may do with accounts: make its own, and leave the cluster's alone.</summary>
[Collection(RealMysqld.Name)]
public sealed class AccountTests(MysqldTemplate template)
{
    private const int AccessDenied = 1227;
    private const int TableAccessDenied = 1142;

    [Fact]
    public async Task Accounts_of_applications_are_made_on_the_leader_and_are_there_on_the_follower()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (leader, follower) = (nodes[0], nodes[1]);
        await leader.LeadAsync(acknowledgements: 1);
        _ = await follower.FollowAsync(leader);

        await leader.ClientDoesAsync(
            "CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)", 
            "CREATE USER ann IDENTIFIED BY 'ann''s'", "GRANT SELECT, INSERT ON shop.* TO ann", "GRANT ALTER, CREATE, DROP ON *.* TO ann");
        var source = await leader.StatusAsync();
        _ = await follower.UntilAsync("all applied", s => s.Executed.Equals(source.Executed));

        await using var ann = MysqlDriver.Remote(leader.Options.Host, leader.Options.Port, "ann", "ann's");
        await MysqlDriver.OpenAsync(ann).WaitAsync(TestNode.Within(10));
        await ann.ExecuteAsync("INSERT INTO shop.orders VALUES (1)");

        // What was taken from the one is taken from whom it makes.
        var own = await Assert.ThrowsAnyAsync<DbException>(() => ann.ExecuteAsync("DROP TABLE mysqlha.marker"));
        Assert.Equal(TableAccessDenied, MysqlDriver.ErrorNumber(own));

        await using var same = MysqlDriver.Remote(follower.Options.Host, follower.Options.Port, "ann", "ann's");
        await MysqlDriver.OpenAsync(same).WaitAsync(TestNode.Within(10));
        Assert.Equal(1, (await same.QueryAsync("SELECT COUNT(*) AS n FROM shop.orders"))[0].Number("n"));
    }

    [Fact]
    public async Task The_clusters_accounts_are_not_the_applications_to_change()
    {
        await using var nodes = await TestNodes.StartAsync(template, 1);
        var leader = nodes[0];
        await leader.LeadAsync(acknowledgements: 0);
        var later = new MysqlAccount("mysqlha_later", "later's");
        _ = (await leader.Server.SetAccessAsync([later], [], TestNode.Within(5))).OrThrow();
        var accounts = MysqldTemplate.Accounts;
        string[] all =
        [
            $"'{accounts.Agent.User}'@'localhost'", "'root'@'localhost'",
            .. new[] { accounts.Replication, accounts.Cloning, accounts.Election!, later }.Select(a => $"'{a.User}'@'%'"),
        ];
        foreach (var statement in all.SelectMany(a => (string[])
            [$"ALTER USER {a} IDENTIFIED BY 'mine'", $"ALTER USER {a} ACCOUNT UNLOCK", $"DROP USER {a}", $"RENAME USER {a} TO other", $"GRANT {a} TO app"]))
        {
            var refused = await Assert.ThrowsAnyAsync<DbException>(() => leader.ClientDoesAsync(statement));
            Assert.True(MysqlDriver.ErrorNumber(refused) == AccessDenied, $"{statement}: {refused.Message}");
        }

        foreach (var privilege in (string[])["SYSTEM_USER", "CONNECTION_ADMIN", "SYSTEM_VARIABLES_ADMIN", "REPLICATION SLAVE", "SUPER"])
        {
            var statement = $"GRANT {privilege} ON *.* TO 'app'@'%'";
            _ = await Assert.ThrowsAnyAsync<DbException>(() => leader.ClientDoesAsync(statement));
        }
    }
}
