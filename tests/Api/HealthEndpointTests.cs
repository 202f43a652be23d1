using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Api;

public sealed class HealthEndpointTests
{
    private static readonly int[] Nothing = [503, 503, 503, 503];

    /// <summary>
    /// What the node is, and what it then answers: health, leader, follower, follower with a lag of a second, and a reason's code.
    /// </summary>
    private static readonly Dictionary<string, (ClusterView View, double Lease, int[] Statuses, string Reason)> States = new()
    {
        ["a leader with a lease"] = (SampleCluster.SeenByLeader, 0.8, [200, 200, 503, 503], "not-a-follower"),
        ["a leader whose lease ran out"] = (SampleCluster.SeenByLeader, 0, Nothing, "no-lease"),
        ["a leader that is not writable"] =
            (SampleCluster.SeenByLeader.With(SampleCluster.Id1, m => m with { Writable = false }), 0.8, Nothing, "not-writable"),
        ["a leader of a closed epoch"] = (SampleCluster.SeenByLeader with { EpochOpen = false }, 0.8, Nothing, "no-leader"),
        ["a follower"] = (SampleCluster.SeenByFollower, 0, [200, 503, 200, 200], "not-the-leader"),
        ["a follower that claims a lease"] = (SampleCluster.SeenByFollower, 0.8, [200, 503, 200, 200], "not-the-leader"),
        ["a follower 2.5 s behind"] =
            (SampleCluster.SeenByLeader with { Self = SampleCluster.Id3 }, 0, [200, 503, 200, 503], "lag-too-high"),
        ["a follower of unknown lag"] = (Follower(m => m with { LagSeconds = null }), 0, [200, 503, 200, 503], "lag-unknown"),
        ["a follower that catches up"] = (
            Follower(m => m with { LagSeconds = null, Problems = [new Reason("catching-up", "not all yet")] }), 0, [503, 503, 503, 503], "catching-up"),
        ["a follower that receives nothing"] = (Follower(m => m with { ReceiverRunning = false }), 0, Nothing, "receiver-stopped"),
        ["a follower that applies nothing"] = (Follower(m => m with { ApplierRunning = false }), 0, Nothing, "applier-stopped"),
        ["a follower with a warning"] =
            (Follower(m => m with { Health = MemberHealth.Warning }), 0, [200, 503, 200, 200], "not-the-leader"),
        ["a critical follower"] = (
            Follower(m => m with { Health = MemberHealth.Critical, Problems = [new Reason("disk-full", "the disk is full")] }),
            0,
            Nothing,
            "disk-full"),
        ["a follower without mysqld"] = (Follower(m => m with { Mysqld = MysqldState.Stopped }), 0, Nothing, "mysqld-not-running"),
        ["a follower while nobody leads"] = (SampleCluster.SeenByFollower.WithoutLeader(), 0, [200, 503, 200, 503], "no-leader"),
        ["a node without a role"] = (SampleCluster.SeenByLeader.WithoutLeader(), 0, Nothing, "waiting-for-quorum"),
        ["a node that knows nobody"] = (SampleCluster.SeenByLeader.WithoutLeader() with { Members = [] }, 0, Nothing, "no-role"),
    };

    public static TheoryData<string> StateNames => [.. States.Keys];

    [Theory]
    [MemberData(nameof(StateNames))]
    public async Task Each_state_has_its_status_codes_on_every_method(string state)
    {
        var (view, lease, expected, reason) = States[state];
        await using var api = await RunningApi.StartAsync(view);
        api.LeaseLeft = TimeSpan.FromSeconds(lease);
        string[] paths = ["/health", "/leader", "/follower", "/follower?lag=1"];
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head, HttpMethod.Options])
        {
            var statuses = new List<int>();
            foreach (var path in paths)
            {
                statuses.Add((await api.SendAsync(method, path)).Status);
            }

            Assert.Equal(expected, statuses);
        }

        var bodies = await Task.WhenAll(paths.Select(async path => (await api.SendAsync(HttpMethod.Get, path)).Body));
        Assert.Contains(bodies, b => b.Contains($"\"code\":\"{reason}\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("3", 200)]
    [InlineData("3s", 200)]
    [InlineData("2500ms", 200)]
    [InlineData("2.5", 200)]
    [InlineData("2.4", 503)]
    [InlineData("500ms", 503)]
    [InlineData("0", 503)]
    [InlineData("soon", 400)]
    [InlineData("-1", 400)]
    [InlineData("", 400)]
    public async Task Lag_is_a_number_of_seconds_or_a_duration(string lag, int expected)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader with { Self = SampleCluster.Id3 });

        Assert.Equal(expected, (await api.SendAsync(HttpMethod.Get, $"/follower?lag={lag}")).Status);
    }

    [Fact]
    public async Task The_answer_of_a_follower_names_the_leader()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var leader = (await api.JsonAsync("/leader")).GetProperty("leader");

        Assert.Equal(SampleCluster.Id1.Hex, leader.GetProperty("member_id").GetString());
        Assert.Equal("127.0.61.1", leader.GetProperty("ip").GetString());
        Assert.Equal(3306, leader.GetProperty("mysql_port").GetInt32());
    }

    [Fact]
    public async Task A_head_has_no_body()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var (_, body, response) = await api.SendAsync(HttpMethod.Head, "/health");

        Assert.Empty(body);
        Assert.True(response.Content.Headers.ContentLength > 0);
    }

    [Theory]
    [InlineData(MemberHealth.Ok, 200, "OK")]
    [InlineData(MemberHealth.Warning, 200, "WARNING")]
    [InlineData(MemberHealth.Critical, 503, "CRITICAL")]
    [InlineData(MemberHealth.Unknown, 500, "UNKNOWN")]
    public async Task Habitats_health_has_Habitats_statuses(MemberHealth health, int status, string word)
    {
        await using var api = await RunningApi.StartAsync(Follower(m => m with { Health = health }));

        var (got, body, _) = await api.SendAsync(HttpMethod.Get, "/services/mysql/production/health");

        Assert.Equal(status, got);
        Assert.Contains($"\"status\":\"{word}\"", body, StringComparison.Ordinal);
    }

    private static ClusterView Follower(Func<MemberView, MemberView> change) =>
        SampleCluster.SeenByFollower.With(SampleCluster.Id2, change);
}
