using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using Xunit;

namespace MySqlHa.Tests.Failover;

/// <summary>A node that must not serve as it is: without a guard, or with a mysqld that waits for room on the disk.</summary>
public sealed class FencingTests
{
    private static readonly NodeId A = NodeId.Parse(new string('a', 32));
    private static readonly NodeId B = NodeId.Parse(new string('b', 32));
    private static readonly GtidSet All = GtidSet.Of("11111111-1111-1111-1111-111111111111", 7);

    [Theory]
    [InlineData(false, "promote")]
    [InlineData(true, "unguarded")]
    public void It_does_not_begin_to_lead(bool unguarded, string code)
    {
        var seen = Seen(MysqldDuty.Promised) with { Unguarded = unguarded };
        Assert.Equal(code, DutyPolicy.Decide(seen).Why.Code);
    }

    [Fact]
    public void A_leader_gives_way_to_a_follower_that_has_a_guard()
    {
        var seen = Seen(MysqldDuty.Leading) with { Unguarded = true, Reports = Reports(Follower) };
        Assert.Equal("unguarded", Assert.IsType<DutyAct.Kill>(DutyPolicy.Decide(seen)).Why.Code);
    }

    [Fact]
    public void A_leader_leads_on_where_nobody_else_could()
    {
        foreach (var reports in new[]
        {
            Reports(), Reports(Follower with { Unguarded = true }), Reports(Follower with { DiskFull = true }),
            Reports(Follower with { RoleEpoch = 1 }),
        })
        {
            Assert.IsNotType<DutyAct.Kill>(DutyPolicy.Decide(Seen(MysqldDuty.Leading) with { Unguarded = true, Reports = reports }));
        }
    }

    [Theory]
    [InlineData(MysqldDuty.Following, true)]
    [InlineData(MysqldDuty.Promised, true)]
    [InlineData(MysqldDuty.Leading, false)]
    [InlineData(MysqldDuty.Demoted, false)]
    public void A_mysqld_that_waits_for_room_which_is_there_is_started_anew_unless_clients_write_to_it(MysqldDuty duty, bool killed)
    {
        var seen = Seen(duty) with { WaitsForRoom = true };
        var act = DutyPolicy.Decide(seen);
        Assert.Equal(killed, act is DutyAct.Kill { Why.Code: "waits-for-room" });
        Assert.NotEqual("waits-for-room", DutyPolicy.Decide(seen with { WaitsForRoom = false }).Why.Code);
    }

    [Fact]
    public void A_leader_that_somebody_made_read_only_is_opened_again_but_in_a_pause()
    {
        var seen = Seen(MysqldDuty.Leading) with { MarkerAcknowledged = true };
        Assert.IsNotType<DutyAct.Promote>(DutyPolicy.Decide(seen));
        seen = seen with { Mysqld = seen.Mysqld with { Status = seen.Mysqld.Status! with { Writable = false } } };
        Assert.Equal("read-only", Assert.IsType<DutyAct.Promote>(DutyPolicy.Decide(seen)).Why.Code);
        Assert.IsNotType<DutyAct.Promote>(DutyPolicy.Decide(seen with { State = seen.State with { Paused = true } }));
        Assert.Equal("lease-lapsed", Assert.IsType<DutyAct.Kill>(DutyPolicy.Decide(seen with { LeaseHeld = false })).Why.Code);
        var switching = seen.State with { Switchover = new Switchover(2, B, "asked") };
        Assert.IsType<DutyAct.Demote>(DutyPolicy.Decide(seen with { State = switching }));
    }

    private static MemberReport Follower => new()
    {
        Node = B,
        ClusterId = "c",
        Stamp = new ReportStamp(1, 1),
        BootId = "boot",
        Mysqld = MysqldState.Running,
        Status = new MysqldStatus { ServerUuid = "uuid-b", Executed = All, ReceiverRunning = true, ApplierRunning = true },
        RoleEpoch = 2,
    };

    private static ImmutableSortedDictionary<NodeId, MemberReport> Reports(params MemberReport[] reports) =>
        reports.ToImmutableSortedDictionary(r => r.Node, r => r);

    private static DutyInput Seen(MysqldDuty duty) => new()
    {
        Self = A,
        State = new ClusterState
        {
            ClusterId = "c",
            Members = ImmutableSortedDictionary.CreateRange(new[] { A, B }.Select(
                n => KeyValuePair.Create(n, new MemberInfo(n, $"n{n.Hex[0]}", new NodeAddress("10.0.0.1"))))),
            Epochs =
            [
                new EpochRecord
                {
                    Number = 2, Leader = A, ServerUuid = "uuid-a", FirstSet = All, Ackers = [B], AcksNeeded = 1,
                    OpenReason = "", OpenedAt = 0,
                },
            ],
        },
        Local = new LocalRecord { Led = duty == MysqldDuty.Leading ? 2 : 0 },
        Mysqld = new MysqldView
        {
            State = MysqldState.Running,
            Duty = duty,
            DutyEpoch = duty == MysqldDuty.Leading ? 2 : 1,
            Status = new MysqldStatus { ServerUuid = "uuid-a", Writable = duty == MysqldDuty.Leading, Executed = All, AttachedAckers = 1 },
        },
        BootId = "boot",
        LeaseHeld = true,
        Fresh = true,
        Reports = Reports(Follower),
    };
}
