using System.Data.Common;
using System.Diagnostics;
using MySqlHa.Replication;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>What may and may not happen while a client's commit waits for an acknowledgement.</summary>
[Collection(RealMysqld.Name)]
public sealed class WaitingClientTests(MysqldTemplate template)
{
    [Fact]
    public async Task A_probe_answers_while_a_commit_and_a_demotion_hang()
    {
        await using var leader = await TestNode.StartAsync(template, 1);
        var commit = await LeaveOneCommitWaitingAsync(leader);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(1, (await leader.StatusAsync()).SemiSync.WaitSessions);
        }

        var demotion = await leader.Server.DemoteAsync(TimeSpan.FromSeconds(0.3), CancellationToken.None);
        Assert.IsType<Outcome<Demoted>.Unknown>(demotion);
        var started = Stopwatch.GetTimestamp();
        var status = await leader.StatusAsync();
        Assert.True(status.SuperReadOnly); // it reads so while the SET still hangs
        Assert.Equal(1, status.SemiSync.WaitSessions);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(0.5));
        Assert.False(commit.IsCompleted);

        // And the fence's rung returns as well.
        _ = (await leader.Server.CloseToClientsAsync(TimeSpan.FromSeconds(2), CancellationToken.None)).OrThrow();
        _ = await Assert.ThrowsAnyAsync<DbException>(() => commit.WaitAsync(TestNode.Within(5)));
        await leader.KillAsync();
    }

    [Fact]
    public async Task Fencing_never_gives_a_waiting_client_its_OK()
    {
        await using var leader = await TestNode.StartAsync(template, 1);
        var commit = await LeaveOneCommitWaitingAsync(leader);
        _ = (await leader.Server.CloseToClientsAsync(TimeSpan.FromSeconds(2), CancellationToken.None)).OrThrow();
        var lost = await Assert.ThrowsAnyAsync<DbException>(() => commit.WaitAsync(TestNode.Within(5)));
        Assert.False(MysqlSession.IsServersAnswer(lost), lost.Message);
        await leader.KillAsync();
    }

    [Fact]
    public async Task Following_and_demoting_are_refused_while_a_client_waits()
    {
        await using var leader = await TestNode.StartAsync(template, 1);
        var commit = await LeaveOneCommitWaitingAsync(leader);
        var off = await leader.Server.SetAcknowledgementsAsync(0, TestNode.Within(5));
        Assert.Equal(RefusalReason.SessionsWait, Assert.IsType<Outcome<Nothing>.Refused>(off).Refusal.Reason);
        var writable = await leader.Server.FollowAsync(leader.OrderTo(leader), TestNode.Within(5));
        Assert.Equal(RefusalReason.Writable, Assert.IsType<Outcome<Following>.Refused>(writable).Refusal.Reason);
        _ = Assert.IsType<Outcome<Demoted>.Unknown>(await leader.Server.DemoteAsync(TimeSpan.FromSeconds(0.3), CancellationToken.None));
        var refused = await leader.Server.FollowAsync(leader.OrderTo(leader), TestNode.Within(5));
        Assert.Equal(RefusalReason.DemotionHangs, Assert.IsType<Outcome<Following>.Refused>(refused).Refusal.Reason);

        // A new agent does not know of the demotion, and sees who waits.
        await using var next = new LocalServer(TestNode.Access(leader.Options));
        _ = (await next.TakeLockAsync(TestNode.Within(5))).OrThrow();
        var waits = await next.FollowAsync(leader.OrderTo(leader), TestNode.Within(5));
        Assert.Equal(RefusalReason.SessionsWait, Assert.IsType<Outcome<Following>.Refused>(waits).Refusal.Reason);
        Assert.False(commit.IsCompleted);
        await leader.KillAsync();
        _ = await Assert.ThrowsAnyAsync<DbException>(() => commit.WaitAsync(TestNode.Within(5)));
    }

    [Fact]
    public async Task A_demotion_waits_for_the_last_acknowledgement_and_names_the_final_set()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (leader, follower) = (nodes[0], nodes[1]);
        var commit = await LeaveOneCommitWaitingAsync(leader);
        await using var pooled = await leader.ClientAsync();
        var demotion = leader.Server.DemoteAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
        _ = await leader.UntilAsync("the SET is under way", s => s.SuperReadOnly);
        Assert.False(demotion.IsCompleted);
        Assert.False(commit.IsCompleted);

        _ = await follower.FollowAsync(leader);
        await commit.WaitAsync(TestNode.Within(10));
        var demoted = (await demotion.WaitAsync(TestNode.Within(10))).OrThrow();
        var status = await leader.StatusAsync();
        Assert.True(status is { SuperReadOnly: true, OfflineMode: false }, status.ToString());
        Assert.Equal(status.Executed, demoted.Final);
        _ = (await follower.Server.WaitForAsync(demoted.Final, TestNode.Within(5))).OrThrow();

        // The two change places. Until then clients read on; a connection to the leader of before ends when it follows.
        await pooled.ExecuteAsync("SELECT 1");
        _ = (await follower.Server.PromiseAsync(TestNode.Within(5))).OrThrow();
        await follower.LeadAsync(acknowledgements: 1);
        _ = await leader.FollowAsync(follower);
        _ = await Assert.ThrowsAnyAsync<DbException>(() => pooled.ExecuteAsync("SELECT 1"));
        await follower.ClientDoesAsync("INSERT INTO shop.orders VALUES (7)");
        var all = (await follower.StatusAsync()).Executed;
        _ = (await leader.Server.WaitForAsync(all, TestNode.Within(5))).OrThrow();
    }

    [Fact]
    public async Task A_marker_releases_a_client_whose_acknowledgement_was_lost()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (leader, follower) = (nodes[0], nodes[1]);

        // The follower receives the commit without acknowledging: what is left when an acknowledgement is lost.
        var commit = await LeaveOneCommitWaitingAsync(leader);
        _ = await follower.FollowAsync(leader, acknowledge: false);
        _ = await follower.UntilAsync("received", s => s.Held.Count == 3);
        var stuck = leader.Server.MarkerAsync(4, TestNode.Within(10));
        _ = await follower.UntilAsync("received the marker too", s => s.Held.Count == 4);

        // It acknowledges from now on, and MySQL repeats nothing: all wait, until something new is committed.
        _ = await follower.FollowAsync(leader, acknowledge: true);
        _ = await leader.UntilAsync("attached", s => s.SemiSync.SourceClients == 1);
        Assert.NotEqual(0, (await leader.StatusAsync()).SemiSync.WaitSessions);
        Assert.False(stuck.IsCompleted);
        Assert.False(commit.IsCompleted);
        var marker = (await leader.Server.MarkerAsync(5, TestNode.Within(5))).OrThrow();
        Assert.Equal(1, marker.Acknowledgements);
        await commit.WaitAsync(TestNode.Within(5));
        Assert.Equal(4, (await stuck).OrThrow().Epoch);
        Assert.Equal(0, (await leader.StatusAsync()).SemiSync.WaitSessions);
    }

    /// <summary>A leader that needs one acknowledgement, has nobody to give it, and a client whose INSERT hangs for it.</summary>
    private static async Task<Task> LeaveOneCommitWaitingAsync(TestNode leader)
    {
        await leader.LeadAsync(acknowledgements: 0);
        await leader.ClientDoesAsync("CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)");
        _ = (await leader.Server.SetAcknowledgementsAsync(1, TestNode.Within(5))).OrThrow();
        var commit = leader.ClientDoesAsync("INSERT INTO shop.orders VALUES (1)");
        _ = await leader.UntilAsync("a session waits", s => s.SemiSync.WaitSessions == 1);
        return commit;
    }
}
