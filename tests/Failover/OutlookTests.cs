using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using Xunit;

namespace MySqlHa.Tests.Failover;

/// <summary>What is said beforehand of a failover, and that it is what Succession does then.</summary>
public sealed class OutlookTests
{
    private static readonly NodeId A = NodeId.Parse(new string('a', 32));
    private static readonly NodeId B = NodeId.Parse(new string('b', 32));
    private static readonly NodeId C = NodeId.Parse(new string('c', 32));
    private static readonly NodeId D = NodeId.Parse(new string('d', 32));
    private static readonly NodeId E = NodeId.Parse(new string('e', 32));

    [Fact]
    public void In_good_order_the_next_leader_is_named_and_nothing_acknowledged_is_lost()
    {
        var told = Outlook.Of(Seen([A, B, C], Leader(10), Follower(B, 10), Follower(C, 9)));

        Assert.True(told.FailoverPossible);
        Assert.Equal((A, B), (told.Leader!.Value, told.Next!.Value));
        Assert.Equal("nothing-acknowledged", told.Loss.Code);
        Assert.Equal((2, 2), (told.PromisesNeeded, told.PromisesPossible));
        Assert.Equal(
            "na (10.0.0.a) leads epoch 2 since 2026-03-01 12:00:00Z (the old one died); before it nb (10.0.0.b) led epoch 1",
            told.Why.Text);
        Assert.Equal(B, told.Before);
        Assert.Equal([0, 1, 0], told.Members.Select(m => m.Rank));
        Assert.Equal(["holds-less"], told.Members[2].Reasons.Select(r => r.Code));
        Assert.Equal(1, told.Members[2].Missing);
    }

