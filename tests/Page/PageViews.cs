using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Tests.Api;

namespace MySqlHa.Tests.Page;

/// <summary>Pictures of clusters for the page: any size, in order or not.</summary>
internal static class PageViews
{
    /// <summary>The first leads, so many vote, the last is the node asked; the others follow in order.</summary>
    public static ClusterView Of(int count, int voters)
    {
        var sample = SampleCluster.SeenByLeader;
        var first = sample.Members[0];
        ImmutableArray<MemberView> members =
        [
            .. Enumerable.Range(1, count).Select(n => first with
            {
                Number = n,
                Id = Id(n),
                Name = $"database-{n}",
                Address = new NodeAddress($"10.0.20.{100 + n}"),
                Voter = n <= voters,
                Standing = n <= voters ? MemberStanding.Voter : MemberStanding.Learner,
                Role = n == 1 ? MemberRole.Leader : MemberRole.Follower,
                Writable = n == 1,
                Acker = n > 1 && n <= voters,
                ReceiverRunning = n > 1,
                SourceHost = n > 1 ? "10.0.20.101" : "",
                Executed = GtidSet.Parse($"{SampleCluster.Uuid1}:1-100"),
                LagSeconds = n > 1 ? 0.4 : null,
            }),
        ];
        return sample with
        {
            Self = Id(count),
            Members = members,
            Leader = Id(1),
            Controller = Id(2),
            VotersExpected = voters,
            Ackers = [.. members.Where(m => m.Acker).Select(m => m.Id)],
            AcksNeeded = voters / 2,
            History =
            [
                .. sample.History.Select(e => e.Number == 7
                    ? e with { Leader = Id(1), LeaderAddress = "10.0.20.101" }
                    : e with { Leader = Id(3), LeaderAddress = "10.0.20.103" }),
            ],
            Explanation = sample.Explanation! with
            {
                Leader = Id(1),
                Next = Id(2),
                Members = [.. members.Where(m => m.Voter && m.Number > 1).Select(m => new ExplainedMember
                {
                    Id = m.Id, Name = m.Name, Address = m.Address.Host, Rank = m.Number - 1, CouldPromise = true, Missing = 0, ToApply = 0,
                })],
            },
        };
    }

    /// <summary>One node on purpose.</summary>
    public static ClusterView Alone()
    {
        var view = Of(1, 1);
        const string Why = "database-1 (10.0.20.101) is alone (topology standalone): no failover is possible. To grow, restart its agent"
            + " with topology leader, then start two more with --peer 10.0.20.101";
        return view with
        {
            Standalone = true,
            Controller = Id(1),
            AcksNeeded = 0,
            Reasons = [new Reason("no-failover-possible", Why)],
            Explanation = view.Explanation! with
            {
                Next = null, Members = [], Obstacles = [new Reason("no-failover-possible", Why)],
            },
        };
    }

    public static NodeId Id(int number) => NodeId.Parse(number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>One is dead, one is suspected, one applies nothing: all that the page has to show besides good order.</summary>
    public static ClusterView Unwell(this ClusterView view) => view
        .With(Id(view.Members.Length), m => m with
        {
            Liveness = MemberLiveness.Confirmed, Role = MemberRole.None, Health = MemberHealth.Critical, Mysqld = MysqldState.Unknown,
            ReceiverRunning = false, ApplierRunning = false, ReportAgeSeconds = 92, SourceHost = "",
        })
        .With(Id(3), m => m with
        {
            Liveness = MemberLiveness.Suspect, Executed = GtidSet.Parse($"{SampleCluster.Uuid1}:1-40"),
            Received = GtidSet.Parse($"{SampleCluster.Uuid1}:41-90"), LagSeconds = 31,
        })
        .With(Id(2), m => m with
        {
            Health = MemberHealth.Warning, ApplierRunning = false,
            Problems = [new Reason("applier-stopped", "the applier stopped: Error 1062: Duplicate entry '42' for key 'PRIMARY'")],
        }) with
        {
            Reasons = [new Reason("member-lost", "the last one was not heard of for 92 s")],
        };
}
