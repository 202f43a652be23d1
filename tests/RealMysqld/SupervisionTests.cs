using System.Diagnostics;
using MySqlHa.Replication;
using MySqlHa.Supervision;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

[Collection(RealMysqld.Name)]
public sealed class SupervisionTests(MysqldTemplate template)
{
    [Fact]
    public async Task A_first_start_has_every_account_no_transaction_and_is_closed_in_every_respect()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        var status = await node.StatusAsync();
        Assert.True(status is { SuperReadOnly: true, ReadOnly: true, OfflineMode: true }, status.ToString());
        Assert.True(status.SemiSync is { SourceEnabled: false, ReplicaEnabled: false });
        Assert.Equal(ReplicationState.None, status.Receiver.State);
        Assert.True(status.Executed.IsEmpty, status.Executed.ToString());
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(node.ClientAsync);
    }
}
