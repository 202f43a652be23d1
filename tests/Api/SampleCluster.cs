using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Tests.Api;

/// <summary>A cluster of three in good order, seen by node 1, which leads; tests change what they are about.</summary>
internal static class SampleCluster
{
    public const string Uuid1 = "11111111-aaaa-11ef-8000-000000000001";
    public const string Uuid2 = "22222222-aaaa-11ef-8000-000000000002";

    public static readonly NodeId Id1 = NodeId.Parse("1a000000000000000000000000000001");
    public static readonly NodeId Id2 = NodeId.Parse("2b000000000000000000000000000002");
    public static readonly NodeId Id3 = NodeId.Parse("2b300000000000000000000000000003");

    public static ClusterView SeenByLeader { get; } = new()
    {
        ServiceGroup = new ServiceGroup("production"),
        Self = Id1,
        ClusterId = "c0ffee00c0ffee00c0ffee00c0ffee00",
        Election = ElectionStatus.Finished,
        Term = 4,
        Controller = Id2,
        CommitIndex = 120,
        AppliedIndex = 119,
        RaftRole = "follower",
        VotersExpected = 3,
        Epoch = 7,
        EpochOpen = true,
        Established = true,
        Leader = Id1,
        LeaderWritable = true,
        Ackers = [Id2, Id3],
        AcksNeeded = 1,
        AckersVersion = 5,
        LeaseSecondsLeft = 0.8,
        Proxy = new ProxyView("10.0.0.1", new ProxyPortView(6446, 3, 40), new ProxyPortView(6447, 2, 20), 10_000)
        {
            Waited = 5, WaitedInVain = 1, TurnedAway = 4, ClosedByEpoch = 6, ClosedByServing = 7, ConnectFailed = 8, Bytes = 9_000,
        },
        Members =
        [
            Member(1, Id1, "db1") with { Role = MemberRole.Leader, Writable = true, Executed = GtidSet.Parse($"{Uuid1}:1-100") },
            Member(2, Id2, "db2") with { Acker = true },
            Member(3, Id3, "db3") with
            {
                Acker = true,
                LagSeconds = 2.5,
                Executed = GtidSet.Parse($"{Uuid1}:1-90"),
                Received = GtidSet.Parse($"{Uuid1}:91-97"),
            },
        ],
        History =
        [
            new EpochView
            {
                Number = 6,
                Leader = Id3,
                LeaderAddress = "127.0.61.3",
                ServerUuid = Uuid2,
                FirstSet = GtidSet.Empty,
                Open = false,
                Established = true,
                OpenedAt = At("12:00:00"),
                OpenReason = "founded",
                ClosedAt = At("13:00:00"),
                CloseReason = "mysqld exited",
                Archived = [new ArchivedTail(Id3, GtidSet.Parse($"{Uuid2}:5-6"), "/data/archive/6", At("13:00:09"))],
            },
            new EpochView
            {
                Number = 7,
                Leader = Id1,
                LeaderAddress = "127.0.61.1",
                ServerUuid = Uuid1,
                FirstSet = GtidSet.Parse($"{Uuid1}:1-3"),
                Open = true,
                Established = true,
                OpenedAt = At("13:00:01"),
                OpenReason = "the leader of epoch 6 died",
                Phases = new EpochPhases { Zero = PhaseZero.MysqldEnd, Detect = 4, Close = 12, Open = 46, Writable = 110, Established = 1234 },
                PlansDropped = [new DroppedPlanView(At("14:00:00"), Id2, At("14:01:00"), "db2 was not heard of", false, "the switchover to db2")],
            },
        ],
        Explanation = new Explanation
        {
            Epoch = 7,
            Leader = Id1,
            Why = new Reason("leads", "db1 leads"),
            Since = At("13:00:01"),
            Before = Id3,
            Next = Id2,
            Loss = new Reason("nothing-acknowledged", "no commit that a client was told OK for"),
            PromisesNeeded = 2,
            PromisesPossible = 2,
            Members =
            [
                new ExplainedMember { Id = Id2, Name = "db2", Address = "127.0.61.2", Rank = 1, CouldPromise = true, Missing = 0, ToApply = 0 },
                new ExplainedMember { Id = Id3, Name = "db3", Address = "127.0.61.3", Reasons = [new Reason("not-heard", "db3 was not heard of")] },
            ],
        },
        Counters = ImmutableSortedDictionary.CreateRange<string, long>([new("datagrams-refused", 3), new("elections", 1)]),
    };

