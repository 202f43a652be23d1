using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using Xunit;
using static MySqlHa.Tests.Failover.ThreeNodes;

namespace MySqlHa.Tests.Failover;

/// <summary>R13: what operators ask of nodes.</summary>
public sealed class WishesTests
{
    private const long Now = 1_000_000;

    [Fact]
    public void While_the_cluster_is_paused_nothing_is_made_anew_unless_an_operator_asks_for_it()
    {
        var seen = DonorTests.Seen(clonesFailed: 0);
        seen = seen with { State = seen.State with { Paused = true } };

        Assert.Equal("paused", Assert.IsType<DutyAct.Hold>(DutyPolicy.Decide(seen)).Why.Code);
        _ = Assert.IsType<DutyAct.Reseed>(DutyPolicy.Decide(seen with { ReinitAsked = true }));
        _ = Assert.IsType<DutyAct.Reseed>(DutyPolicy.Decide(seen with { Faults = new DutyFaults { ClonesWhilePaused = true } }));
    }

    [Fact]
    public void In_maintenance_nothing_is_made_anew()
    {
        var seen = DonorTests.Seen(clonesFailed: 0);
        var state = seen.State with { Maintenance = seen.State.Maintenance.Add(A, new Maintenance(1, 2, "")) };

        Assert.Equal("maintenance", Assert.IsType<DutyAct.Hold>(DutyPolicy.Decide(seen with { State = state })).Why.Code);
    }

    [Theory]
    [InlineData(999, "bad-time")]
    [InlineData(31L * 86_400_000 + 1, "bad-time")]
    public void A_maintenance_lasts_a_second_to_a_month(long milliseconds, string code) =>
        Assert.Equal([code], Wishes.Refusals(Seen(), B, milliseconds).Select(r => r.Code));

    [Fact]
    public void A_majority_of_the_voters_is_never_in_maintenance()
    {
        Assert.Empty(Wishes.Refusals(Seen(), B, 60_000));
        var maintained = Seen().State.Maintenance.Add(C, new Maintenance(1, Now + 1, ""));
        var one = Seen() with { State = Seen().State with { Maintenance = maintained } };

        Assert.Equal(["too-many-away"], Wishes.Refusals(one, B, 60_000).Select(r => r.Code));
        Assert.Empty(Wishes.Refusals(one, C, 60_000)); // for a longer time
    }

    [Fact]
    public void A_leader_goes_into_maintenance_only_where_another_can_lead()
    {
        Assert.Empty(Wishes.Refusals(Seen(), A, 60_000));
        var alone = Seen() with { Reports = Seen().Reports.Remove(B).Remove(C) };

        Assert.Equal(["no-candidate"], Wishes.Refusals(alone, A, 60_000).Select(r => r.Code));
        var paused = Seen() with { State = Seen().State with { Paused = true } };
        Assert.Equal(["paused"], Wishes.Refusals(paused, A, 60_000).Select(r => r.Code));
    }

    [Fact]
    public void An_agent_that_could_not_read_the_entry_keeps_it_from_being_written()
    {
        var older = Seen() with { Reports = Seen().Reports.SetItem(C, Follower(C) with { Understands = MemberReport.HandOvers }) };

        Assert.Equal(["older-agent"], Wishes.Refusals(older, B, 60_000).Select(r => r.Code));
        var tagged = older.Reports.SetItem(B, Follower(B) with { Tags = new NodeTags(NoSync: true) });
        Assert.Null(Wishes.Retagged(older with { Reports = tagged }));
        Assert.NotNull(Wishes.Retagged(Seen() with { Reports = Seen().Reports.SetItem(B, tagged[B]) }));
    }

    [Fact]
    public void A_maintenance_is_over_at_its_time_even_where_nobody_leads()
    {
        var state = Seen().State with { Maintenance = Seen().State.Maintenance.Add(C, new Maintenance(1, Now, "")) };
        var closed = Seen() with { State = state with { Epochs = [state.Epochs[0] with { Closed = true }] } };

        Assert.Equal(new EndMaintenance(C, Now, "its time was over"), ControllerPolicy.Decide(closed).Proposal);
        Assert.IsNotType<EndMaintenance>(ControllerPolicy.Decide(closed with { WallClock = Now - 1 }).Proposal);
    }

    [Fact]
    public void Where_all_are_tagged_nosync_all_acknowledge()
    {
        var tagged = Seen() with { State = Tagged(new NodeTags(NoSync: true), A, B, C) };

        Assert.Equal([B, C], ControllerPolicy.Ackers(tagged, A));
        Assert.Equal([C], ControllerPolicy.Ackers(Seen() with { State = Tagged(new NodeTags(NoSync: true), B) }, A));
    }

    [Fact]
    public void A_switchover_to_a_node_that_shall_not_lead_is_refused_with_that_reason()
    {
        var tagged = Seen() with { State = Tagged(new NodeTags(NoFailover: true), B) };

        Assert.Equal(["nofailover"], ControllerPolicy.SwitchoverRefusals(tagged, B).Select(r => r.Code));
        Assert.Empty(ControllerPolicy.SwitchoverRefusals(tagged, C));
        Assert.Equal(C, Assert.Single(ControllerPolicy.SwitchoverTargets(tagged)));
        var all = Seen() with { State = Tagged(new NodeTags(NoFailover: true), B, C) };
        Assert.Equal("no-candidate", Assert.Single(ControllerPolicy.SwitchoverRefusals(all, null)).Code);
    }

    private static ClusterState Tagged(NodeTags tags, params NodeId[] nodes) => Seen().State with
    {
        Members = nodes.Aggregate(Founded.Members, (all, n) => all.SetItem(n, all[n] with { Tags = tags })),
    };

    private static MemberReport Follower(NodeId node)
    {
        var report = Report(node, GtidSet.Empty);
        return report with
        {
            RoleEpoch = 1,
            Understands = MemberReport.Present,
            Status = report.Status! with { ReceiverRunning = true, ApplierRunning = true, LagSeconds = 0 },
        };
    }

    /// <summary>A leads, B and C follow.</summary>
    private static ControllerInput Seen() => new()
    {
        State = Founded with { Epochs = [Epoch(1, A) with { Established = true }] },
        Voters = [A, B, C],
        Reports = new[]
        {
            Report(A, GtidSet.Empty) with { RoleEpoch = 1, Leading = true, Understands = MemberReport.Present }, Follower(B), Follower(C),
        }.ToImmutableSortedDictionary(r => r.Node, r => r),
        LeaseLapsed = false,
        WallClock = Now,
    };
}
