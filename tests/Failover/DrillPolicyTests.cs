using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using Xunit;
using static MySqlHa.Tests.Failover.ThreeNodes;

namespace MySqlHa.Tests.Failover;

/// <summary>When a failover may be made to happen for practice.</summary>
public sealed class DrillPolicyTests
{
    private static readonly GtidSet All = GtidSet.Parse("11111111-aaaa-11ef-8000-000000000001:1-9");

    [Fact]
    public void A_whole_cluster_may_drill_and_says_who_would_lead()
    {
        Assert.Empty(DrillPolicy.Refusals(Whole()));
        var answer = DrillPolicy.WhatWouldHappen(Whole());
        Assert.Equal("can-drill", answer.Reason.Code);
        const string What = "mysqld of na (10.0.0.1) would be killed; nb (10.0.0.2) would lead next";
        Assert.Contains(What, answer.Reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_thing_in_the_way_is_a_reason()
    {
        Assert.Equal(["paused"], Codes(Whole() with { State = State() with { Paused = true } }));
        Assert.Equal(["planned"], Codes(Whole() with { State = State() with { Plan = new PlannedSwitchover(A, null, 5, 1) } }));
        Assert.Equal(["switchover-under-way"], Codes(Whole() with { State = State() with { Switchover = new Switchover(1, null, "x") } }));
        Assert.Equal(["not-established"], Codes(Whole() with { State = Founded.Apply(new OpenEpoch(Epoch(1, A))) }));
        Assert.Equal(["no-leader"], Codes(Whole() with { State = Founded }));
        Assert.Equal(["leader-not-ready"], Codes(With(Reports()[A] with { Understands = 0 })));
    }

    /// <summary>One follower could lead, but nobody would acknowledge its commits until the old leader is back.</summary>
    [Fact]
    public void With_one_follower_too_few_it_is_refused_with_what_is_wrong_with_the_other()
    {
        var seen = With(Reports()[C] with { RoleEpoch = 0, Status = Reports()[C].Status! with { ReceiverRunning = false } });
        Assert.Contains("too-few-followers", Codes(seen));
        Assert.Contains(DrillPolicy.Refusals(seen), r => r.Text.Contains("nc (10.0.0.3) does not receive", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Codes(ControllerInput seen) => DrillPolicy.Refusals(seen).Select(r => r.Code);

    private static ControllerInput With(MemberReport report) => Whole() with { Reports = Reports().SetItem(report.Node, report) };

    private static ClusterState State() => Founded.Apply(new OpenEpoch(Epoch(1, A))).Apply(new EstablishEpoch(1));

    private static ImmutableSortedDictionary<NodeId, MemberReport> Reports() => new[] { A, B, C }.ToImmutableSortedDictionary(n => n, n =>
    {
        var report = Report(n, All);
        return report with
        {
            RoleEpoch = 1,
            Leading = n == A,
            Understands = MemberReport.Present,
            Status = report.Status! with
            {
                ReceiverRunning = n != A, ApplierRunning = n != A, Writable = n == A, AttachedAckers = n == A ? 2 : 0,
            },
        };
    });

    private static ControllerInput Whole() => new()
    {
        State = State(),
        Voters = [A, B, C],
        Reports = Reports(),
        LeaseLapsed = false,
        Self = B,
    };
}
