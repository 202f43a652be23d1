using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using Xunit;

namespace MySqlHa.Tests.Failover;

/// <summary>Who belongs and who votes, step by step, and why not.</summary>
public sealed class MembershipPolicyTests
{
    private static NodeId Id(int number) => NodeId.Parse($"{number:x32}");

    private static MemberInfo Member(int number, int address = 0) =>
        new(Id(number), $"n{number}", new NodeAddress($"10.0.0.{(address == 0 ? number : address)}"));

    /// <summary>Node 1 leads epoch 1, the other voters follow; learners follow too.</summary>
    private static ControllerInput Seen(int[] voters, int[]? learners = null, int[]? silent = null, int target = 3)
    {
        var all = voters.Concat(learners ?? []).ToList();
        var ackers = voters.Where(v => v != 1).Select(Id).ToImmutableSortedSet();
        return new ControllerInput
        {
            State = ClusterState.Empty with
            {
                ClusterId = "c",
                VotersTarget = target,
                Members = all.ToImmutableSortedDictionary(Id, n => Member(n)),
                Epochs =
                [
                    new EpochRecord
                    {
                        Number = 1, Leader = Id(1), ServerUuid = "u", FirstSet = GtidSet.Empty, Ackers = ackers,
                        AcksNeeded = (ackers.Count + 1) / 2, Established = true, OpenReason = "", OpenedAt = 0,
                    },
                ],
            },
            Voters = [.. voters.Select(Id)],
            Learners = [.. (learners ?? []).Select(Id)],
            CaughtUp = [.. (learners ?? []).Select(Id)],
            Reports = all.Except(silent ?? []).ToImmutableSortedDictionary(Id, Report),
            Dead = [.. (silent ?? []).Select(Id)],
            LeaseLapsed = false,
            Self = Id(2),
        };
    }

    private static MemberReport Report(int number) => new()
    {
        Node = Id(number),
        ClusterId = "c",
        Stamp = new ReportStamp(1, 1),
        BootId = "b",
        Mysqld = MysqldState.Running,
        RoleEpoch = 1,
        Leading = number == 1,
        MarkerAcknowledged = number == 1 ? 1 : 0,
        Status = new MysqldStatus
        {
            ServerUuid = "u", Writable = number == 1, ReceiverRunning = number != 1, ApplierRunning = true, AttachedAckers = 2,
        },
    };

    [Fact]
    public void Nothing_is_changed_where_all_is_as_it_should_be()
    {
        var decision = ControllerPolicy.Decide(Seen([1, 2, 3]));
        Assert.Null(decision.Proposal);
        Assert.Null(decision.Change);
        Assert.Empty(decision.Reasons);
    }

    [Fact]
    public void A_newcomer_is_admitted_unless_it_holds_data_or_was_removed()
    {
        var seen = Seen([1, 2, 3]);
        var empty = ControllerPolicy.Decide(seen with { Newcomers = [new Newcomer(Member(4), false)] });
        Assert.Equal(new AdmitMember(Member(4)), empty.Proposal);

        var withData = ControllerPolicy.Decide(seen with { Newcomers = [new Newcomer(Member(4), true)] });
        Assert.Null(withData.Proposal);
        Assert.Equal("foreign-data", Assert.Single(withData.Reasons).Code);

        var removed = seen.State with { Removed = seen.State.Removed.Add(Id(4), new RemovedMember(Id(4), "n4", "10.0.0.4", "because", 0)) };
        var again = ControllerPolicy.Decide(seen with { State = removed, Newcomers = [new Newcomer(Member(4), false)] });
        Assert.Equal("removed", Assert.Single(again.Reasons).Code);
    }

    [Fact]
    public void A_ready_learner_votes_where_too_few_do_and_only_then()
    {
        Assert.Null(ControllerPolicy.Decide(Seen([1, 2, 3], [4])).Change);
        var change = ControllerPolicy.Decide(Seen([1, 2, 3], [4], target: 5)).Change;
        Assert.Equal([Id(1), Id(2), Id(3), Id(4)], change!.Voters);
        Assert.Empty(change.Learners);
    }

    [Fact]
    public void A_learner_waits_while_its_failure_could_cost_the_majority()
    {
        var decision = ControllerPolicy.Decide(Seen([1, 2, 3], [4], silent: [3], target: 5));
        Assert.Null(decision.Change);
        Assert.Contains(decision.Reasons, r => r.Code == "voters-wait" && r.Text.Contains("3 of the 3 voters", StringComparison.Ordinal));
    }

    [Fact]
    public void A_learner_that_lags_or_lacks_the_log_says_so_and_does_not_vote()
    {
        var seen = Seen([1, 2, 3], [4], target: 5);
        var lacks = ControllerPolicy.Decide(seen with { CaughtUp = [] });
        Assert.Null(lacks.Change);
        Assert.Contains(lacks.Reasons, r => r.Code == "joining");
        var clones = seen.Reports[Id(4)] with { Activity = "cloning from 10.0.0.2: 40 %" };
        var busy = ControllerPolicy.Decide(seen with { Reports = seen.Reports.SetItem(Id(4), clones) });
        Assert.Contains(busy.Reasons, r => r.Text.Contains("40 %", StringComparison.Ordinal));
    }

