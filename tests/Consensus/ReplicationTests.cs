using MySqlHa.Cluster;
using MySqlHa.Consensus;
using Xunit;

namespace MySqlHa.Tests.Consensus;

/// <summary>Raft §5.3, §5.4.2, §7, §8; thesis §6.4.</summary>
public sealed class ReplicationTests
{
    [Fact]
    public void An_entry_is_committed_once_a_majority_holds_it_and_the_others_learn_it_at_once()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        cluster.Propose(1, 7);
        cluster.Propose(1, 8);
        cluster.Settle();
        Assert.All(Enumerable.Range(1, 3), n => Assert.Equal([7, 8], cluster.Values(n)));
        Assert.Equal(cluster[1].LastIndex, cluster[1].MatchIndex(ScriptedCluster.Id(2)));
        Assert.Equal(cluster.Now, cluster[1].LastHeard(ScriptedCluster.Id(2)));
    }

    [Fact]
    public void Proposals_between_two_outputs_share_a_message()
    {
        var cluster = new ScriptedCluster(2);
        cluster.Elect(1);
        cluster.Propose(1, 1);
        cluster.Propose(1, 2);
        cluster.Propose(1, 3);
        var message = Assert.IsType<AppendRequest>(Assert.Single(cluster.Take(1).Messages).Message);
        Assert.Equal(3, message.Entries.Length);
    }

    [Fact]
    public void Entries_of_an_earlier_leader_that_were_never_committed_are_overwritten()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        cluster.Drop = (from, to, _) => from == 1 || to == 1;
        for (byte i = 0; i < 20; i++)
        {
            cluster.Propose(1, i);
        }

        cluster.Settle();
        cluster.Elect(2);
        cluster.Propose(2, 99);
        cluster.Settle();
        cluster.Reunite(2);
        Assert.Equal([99], cluster.Values(1));
        Assert.Equal(cluster[2].LastIndex, cluster[1].LastIndex);
    }

    [Fact]
    public void A_refusal_skips_a_whole_term_at_a_time()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        cluster.Drop = (from, to, _) => from == 1 || to == 1;
        for (byte i = 0; i < 200; i++)
        {
            cluster.Propose(1, i);
        }

        cluster.Settle();
        cluster.Elect(2);
        for (byte i = 0; i < 200; i++)
        {
            cluster.Propose(2, i);
        }

        cluster.Settle();
        cluster.Elect(3);
        cluster.Drop = (_, _, _) => false;
        cluster.Sent.Clear();
        cluster.Advance(60);
        cluster[3].Tick(cluster.Now);
        cluster.Settle();
        Assert.Equal(cluster[3].LastIndex, cluster[1].CommitIndex);
        Assert.InRange(cluster.Sent.Count(s => s.Message is AppendResponse { Success: false }), 1, 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Only_entries_of_the_leaders_own_term_are_committed_by_counting(bool countsOldTerms)
    {
        // Figure 8: (a) 1 leads and takes an entry that nobody else gets.
        var cluster = new ScriptedCluster(5, new RaftFaults { CountsOldTerms = countsOldTerms }, entriesPerMessage: 1);
        cluster.Elect(1);
        cluster.Drop = (_, _, message) => message is AppendRequest;
        cluster.Propose(1, 1);
        cluster.Settle();

        // (b) 5 is elected by 3 and 4 and copies nothing.
        cluster.Drop = (from, to, message) => from <= 2 || to <= 2 || message is AppendRequest;
        cluster.Elect(5);

        // (c) 1 is elected again, and copies the old entry to 2 and 3, but nothing of its own term.
        cluster.Drop = (from, to, message) => from >= 4 || to >= 4
            || (message is AppendRequest { Entries: [{ Term: > 3 }, ..] } && cluster[to].LastIndex >= 3);
        cluster.Elect(1);
        Assert.Equal(3, cluster[1].MatchIndex(ScriptedCluster.Id(3)));
        Assert.Equal(countsOldTerms ? 3 : 2, cluster[1].CommitIndex);

        // (d) 5 wins with its newer last entry and overwrites it: harmless only as long as nobody applied it.
        cluster.Drop = (from, to, _) => from <= 1 || to <= 1;
        if (countsOldTerms)
        {
            cluster.Drop = (_, _, _) => false;
            Assert.ThrowsAny<InvalidOperationException>(() => cluster.Elect(5));
            return;
        }

        cluster.Elect(5);
        Assert.Equal(cluster[5].LastIndex, cluster[2].CommitIndex);
        Assert.Empty(cluster.Values(2));
    }

    [Fact]
    public void A_read_is_confirmed_by_a_round_that_began_after_the_question_and_is_sent_at_once()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        Assert.False(cluster[2].ReadIndex(cluster.Now, 1));
        Assert.True(cluster[1].ReadIndex(cluster.Now, 1));
        Assert.True(cluster[1].ReadIndex(cluster.Now, 2));
        var output = cluster.Take(1);
        Assert.Empty(output.Reads);
        var round = Assert.IsType<AppendRequest>(output.Messages[0].Message).Round;
        Assert.Equal(2, output.Messages.Length);

        cluster[1].Step(cluster.Now, ScriptedCluster.Id(2), new AppendResponse(2, true, 2, 0, round - 1));
        Assert.Empty(cluster.Take(1).Reads);
        cluster[1].Step(cluster.Now, ScriptedCluster.Id(2), new AppendResponse(2, true, 2, 0, round));
        Assert.Equal([new ReadConfirmed(1, 2), new ReadConfirmed(2, 2)], cluster.Take(1).Reads.ToArray());
    }

    [Fact]
    public void A_single_voter_confirms_its_reads_alone()
    {
        var cluster = new ScriptedCluster(1, learners: 1);
        cluster.Elect(1);
        Assert.True(cluster[1].ReadIndex(cluster.Now, 5));
        Assert.Equal([new ReadConfirmed(5, 2)], cluster.Take(1).Reads.ToArray());
    }

    [Fact]
    public void A_leader_answers_no_read_before_an_entry_of_its_own_term_is_committed()
    {
        var cluster = new ScriptedCluster(3) { Drop = (_, _, message) => message is AppendResponse };
        cluster.Elect(1);
        Assert.False(cluster[1].LeaderIsReady);
        Assert.False(cluster[1].ReadIndex(cluster.Now, 1));
        Assert.Equal(ProposeOutcome.ChangePending, cluster[1].ProposeConfiguration(cluster.Now, cluster[1].Configuration));
    }

    [Fact]
    public void A_question_to_a_leader_that_is_deposed_is_never_answered()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        cluster.Drop = (from, to, _) => from == 1 || to == 1;
        Assert.True(cluster[1].ReadIndex(cluster.Now, 1));
        cluster.Settle();
        cluster.Elect(2);
        cluster.Reunite(2);
        Assert.Empty(cluster.Reads[1]);
    }

    [Fact]
    public void A_follower_behind_the_snapshot_gets_the_snapshot_and_what_follows()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        cluster.Drop = (from, to, _) => from == 3 || to == 3;
        for (byte i = 0; i < 10; i++)
        {
            cluster.Propose(1, i);
        }

        cluster.Settle();
        cluster[1].Compact(8, new byte[] { 77 });
        cluster.Settle();
        cluster.Reunite(1);
        Assert.Equal(8, cluster[3].SnapshotIndex);
        Assert.Equal((byte)77, cluster.Restored[3].Data.Span[0]);
        Assert.Equal(cluster[1].CommitIndex, cluster[3].CommitIndex);
    }

    [Fact]
    public void Only_what_was_given_out_to_be_applied_is_compacted()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        Assert.Throws<InvalidOperationException>(() => cluster[1].Compact(3, default));
        cluster[1].Compact(2, default);
        Assert.Equal(2, cluster[1].SnapshotIndex);
        Assert.Equal(2, cluster.Take(1).Install?.Index);
        cluster[1].Compact(1, default);
        Assert.Equal(2, cluster[1].SnapshotIndex);
    }

    [Fact]
    public void A_restart_restores_the_snapshot_and_repeats_what_was_known_to_be_committed()
    {
        var cluster = new ScriptedCluster(1);
        cluster.Elect(1);
        cluster.Propose(1, 3);
        cluster.Settle();
        cluster.Restart(1);
        var first = cluster.Take(1);
        Assert.Equal((byte)42, first.Restore!.Data.Span[0]);
        Assert.False(first.NeedsSync);
        Assert.Equal([3], cluster.Values(1));
    }

    [Fact]
    public void Two_leaders_in_one_term_stop_the_node_with_a_sentence()
    {
        var cluster = new ScriptedCluster(3);
        cluster.Elect(1);
        var illegal = Assert.Throws<InvalidOperationException>(
            () => cluster[3].Step(cluster.Now, ScriptedCluster.Id(2), new AppendRequest(2, 2, 2, [], 2, 0)));
        Assert.Contains("two leaders in term 2", illegal.Message, StringComparison.Ordinal);
    }
}
