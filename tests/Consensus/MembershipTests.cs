using MySqlHa.Cluster;
using MySqlHa.Consensus;
using Xunit;

namespace MySqlHa.Tests.Consensus;

/// <summary>Thesis §4: one voter at a time.</summary>
public sealed class MembershipTests
{
    private static RaftConfiguration Voters(params int[] numbers) => new([.. numbers.Select(ScriptedCluster.Id)], []);

    [Fact]
    public void A_configuration_is_in_force_as_soon_as_it_is_in_the_log_and_the_new_voter_is_brought_up_to_date()
    {
        var cluster = new ScriptedCluster(3, empty: 1);
        cluster.Elect(1);
        cluster.Propose(1, 6);
        Assert.Equal(ProposeOutcome.Accepted, cluster[1].ProposeConfiguration(cluster.Now, Voters(1, 2, 3, 4)));
        Assert.Equal(4, cluster[1].Configuration.Voters.Count);
        cluster.Settle();
        Assert.Equal([6], cluster.Values(4));
        Assert.Equal(4, cluster[4].Configuration.Voters.Count);
    }

    [Fact]
    public void Changes_of_more_than_one_voter_or_to_none_are_invalid()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        var bad = new[]
        {
            Voters(1),
            Voters(1, 2, 4),
            Voters(1, 2, 3, 4, 5),
            Voters(),
            new RaftConfiguration([ScriptedCluster.Id(1), ScriptedCluster.Id(2)], [ScriptedCluster.Id(2)]),
        };
        Assert.All(bad, next => Assert.Equal(ProposeOutcome.Invalid, cluster[1].ProposeConfiguration(cluster.Now, next)));
        Assert.Equal(ProposeOutcome.NotLeader, cluster[2].ProposeConfiguration(cluster.Now, Voters(1, 2)));
    }

    [Fact]
    public void A_change_waits_until_the_one_before_is_committed()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        cluster.Drop = (_, _, _) => true;
        Assert.Equal(ProposeOutcome.Accepted, cluster[1].ProposeConfiguration(cluster.Now, Voters(1, 2, 3, 4)));
        cluster.Settle();
        Assert.Equal(ProposeOutcome.ChangePending, cluster[1].ProposeConfiguration(cluster.Now, Voters(1, 2, 3)));
    }

    [Fact]
    public void A_configuration_that_is_cut_from_the_log_is_taken_back()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        cluster.Drop = (from, to, _) => from == 1 || to == 1;
        cluster[1].ProposeConfiguration(cluster.Now, Voters(1, 2));
        cluster.Settle();
        cluster.Elect(2);
        cluster.Reunite(2);
        Assert.Equal(3, cluster[1].Configuration.Voters.Count);
    }

    [Fact]
    public void A_leader_that_is_removed_leads_until_that_is_committed_and_names_a_successor()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        Assert.Equal(ProposeOutcome.Accepted, cluster[1].ProposeConfiguration(cluster.Now, Voters(2, 3)));
        Assert.Equal(RaftRole.Leader, cluster[1].Role);
        cluster.Settle();
        Assert.Equal(RaftRole.Follower, cluster[1].Role);
        Assert.Equal(Instant.Never, cluster[1].NextDeadline);
        Assert.Contains(RaftRole.Leader, new[] { cluster[2].Role, cluster[3].Role });
    }

    [Fact]
    public void A_voter_whose_removal_is_not_committed_may_be_the_only_one_who_can_win()
    {
        var cluster = new ScriptedCluster(2);
        cluster.Elect(1);
        cluster.Drop = (_, _, _) => true;
        cluster[1].ProposeConfiguration(cluster.Now, Voters(2));
        cluster.Settle();
        cluster.Restart(1);
        cluster.Drop = (_, _, _) => false;
        cluster.Advance(1_000);
        cluster[1].Tick(cluster.Now);
        cluster.Settle();
        Assert.Equal(RaftRole.Leader, cluster[2].Role);
        Assert.Single(cluster[2].Configuration.Voters);
    }

    [Fact]
    public void A_removed_voter_that_does_not_know_it_disturbs_nobody()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        cluster.Drop = (from, to, message) => message is AppendRequest && to == 3;
        cluster[1].ProposeConfiguration(cluster.Now, Voters(1, 2));
        cluster.Settle();
        for (var i = 0; i < 40; i++)
        {
            cluster.Advance(50);
            cluster[1].Tick(cluster.Now);
            cluster.Settle();
            cluster[3].Tick(cluster.Now);
            cluster.Settle();
        }

        Assert.Equal(RaftRole.Leader, cluster[1].Role);
        Assert.Equal(2, cluster[1].Term);
        Assert.Equal(RaftRole.PreCandidate, cluster[3].Role);
    }

    [Fact]
    public void A_learner_gets_the_log_counts_for_nothing_and_never_campaigns()
    {
        var cluster = new ScriptedCluster(2, learners: 1) { Drop = (from, to, _) => false };
        cluster.Elect(1);
        Assert.Equal(Instant.Never, cluster[3].NextDeadline);
        cluster.Drop = (from, to, _) => from == 2 || to == 2;
        cluster.Propose(1, 4);
        cluster.Settle();
        Assert.Equal(cluster[1].LastIndex, cluster[1].MatchIndex(ScriptedCluster.Id(3)));
        Assert.Equal(cluster[1].LastIndex - 1, cluster[1].CommitIndex);
        cluster.Reunite(1);
        Assert.Equal([4], cluster.Values(3));
    }

    [Fact]
    public void Founding_members_start_alike_and_bad_foundings_are_refused()
    {
        var a = RaftBootstrap.Found(Voters(1, 2, 3), new byte[] { 1 });
        Assert.Equal((1, 1), (a.Snapshot.Index, a.Snapshot.Term));
        Assert.Throws<ArgumentException>(() => RaftBootstrap.Found(Voters(), default));
        Assert.Throws<ArgumentException>(
            () => RaftBootstrap.Found(new RaftConfiguration([ScriptedCluster.Id(1)], [ScriptedCluster.Id(1)]), default));
    }
}