    [Fact]
    public void New_voters_acknowledge_from_the_next_epoch_on_with_the_same_leader()
    {
        var seen = Seen([1, 2, 3], [4], target: 5) with { Voters = [Id(1), Id(2), Id(3), Id(4)], Learners = [] };
        var turn = Assert.IsType<StartSwitchover>(ControllerPolicy.Decide(seen).Proposal);
        Assert.Equal((1, Id(1)), (turn.Epoch, turn.Target));
    }

    [Fact]
    public void A_dead_voter_leaves_when_the_machine_in_its_place_is_ready_and_not_before()
    {
        var seen = Seen([1, 2, 3], [4], silent: [3]);
        seen = seen with { State = seen.State with { Members = seen.State.Members.SetItem(Id(4), Member(4, address: 3)) } };
        Assert.Null(ControllerPolicy.Decide(seen with { CaughtUp = [] }).Proposal);
        var leaving = Assert.IsType<StartLeaving>(ControllerPolicy.Decide(seen).Proposal).Departure;
        Assert.Equal((Id(3), false), (leaving.Node, leaving.Stays));

        // Then the epoch without it, then the vote goes.
        seen = seen with { State = seen.State.Apply(new StartLeaving(leaving)) };
        Assert.IsType<StartSwitchover>(ControllerPolicy.Decide(seen).Proposal);
        var without = seen.State.Current! with { Ackers = [Id(2)] };
        var change = ControllerPolicy.Decide(seen with { State = seen.State with { Epochs = [without] } }).Change;
        Assert.Equal([Id(1), Id(2)], change!.Voters);
    }

    [Fact]
    public void A_dead_member_leaves_when_the_machine_in_its_place_votes_already()
    {
        // 5 came while there was room among the voters, before anybody knew that 4 was dead.
        var seen = Seen([1, 2, 5], [4], silent: [4]);
        Assert.Null(ControllerPolicy.Decide(seen).Proposal);
        seen = seen with { State = seen.State with { Members = seen.State.Members.SetItem(Id(5), Member(5, address: 4)) } };
        Assert.Equal(Id(4), Assert.IsType<StartLeaving>(ControllerPolicy.Decide(seen).Proposal).Departure.Node);
    }

    [Fact]
    public void A_leader_that_leaves_is_followed_by_an_able_follower_first()
    {
        var seen = Seen([1, 2, 3]);
        seen = seen with { State = seen.State.Apply(new StartLeaving(new Departure(Id(1), false, "x"))) };
        Assert.Equal(Id(2), Assert.IsType<StartSwitchover>(ControllerPolicy.Decide(seen).Proposal).Target);
    }

    [Fact]
    public void A_smaller_target_takes_the_vote_from_a_dead_member_before_a_living_one_and_never_from_the_leader()
    {
        var departure = Assert.IsType<StartLeaving>(ControllerPolicy.Decide(Seen([1, 2, 3, 4, 5], silent: [2])).Proposal).Departure;
        Assert.Equal((Id(2), true), (departure.Node, departure.Stays));
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3 }, new[] { 2 }, 3, "too-few-alive")]
    [InlineData(new[] { 1, 2 }, new int[0], 2, "too-few-voters")]
    [InlineData(new[] { 1, 2, 3 }, new int[0], 9, "no-member")]
    public void A_removal_that_could_stop_the_cluster_is_refused(int[] voters, int[] silent, int node, string code) =>
        Assert.Contains(ControllerPolicy.RemoveRefusals(Seen(voters, silent: silent), Id(node)), r => r.Code == code);

    [Fact]
    public void A_dead_voter_can_be_removed_and_one_at_a_time()
    {
        var seen = Seen([1, 2, 3], silent: [3]);
        Assert.Empty(ControllerPolicy.RemoveRefusals(seen, Id(3)));
        var leaving = seen.State.Apply(new StartLeaving(new Departure(Id(3), false, "x")));
        Assert.Contains(ControllerPolicy.RemoveRefusals(seen with { State = leaving }, Id(2)), r => r.Code == "change-under-way");
    }

    [Fact]
    public void A_departure_that_cannot_go_on_is_dropped()
    {
        var seen = Seen([1, 2, 3], silent: [2]);
        seen = seen with { State = seen.State.Apply(new StartLeaving(new Departure(Id(3), false, "x"))) };
        Assert.Null(ControllerPolicy.Decide(seen).Proposal);
        Assert.Equal(Id(3), Assert.IsType<DropLeaving>(ControllerPolicy.Decide(seen with { LeavingPatienceOver = true }).Proposal).Node);
    }

    [Fact]
    public void Nothing_changes_while_the_cluster_is_paused()
    {
        var seen = Seen([1, 2, 3], [4], target: 5);
        var decision = ControllerPolicy.Decide(seen with { State = seen.State with { Paused = true } });
        Assert.Null(decision.Change);
        Assert.Null(decision.Proposal);
    }
}