    /// <summary>The leader of another group of the ring.</summary>
    public static readonly NodeId OtherId = NodeId.Parse("3c000000000000000000000000000001");

    /// <summary>The ring as its members know it: this cluster's group, and another one.</summary>
    public static ImmutableArray<GroupView> Ring { get; } =
    [
        new(new ServiceGroup("production"), [SeenByLeader.ClusterId], ElectionStatus.Finished, Id1, 7,
            [.. SeenByLeader.Members.Select(m => new GroupMemberView(
                m.Id, m.Name, m.Address, m.Liveness, SeenByLeader.ClusterId, "0.1.0", m.Id == Id1 ? 7 : 0))]),
        new(new ServiceGroup("staging"), ["ba5eba11ba5eba11ba5eba11ba5eba11"], ElectionStatus.Finished, OtherId, 3,
        [
            new(OtherId, "st1", new NodeAddress("127.0.61.21"), MemberLiveness.Alive, "ba5eba11ba5eba11ba5eba11ba5eba11", "0.1.0", 3),
            new(NodeId.Parse("3c000000000000000000000000000002"), "st2", new NodeAddress("127.0.61.22"), MemberLiveness.Confirmed,
                "ba5eba11ba5eba11ba5eba11ba5eba11", "0.1.0", 2),
        ]),
    ];

    /// <summary>The same view, in a ring of two groups.</summary>
    public static ClusterView InRing(this ClusterView view) => view with { GroupsWhenRead = new Lazy<ImmutableArray<GroupView>>(Ring) };

    /// <summary>The same cluster from node 2, which follows.</summary>
    public static ClusterView SeenByFollower { get; } = SeenByLeader with { Self = Id2, LeaseSecondsLeft = 0 };

    public static ClusterView With(this ClusterView view, NodeId id, Func<MemberView, MemberView> change) =>
        view with { Members = [.. view.Members.Select(m => m.Id == id ? change(m) : m)] };

    /// <summary>The epoch was closed and nobody leads.</summary>
    public static ClusterView WithoutLeader(this ClusterView view) => view with
    {
        Election = ElectionStatus.Running,
        EpochOpen = false,
        Leader = null,
        LeaderWritable = false,
        Reasons = [new Reason("waiting-for-quorum", "1 of 3: waiting for a quorum")],
        Members =
        [
            .. view.Members.Select(m => m with
            {
                Role = m.Role == MemberRole.Leader ? MemberRole.None : m.Role,
                Writable = false,
                ReceiverRunning = false,
            }),
        ],
    };

    private static DateTimeOffset At(string time) =>
        DateTimeOffset.Parse($"2026-03-01T{time}Z", System.Globalization.CultureInfo.InvariantCulture);

    private static MemberView Member(int number, NodeId id, string name) => new()
    {
        Number = number,
        Id = id,
        Name = name,
        Address = new NodeAddress($"127.0.61.{number}"),
        Liveness = MemberLiveness.Alive,
        Voter = true,
        Role = MemberRole.Follower,
        Health = MemberHealth.Ok,
        ReportAgeSeconds = 0.1,
        Mysqld = MysqldState.Running,
        ServerUuid = Uuid1,
        MysqlVersion = "8.4.6",
        AgentVersion = "0.1.0",
        AgentPid = 100 + number,
        MysqldPid = 200 + number,
        LagSeconds = 0,
        Executed = GtidSet.Parse($"{Uuid1}:1-100"),
        Epoch = 7,
        Readable = true,
        ReceiverRunning = true,
        ApplierRunning = true,
    };
}
