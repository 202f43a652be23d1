using System.Collections.Immutable;
using System.Data.Common;
using MySqlHa.Replication;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>A server whose clients have all connections that there are.</summary>
[Collection(RealMysqld.Name)]
public sealed class TakenConnectionsTests(MysqldTemplate template)
{
    /// <summary>A follower's readers have all connections when it begins to lead. MySQL keeps one for those that administer: it is a follower's.</summary>
    [Fact]
    public async Task A_new_leader_whose_connections_are_all_taken_is_acknowledged()
    {
        await using var leader = await TestNode.StartAsync(
            template, 1, o => o with { Settings = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("max_connections", "12")]) });
        await using var follower = await TestNode.StartAsync(template, 2);
        _ = (await leader.Server.OpenToClientsAsync(() => true, TestNode.Within(5))).OrThrow();
        _ = await leader.StatusAsync();
        var readers = new List<DbConnection>();
        try
        {
            while (await ConnectedAsync(leader) is { } reader)
            {
                readers.Add(reader);
            }

            Assert.NotEmpty(readers);
            _ = (await leader.Server.PromoteAsync(new PromoteOrder(1, () => Task.FromResult(true)), TestNode.Within(5))).OrThrow();
            var marker = leader.Server.MarkerAsync(1, TestNode.Within(20));
            _ = await leader.UntilAsync("the marker waits", s => s.SemiSync.WaitSessions == 1);
            var following = (await follower.Server.FollowAsync(follower.OrderTo(leader), TestNode.Within(15))).OrThrow();
            Assert.True(following.Receiver.State == ReplicationState.On, following.ToString());
            _ = (await marker).OrThrow();
        }
        finally
        {
            readers.ForEach(r => r.Dispose());
        }
    }

    private static async Task<DbConnection?> ConnectedAsync(TestNode node)
    {
        try
        {
            return await node.ClientAsync();
        }
        catch (DbException)
        {
            return null;
        }
    }
}