    [Fact]
    public void A_follower_that_reported_later_than_the_leader_does_not_make_the_leader_lack_anything()
    {
        var told = Outlook.Of(Seen([A, B, C], Leader(10), Follower(B, 12), Follower(C, 11)));

        var lines = ExplanationText.Of(told).Split('\n');
        Assert.Contains("  na (10.0.0.a): leads", lines);
        Assert.Contains(lines, l => l.StartsWith("  nc (10.0.0.c): no candidate; lacks 1 transaction", StringComparison.Ordinal)
            || l.StartsWith("  nc (10.0.0.c): number 2 in line; lacks 1 transaction", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_majority_who_leads_is_only_what_this_node_knows()
    {
        var alone = new Reason("waiting-for-quorum", "1 of 3: waiting for a quorum");
        var told = Outlook.Of(Seen([A, B, C], Leader(10), Follower(B, 10)), alone);

        Assert.StartsWith("as far as this node knows na (10.0.0.a) leads epoch 2 since", told.Why.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "nb (10.0.0.b) does not apply")]
    [InlineData("a table is missing", "nb (10.0.0.b) does not apply: a table is missing")]
    public void An_applier_that_stands_without_an_error_is_told_without_one(string error, string text)
    {
        var stands = Follower(B, 10);
        var told = Outlook.Of(Seen([A, B, C], Leader(10), Follower(C, 10), stands with
        {
            Status = stands.Status! with { ApplierRunning = false, ApplierError = error },
        }));

        Assert.Contains(text, told.Members[1].Remarks.Select(r => r.Text));
        Assert.DoesNotContain(told.Members.SelectMany(m => m.Reasons.Concat(m.Remarks)), r => r.Text.TrimEnd().EndsWith(':'));
    }

    [Fact]
    public void It_is_the_very_judgement_that_follows_when_the_leader_is_lost()
    {
        var random = new Random(7);
        for (var run = 0; run < 2_000; run++)
        {
            NodeId[] voters = random.Next(2) == 0 ? [A, B, C] : [A, B, C, D, E];
            var reports = voters[1..].Where(_ => random.Next(5) > 0).Select(v => Follower(v, random.Next(8, 11)) with
            {
                Mysqld = random.Next(6) == 0 ? MysqldState.Stopped : MysqldState.Running,
                ReceiptsInDoubt = random.Next(6) == 0,
                DiskFull = random.Next(6) == 0,
                Led = random.Next(12) == 0 ? 1 : 0,
            }).ToArray();
            var seen = Seen(voters, [Leader(10), .. reports]);
            var told = Outlook.Of(seen);

            // Then it happens: the epoch is closed, and all who can have promised what they hold.
            var closed = seen.State.Current! with { Closed = true, CloseReason = "lost" };
            var then = seen with
            {
                State = seen.State with { Epochs = seen.State.Epochs.SetItem(1, closed) },
                Reports = reports.ToImmutableSortedDictionary(r => r.Node, r => r with
                {
                    Promise = new Promise(2, r.Status!.Holds, "boot", r.ReceiptsInDoubt ? Receipts.Doubtful : Receipts.Whole),
                    Status = r.Status with { Executed = r.Status.Holds },
                }),
            };
            var decision = ControllerPolicy.Decide(then);
            Assert.Equal((decision.Proposal as OpenEpoch)?.Epoch.Leader, told.Next);
            Assert.Equal(decision.Reasons.Select(r => r.Text), told.Obstacles.Where(o => o.Code != "no-quorum-left").Select(r => r.Text));
            Assert.All(told.Members, m => Assert.NotEqual(m.Rank > 0, m.Reasons.Length > 0));
        }
    }

    [Fact]
    public void With_too_few_promises_it_says_who_could_give_them_and_why_they_do_not()
    {
        var down = Follower(C, 10) with { Mysqld = MysqldState.Stopped, Status = null };
        var told = Outlook.Of(Seen([A, B, C], Leader(10), Follower(B, 10), down));

        Assert.False(told.FailoverPossible);
        Assert.Null(told.Next);
        Assert.Equal("loss-unknown", told.Loss.Code);
        Assert.Equal((2, 1), (told.PromisesNeeded, told.PromisesPossible));
        var obstacle = Assert.Single(told.Obstacles);
        Assert.Equal("waiting-for-promises", obstacle.Code);
        Assert.Contains("nc (10.0.0.c): mysqld is stopped", obstacle.Text, StringComparison.Ordinal);
        Assert.Equal(["mysqld-down"], told.Members[2].Reasons.Select(r => r.Code));
        Assert.True(told.Members[1].CouldPromise);
        Assert.False(told.Members[2].CouldPromise);
        Assert.Null(told.Members[2].Missing);
    }

    [Fact]
    public void A_member_that_is_not_heard_of_is_one_voter_less_to_decide()
    {
        var told = Outlook.Of(Seen([A, B, C], Leader(10), Follower(B, 10)));

        Assert.Equal(["no-quorum-left", "waiting-for-promises"], told.Obstacles.Select(r => r.Code));
        Assert.Contains("1 of 3 voters", told.Obstacles[0].Text, StringComparison.Ordinal);
        Assert.Equal(["not-heard"], told.Members[2].Reasons.Select(r => r.Code));
    }

    [Fact]
    public void A_pause_keeps_a_failover_from_happening_and_not_a_candidate_from_being_one()
    {
        var seen = Seen([A, B, C], Leader(10), Follower(B, 10), Follower(C, 10));
        var told = Outlook.Of(seen with { State = seen.State with { Paused = true } });

        Assert.False(told.FailoverPossible);
        Assert.Equal(B, told.Next);
        Assert.Equal(["paused"], told.Obstacles.Select(r => r.Code));
    }

    [Fact]
    public void Receipts_in_doubt_keep_a_promise_from_counting()
    {
        var told = Outlook.Of(Seen([A, B, C], Leader(10), Follower(B, 10), Follower(C, 10) with { ReceiptsInDoubt = true }));

        Assert.False(told.FailoverPossible);
        Assert.Equal(["in-doubt"], told.Members[2].Reasons.Select(r => r.Code));
    }

    [Fact]
    public void All_that_is_wrong_with_a_candidate_is_said_and_it_comes_later()
    {
        var wrong = Follower(B, 10);
        var told = Outlook.Of(Seen([A, B, C], Leader(10), wrong with
        {
            DiskFull = true,
            Unguarded = true,
            Status = wrong.Status! with { LagSeconds = 9, ReceiverRunning = false },
        }, Follower(C, 10)));

        Assert.Equal(C, told.Next);
        Assert.Equal(2, told.Members[1].Rank);
        Assert.Equal(["not-receiving", "disk-full", "unguarded", "lag"], told.Members[1].Remarks.Select(r => r.Code));
    }

    [Fact]
    public void What_is_received_and_not_applied_is_counted_and_a_standing_applier_is_an_obstacle()
    {
        var whole = Follower(B, 10);
        var late = whole with { Status = whole.Status! with { Executed = Set(7), Received = Set(10) } };
        var behind = Outlook.Of(Seen([A, B, C], Leader(10), late, Follower(C, 9)));
        Assert.Equal(B, behind.Next);
        Assert.Equal(3, behind.Members[1].ToApply);

        var stands = late with { Status = late.Status! with { ApplierRunning = false, ApplierError = "a wart" } };
        var stuck = Outlook.Of(Seen([A, B, C], Leader(10), stands, Follower(C, 9)));
        Assert.Equal(["applying"], stuck.Obstacles.Select(r => r.Code));
        Assert.Contains("a wart", stuck.Obstacles[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Commits_that_wait_are_counted_as_what_may_be_lost()
    {
        var leader = Leader(10);
        var waiting = leader with { Status = leader.Status! with { WaitingSessions = 3 } };
        var told = Outlook.Of(Seen([A, B, C], waiting, Follower(B, 10), Follower(C, 10)));
        Assert.Contains("3 commits that wait", told.Loss.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_next_leader_without_a_guard_is_an_obstacle()
    {
        var (b, c) = (Follower(B, 10) with { Unguarded = true }, Follower(C, 9) with { Unguarded = true });
        var told = Outlook.Of(Seen([A, B, C], Leader(10), b, c));
        Assert.Equal(["unguarded"], told.Obstacles.Select(r => r.Code));
    }

    [Fact]
    public void Behind_a_closed_epoch_only_promises_that_were_given_count()
    {
        var promised = Follower(B, 10) with { Promise = new Promise(2, Set(10), "boot", Receipts.Whole) };
        var open = Seen([A, B, C], promised, Follower(C, 10));
        var closed = open.State.Current! with { Closed = true, CloseReason = "it died" };
        var seen = open with { State = open.State with { Epochs = [open.State.Epochs[0], closed] } };
        var told = Outlook.Of(seen);

        Assert.Null(told.Leader);
        Assert.Equal("no-leader", told.Why.Code);
        Assert.Equal(["waiting-for-promises"], told.Obstacles.Select(r => r.Code));
        Assert.Equal(["no-promise"], told.Members[2].Reasons.Select(r => r.Code));
        Assert.Equal(1, told.PromisesPossible);
    }

    [Fact]
    public void Who_reaches_nobody_says_so_first()
    {
        var told = Outlook.Of(Seen([A, B, C], Leader(10), Follower(B, 10), Follower(C, 10)), new Reason("waiting-for-quorum", "1 of 3"));
        Assert.Equal(["waiting-for-quorum"], told.Obstacles.Select(r => r.Code));
    }

    [Fact]
    public void In_words_there_is_one_line_for_each_thing_and_no_control_character()
    {
        var seen = Seen([A, B, C], Leader(10), Follower(B, 10), Follower(C, 9) with { DiskFull = true });
        var info = seen.State.Members[C];
        var text = ExplanationText.Of(Outlook.Of(seen with
        {
            State = seen.State with { Members = seen.State.Members.SetItem(C, info with { Name = "n\u001b[2J\nc" }) },
        }));

        Assert.Contains("if it were lost now, nb (10.0.0.b) would lead next\n", text, StringComparison.Ordinal);
        Assert.Contains("  nb (10.0.0.b): first in line\n", text, StringComparison.Ordinal);
        Assert.Contains("no candidate; lacks 1 transaction by the last reports\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
        Assert.Equal(9, text.TrimEnd('\n').Split('\n').Length);
    }

    private static GtidSet Set(int last) => GtidSet.Of("11111111-1111-1111-1111-111111111111", 1, last);

    private static MemberReport Leader(int last) => Follower(A, last) with
    {
        Led = 2,
        Leading = true,
        Status = new MysqldStatus { ServerUuid = "a", Executed = Set(last), Writable = true, AttachedAckers = 2 },
    };

    private static MemberReport Follower(NodeId node, int last) => ThreeNodes.Report(node, Set(last)) with
    {
        Status = new MysqldStatus { ServerUuid = node.Short, Executed = Set(last), ReceiverRunning = true, ApplierRunning = true },
        RoleEpoch = 2,
    };

    private static ControllerInput Seen(NodeId[] voters, params MemberReport[] reports) => new()
    {
        State = new ClusterState
        {
            ClusterId = "c",
            Members = voters.ToImmutableSortedDictionary(
                v => v, v => new MemberInfo(v, $"n{v.Hex[0]}", new NodeAddress($"10.0.0.{v.Hex[0]}"))),
            Epochs =
            [
                new EpochRecord
                {
                    Number = 1, Leader = B, ServerUuid = "b", FirstSet = GtidSet.Empty, Ackers = [.. voters.Except([B])],
                    AcksNeeded = voters.Length / 2, OpenReason = "first", OpenedAt = 0, Established = true, Closed = true,
                },
                new EpochRecord
                {
                    Number = 2, Leader = A, ServerUuid = "a", FirstSet = Set(3), Ackers = [.. voters.Except([A])],
                    AcksNeeded = voters.Length / 2, OpenReason = "the old one died", OpenedAt = 1_772_366_400_000, Established = true,
                },
            ],
        },
        Voters = [.. voters],
        Reports = reports.ToImmutableSortedDictionary(r => r.Node, r => r),
        LeaseLapsed = false,
    };
}
