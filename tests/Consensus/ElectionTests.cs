using MySqlHa.Cluster;
using MySqlHa.Consensus;
using Xunit;

namespace MySqlHa.Tests.Consensus;

/// <summary>Raft §5.2, §5.4.1, §6; thesis §3.10, §9.6.</summary>
public sealed class ElectionTests
{
    [Fact]
    public void A_candidate_wins_an_election_with_the_votes_of_a_majority()
    {
        var cluster = new ScriptedCluster(5) { Drop = (from, to, _) => from > 3 || to > 3 };
        cluster.Elect(1);
        Assert.Equal(2, cluster[1].Term);
        Assert.Equal(ScriptedCluster.Id(1), cluster[2].Leader);
        Assert.True(cluster[1].LeaderIsReady);
    }

    [Fact]
    public void A_minority_elects_nobody_and_does_not_even_raise_its_term()
    {
        var cluster = new ScriptedCluster(5) { Drop = (from, to, _) => from > 2 || to > 2 };
        for (var i = 0; i < 10; i++)
        {
            cluster.Advance(1_000);
            cluster[1].Tick(cluster.Now);
            cluster.Settle();
        }

        Assert.Equal(RaftRole.PreCandidate, cluster[1].Role);
        Assert.Equal(1, cluster[1].Term);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_server_votes_for_at_most_one_candidate_in_a_term_even_across_a_restart(bool forgets)
    {
        var cluster = new ScriptedCluster(3, new RaftFaults { ForgetsVote = forgets });
        cluster.Advance(1_000);
        var ask = new VoteRequest(7, 1, 1, false, false);
        Assert.True(((VoteResponse)cluster.Answer(3, 1, ask)).Granted);
        cluster.Restart(3);
        cluster.Advance(1_000);
        Assert.Equal(forgets, ((VoteResponse)cluster.Answer(3, 2, ask)).Granted);
        Assert.Equal(!forgets, ((VoteResponse)cluster.Answer(3, 1, ask)).Granted);
    }

    [Fact]
    public void A_vote_is_kept_by_the_same_output_that_sends_it()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Take(3);
        cluster.Advance(1_000);
        cluster[3].Step(cluster.Now, ScriptedCluster.Id(2), new VoteRequest(7, 1, 1, false, false));
        var output = cluster[3].TakeOutput();
        Assert.Equal(new HardState(7, ScriptedCluster.Id(2), 1), output.Hard);
        Assert.Single(output.Messages);
    }

