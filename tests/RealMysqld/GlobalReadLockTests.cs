using System.Data.Common;
using MySqlHa.Replication;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>A backup that locks all of a follower, which begins to lead.</summary>
[Collection(RealMysqld.Name)]
public sealed class GlobalReadLockTests(MysqldTemplate template)
{
    [Fact]
    public async Task A_new_leader_is_not_locked_by_who_read_from_it()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        await node.LeadAsync(acknowledgements: 0);
        var account = MysqldTemplate.Accounts.Application!.User;
        await node.AgentDoesAsync($"GRANT RELOAD ON *.* TO '{account}'");
        await node.AgentDoesAsync("SET GLOBAL super_read_only = ON");
        await using var backup = await node.ClientAsync();
        await backup.ExecuteAsync("FLUSH TABLES WITH READ LOCK");
        await node.LeadAsync(acknowledgements: 0);
        _ = (await node.Server.MarkerAsync(1, TestNode.Within(5))).OrThrow();
        var ended = await Record.ExceptionAsync(() => backup.ExecuteAsync("SELECT 1"));
        Assert.True(ended is DbException or IOException, $"the backup goes on: {ended}");
    }
}
