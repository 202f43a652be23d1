using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using Xunit;

namespace MySqlHa.Tests.Failover;

/// <summary>
/// When a crashed leader's mysqld is started, waited with, or rewound first. A led epoch 1; B and C acknowledged, one of them is enough.
/// </summary>
public sealed class RewindingTests
{
    private static readonly NodeId A = NodeId.Parse(new string('a', 32));
    private static readonly NodeId B = NodeId.Parse(new string('b', 32));
    private static readonly NodeId C = NodeId.Parse(new string('c', 32));
    private static readonly GtidSet Began = GtidSet.Of("11111111-1111-1111-1111-111111111111", 1, 5);
    private static readonly GtidSet Kept = GtidSet.Of("11111111-1111-1111-1111-111111111111", 1, 8);

    [Fact]
    public void The_start_waits_while_the_others_can_open_the_next_epoch_alone()
    {
        Assert.Equal("waiting-for-successor", Decide(Crashed).Why.Code);
        Assert.Equal("waiting-for-successor", Decide(Crashed with { State = Closed }).Why.Code);
        Assert.Equal("waiting-for-successor", Decide(Crashed with { Reports = Reports(Running(B)), ReportsMayCome = true }).Why.Code);
    }

    [Fact]
    public void It_does_not_wait_in_vain()
    {
        _ = Assert.IsType<DutyAct.Start>(Decide(Crashed with { SuccessorMayCome = false }));
        _ = Assert.IsType<DutyAct.Start>(Decide(Crashed with { Reports = Reports(Running(B)) }));
        var (starting, doubtful) = (Running(C) with { Mysqld = MysqldState.Starting }, Running(C) with { ReceiptsInDoubt = true });
        _ = Assert.IsType<DutyAct.Start>(Decide(Crashed with { Reports = Reports(Running(B), starting) }));
        _ = Assert.IsType<DutyAct.Start>(Decide(Crashed with { Reports = Reports(Running(B), doubtful) }));
        _ = Assert.IsType<DutyAct.Start>(Decide(Crashed with { State = Crashed.State with { Paused = true } }));
    }

    [Fact]
    public void What_the_next_epoch_lacks_is_cut_whoever_leads_by_now()
    {
        var later = Closed with { Epochs = [Closed.Epochs[0], Epoch(2, B, Kept) with { Closed = true }, Epoch(3, C, GtidSet.Empty)] };
        var rewind = Assert.IsType<DutyAct.Rewind>(Decide(Crashed with { State = later, SuccessorMayCome = false }));
        Assert.Equal((1, Began, Kept), (rewind.Epoch, rewind.Began, rewind.Keep));
    }

    [Fact]
    public void Without_the_note_or_the_next_epoch_it_is_started_as_it_is()
    {
        var next = Closed with { Epochs = [Closed.Epochs[0], Epoch(2, B, Kept)] };
        _ = Assert.IsType<DutyAct.Rewind>(Decide(Crashed with { State = next }));
        _ = Assert.IsType<DutyAct.Start>(Decide(Crashed with { State = next, Local = Crashed.Local with { Rewindable = 0 } }));
        _ = Assert.IsType<DutyAct.Start>(Decide(Crashed with { State = next, Local = Crashed.Local with { Led = 3, Released = 3 } }));
        _ = Assert.IsType<DutyAct.Start>(Decide(Crashed with { State = next with { Epochs = [Epoch(2, B, Kept)] } }));
        Assert.Equal("waiting-for-quorum", Decide(Crashed with { State = next, Fresh = false }).Why.Code);
    }

    private static DutyAct Decide(DutyInput seen) => DutyPolicy.Decide(seen);

    private static DutyInput Crashed => new()
    {
        Self = A,
        State = Closed with { Epochs = [Epoch(1, A, Began)] },
        Local = LocalRecord.Initial with { Led = 1, Released = 1, Rewindable = 1 },
        Mysqld = MysqldView.Unknown with { State = MysqldState.Stopped },
        BootId = "boot",
        LeaseHeld = false,
        Fresh = true,
        Reports = Reports(Running(B), Running(C)),
        SuccessorMayCome = true,
    };

    private static ClusterState Closed => ClusterState.Empty with
    {
        ClusterId = "cluster",
        Members = ImmutableSortedDictionary.CreateRange(
            new[] { A, B, C }.Select(n => KeyValuePair.Create(n, new MemberInfo(n, n.Hex[..1], new NodeAddress("10.0.0.1"))))),
        Epochs = [Epoch(1, A, Began) with { Closed = true }],
    };

    private static EpochRecord Epoch(long number, NodeId leader, GtidSet first) => new()
    {
        Number = number,
        Leader = leader,
        ServerUuid = "11111111-1111-1111-1111-111111111111",
        FirstSet = first,
        Ackers = [.. new[] { A, B, C }.Where(n => n != leader)],
        AcksNeeded = 1,
        Established = true,
        OpenReason = "",
        OpenedAt = 0,
    };

    private static MemberReport Running(NodeId node) => new()
    {
        Node = node,
        ClusterId = "cluster",
        Stamp = new ReportStamp(1, 1),
        BootId = "boot",
        Mysqld = MysqldState.Running,
    };

    private static ImmutableSortedDictionary<NodeId, MemberReport> Reports(params MemberReport[] reports) =>
        reports.ToImmutableSortedDictionary(r => r.Node, r => r);
}