    [Fact]
    public void A_voter_denies_its_vote_if_its_own_log_is_more_up_to_date()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        cluster.Propose(1, 9);
        cluster.Settle();
        cluster.Advance(1_000);
        bool Granted(long lastIndex, long lastTerm, bool pre) =>
            ((VoteResponse)cluster.Answer(3, 2, new VoteRequest(9, lastIndex, lastTerm, pre, false))).Granted;
        Assert.False(Granted(2, 2, true));
        Assert.False(Granted(99, 1, true));
        Assert.True(Granted(3, 2, true));
        Assert.False(Granted(2, 2, false));
        Assert.True(Granted(3, 2, false));
    }

    [Fact]
    public void Who_heard_a_leader_within_the_shortest_timeout_votes_for_nobody_and_keeps_its_term()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        cluster.Advance(149);
        Assert.False(((VoteResponse)cluster.Answer(3, 2, new VoteRequest(50, 99, 49, false, false))).Granted);
        Assert.Equal(2, cluster[3].Term);
        cluster.Advance(2);
        Assert.True(((VoteResponse)cluster.Answer(3, 2, new VoteRequest(50, 99, 49, false, false))).Granted);
    }

    [Fact]
    public void A_node_that_just_started_keeps_the_silence_it_may_have_promised()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Advance(149);
        Assert.False(((VoteResponse)cluster.Answer(3, 2, new VoteRequest(5, 99, 4, true, false))).Granted);
        cluster.Advance(2);
        Assert.True(((VoteResponse)cluster.Answer(3, 2, new VoteRequest(5, 99, 4, true, false))).Granted);
    }

    [Fact]
    public void An_empty_node_never_campaigns_but_answers_at_once()
    {
        var cluster = new ScriptedCluster(1, empty: 1);
        Assert.Equal(Instant.Never, cluster[2].NextDeadline);
        cluster.Advance(10_000);
        cluster[2].Tick(cluster.Now);
        Assert.Equal(RaftRole.Follower, cluster[2].Role);
        cluster.Restart(2);
        Assert.True(((VoteResponse)cluster.Answer(2, 1, new VoteRequest(5, 1, 1, false, false))).Granted);
    }

    [Fact]
    public void A_question_that_came_too_early_is_asked_again_before_the_next_timeout()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        cluster.Drop = (from, to, _) => from == 1 || to == 1;
        var due = (cluster[2].NextDeadline - cluster.Now).TotalMilliseconds;
        cluster.Advance(due - 20);
        cluster[3].Step(cluster.Now, ScriptedCluster.Id(1), new AppendRequest(2, 2, 2, [], 2, 0));
        cluster.Take(3);
        cluster.Advance(20);
        cluster[2].Tick(cluster.Now);
        cluster.Settle();
        Assert.Equal(RaftRole.PreCandidate, cluster[2].Role);
        for (var asked = 0; asked < 3; asked++)
        {
            Assert.True(cluster[2].NextDeadline <= cluster.Now + TimeSpan.FromMilliseconds(50));
            cluster.Advance(50);
            cluster[2].Tick(cluster.Now);
            cluster.Settle();
        }

        Assert.Equal(RaftRole.Leader, cluster[2].Role);
    }

    [Fact]
    public void A_leader_that_no_majority_answers_steps_down_exactly_when_it_said()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        var elected = cluster.Now;
        cluster.Drop = (_, _, _) => true;
        var deadline = elected + TimeSpan.FromMilliseconds(300);
        while (cluster[1].NextDeadline < deadline)
        {
            cluster.Advance((cluster[1].NextDeadline - cluster.Now).TotalMilliseconds);
            cluster[1].Tick(cluster.Now);
            cluster.Settle();
            Assert.Equal(RaftRole.Leader, cluster[1].Role);
        }

        cluster[1].Tick(deadline);
        Assert.Equal(RaftRole.Follower, cluster[1].Role);
        Assert.Equal(2, cluster[1].Term);
        Assert.Null(cluster[1].Leader);
    }

    [Fact]
    public void Leadership_is_handed_to_a_voter_that_is_caught_up_past_everybodys_silence()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        Assert.False(cluster[1].TransferLeadership(cluster.Now, ScriptedCluster.Id(1)));
        Assert.False(cluster[1].TransferLeadership(cluster.Now, ScriptedCluster.Id(8)));
        cluster.Propose(1, 5);
        Assert.True(cluster[1].TransferLeadership(cluster.Now, ScriptedCluster.Id(2)));
        Assert.Equal(ProposeOutcome.Transferring, cluster[1].Propose(cluster.Now, new byte[1]));
        cluster.Settle();
        Assert.Equal(RaftRole.Leader, cluster[2].Role);
        Assert.Equal(RaftRole.Follower, cluster[1].Role);
        Assert.Equal([5], cluster.Values(2));
    }

    [Fact]
    public void A_transfer_that_does_not_come_about_ends_after_the_longest_timeout()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        cluster.Drop = (_, _, message) => message is TimeoutNow;
        Assert.True(cluster[1].TransferLeadership(cluster.Now, ScriptedCluster.Id(2)));
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(ProposeOutcome.Transferring, cluster[1].Propose(cluster.Now, new byte[1]));
            cluster.Advance(50);
            cluster[1].Tick(cluster.Now);
            cluster.Settle();
        }

        Assert.Equal(ProposeOutcome.Accepted, cluster[1].Propose(cluster.Now, new byte[1]));
    }

    [Fact]
    public void Times_that_cannot_work_are_refused()
    {
        static RaftOptions Times(int heartbeat, int min, int max) => new()
        {
            Heartbeat = TimeSpan.FromMilliseconds(heartbeat),
            ElectionMin = TimeSpan.FromMilliseconds(min),
            ElectionMax = TimeSpan.FromMilliseconds(max),
        };
        Assert.All([Times(0, 100, 200), Times(60, 100, 200), Times(10, 100, 100)], bad => Assert.Throws<ArgumentException>(
            () => new RaftCore(ScriptedCluster.Id(1), bad, RaftPersistent.Initial, new Random(1), Instant.Zero)));
    }
}
