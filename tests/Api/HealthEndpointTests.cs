using System.Text.Json;
using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Api;

public sealed class HealthEndpointTests
{
    /// <summary>What is asked of each state, in this order.</summary>
    private static readonly string[] Paths =
        ["/health", "/primary", "/replica", "/replica?lag=1", "/read-only", "/read-only?lag=1", "/readiness"];

    /// <summary>The same questions by other names.</summary>
    private static readonly Dictionary<string, string[]> Names = new()
    {
        ["/primary"] = ["/leader", "/master", "/read-write"],
        ["/replica"] = ["/follower"],
        ["/replica?lag=1"] = ["/follower?lag=1", "/replica?lag=1s", "/replica?lag=1000ms"],
        ["/read-only?lag=1"] = ["/readiness?lag=1"],
    };

    private static readonly bool[] Nowhere = new bool[7];

    private static readonly bool[] AsLeader = [true, true, false, false, true, true, true];

    private static readonly bool[] AsFollower = [true, false, true, true, true, true, true];

    /// <summary>While any lag will do.</summary>
    private static readonly bool[] AsLateFollower = [true, false, true, false, true, false, true];

    /// <summary>What the node is, where it then answers 200, and a reason's code.</summary>
    private static readonly Dictionary<string, (ClusterView View, double Lease, bool[] Well, string Reason)> States = new()
    {
        ["a leader with a lease"] = (SampleCluster.SeenByLeader, 0.8, AsLeader, "not-a-follower"),
        ["a leader whose lease ran out"] = (SampleCluster.SeenByLeader, 0, Nowhere, "no-lease"),
        ["a leader that is not writable"] =
            (Leader(m => m with { Writable = false }), 0.8, Nowhere, "not-writable"),
        ["a leader without mysqld"] =
            (Leader(m => m with { Mysqld = MysqldState.Stopped, Writable = false }), 0.8, Nowhere, "mysqld-not-running"),
        ["a critical leader"] =
            (Leader(m => m with { Health = MemberHealth.Critical }), 0.8, [false, true, false, false, true, true, true], "health-critical"),
        ["a leader of a closed epoch"] = (SampleCluster.SeenByLeader with { EpochOpen = false }, 0.8, Nowhere, "no-leader"),
        ["a follower"] = (SampleCluster.SeenByFollower, 0, AsFollower, "not-the-leader"),
        ["a follower that claims a lease"] = (SampleCluster.SeenByFollower, 0.8, AsFollower, "not-the-leader"),
        ["a follower 2.5 s behind"] = (SampleCluster.SeenByLeader with { Self = SampleCluster.Id3 }, 0, AsLateFollower, "lag-too-high"),
        ["a follower of unknown lag"] = (Follower(m => m with { LagSeconds = null }), 0, AsLateFollower, "lag-unknown"),
        ["a follower that catches up"] = (
            Follower(m => m with { LagSeconds = null, Problems = [new Reason("catching-up", "not all yet")] }),
            0,
            Nowhere,
            "catching-up"),
        ["a follower that lets nobody in yet"] = (Follower(m => m with { Readable = false }), 0, Nowhere, "closed"),
        ["a follower that receives nothing"] = (Follower(m => m with { ReceiverRunning = false }), 0, Nowhere, "receiver-stopped"),
        ["a follower that applies nothing"] = (Follower(m => m with { ApplierRunning = false }), 0, Nowhere, "applier-stopped"),
        ["a follower with a warning"] =
            (Follower(m => m with { Health = MemberHealth.Warning }), 0, AsFollower, "not-the-leader"),
        ["a critical follower"] = (
            Follower(m => m with { Health = MemberHealth.Critical, Problems = [new Reason("disk-full", "the disk is full")] }),
            0,
            Nowhere,
            "disk-full"),
        ["a follower without mysqld"] = (Follower(m => m with { Mysqld = MysqldState.Stopped }), 0, Nowhere, "mysqld-not-running"),
        ["who followed, while nobody leads"] =
            (Leaderless(m => m), 0, [true, false, true, false, true, false, false], "receiver-stopped"),
        ["who followed and was restarted, while nobody leads"] = (Leaderless(m => m with { Readable = false }), 0, Nowhere, "no-role"),
        ["who led, while nobody leads"] = (Leaderless(m => m with { ApplierRunning = false }), 0, Nowhere, "waiting-for-quorum"),
        ["who followed, and is writable"] = (Leaderless(m => m with { Writable = true }), 0, Nowhere, "no-role"),
        ["who followed, and reaches no majority"] =
            (Leaderless(m => m) with { Election = ElectionStatus.NoQuorum }, 0, Nowhere, "waiting-for-quorum"),
        ["a node without a role"] = (Follower(m => m with { Role = MemberRole.None }), 0, Nowhere, "no-role"),
        ["a node that knows nobody"] = (SampleCluster.SeenByLeader.WithoutLeader() with { Members = [] }, 0, Nowhere, "no-role"),
    };

    public static TheoryData<string> StateNames => [.. States.Keys];

    [Theory]
    [MemberData(nameof(StateNames))]
    public async Task Each_state_has_its_status_codes_on_every_method_and_by_every_name(string state)
    {
        var (view, lease, well, reason) = States[state];
        await using var api = await RunningApi.StartAsync(view);
        api.LeaseLeft = TimeSpan.FromSeconds(lease);
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head, HttpMethod.Options])
        {
            foreach (var (path, expected) in Paths.Zip(well))
            {
                foreach (var name in Names.GetValueOrDefault(path, []).Prepend(path))
                {
                    Assert.Equal((method, name, expected ? 200 : 503), (method, name, (await api.SendAsync(method, name)).Status));
                }
            }

            // It is about the agent, whatever the node is.
            Assert.Equal(200, (await api.SendAsync(method, "/liveness")).Status);
        }

        // Patroni's example asks no path; to read, that is a list.
        Assert.Equal(well[1] ? 200 : 503, (await api.SendAsync(HttpMethod.Options, "/")).Status);
        Assert.Equal(200, (await api.SendAsync(HttpMethod.Get, "/")).Status);
        var bodies = await Task.WhenAll(Paths.Select(async path => (await api.SendAsync(HttpMethod.Get, path)).Body));
        Assert.Contains(bodies, b => b.Contains($"\"code\":\"{reason}\"", StringComparison.Ordinal));
    }

    /// <summary>A question that is never answered with no, or by another one in every state, would be no check.</summary>
    [Fact]
    public void Each_question_tells_states_apart_that_no_other_question_tells()
    {
        var answers = Paths.Select((path, i) => (path, Said: string.Concat(States.Values.Select(s => s.Well[i] ? '1' : '0')))).ToList();
        Assert.All(answers, a => Assert.True(a.Said.Contains('0') && a.Said.Contains('1'), a.path));
        Assert.Equal(answers.Count, answers.Select(a => a.Said).Distinct().Count());
    }

    [Theory]
    [InlineData(true, 0.0, 200)]
    [InlineData(true, 1.0, 200)]
    [InlineData(true, 1.1, 503)]
    [InlineData(false, 1.1, 200)]
    [InlineData(false, 2.0, 200)]
    [InlineData(false, 2.1, 503)]
    public async Task A_loop_that_is_held_up_for_a_lease_or_two_is_not_alive(bool leads, double sinceStep, int expected)
    {
        await using var api = await RunningApi.StartAsync(leads ? SampleCluster.SeenByLeader : SampleCluster.SeenByFollower);
        api.SinceStep = TimeSpan.FromSeconds(sinceStep);
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head, HttpMethod.Options])
        {
            Assert.Equal(expected, (await api.SendAsync(method, "/liveness")).Status);
        }

        var told = (await api.SendAsync(HttpMethod.Get, "/liveness")).Body.Contains("loop-held-up", StringComparison.Ordinal);
        Assert.Equal(expected == 503, told);
    }

    [Theory]
    [InlineData("/replica?lagg=5s", "no parameter 'lagg'; allowed: lag")]
    [InlineData("/read-only?max-lag=5s", "no parameter 'max-lag'; allowed: lag")]
    [InlineData("/readiness?lag=5s&mode=write", "no parameter 'mode'; allowed: lag")]
    [InlineData("/follower?lag=5s&lag=6s", "lag: '5s,6s' is not allowed; allowed is a time")]
    [InlineData("/replica?lag=10MB", "lag: '10MB' is not allowed; allowed is a time, not a size")]
    [InlineData("/primary?lag=5s", "no parameter 'lag'; it has none")]
    [InlineData("/leader?x", "no parameter 'x'; it has none")]
    [InlineData("/health?lag=5s", "no parameter 'lag'; it has none")]
    [InlineData("/liveness?ttl=3", "no parameter 'ttl'; it has none")]
    public async Task What_is_not_understood_is_refused_and_no_limit_is_lost_by_a_typo(string path, string words)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var (status, body, _) = await api.SendAsync(HttpMethod.Get, path);

        Assert.Equal(400, status);
        Assert.Contains(words, JsonDocument.Parse(body).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(400, (await api.SendAsync(HttpMethod.Options, path)).Status);
        Assert.Equal(400, (await api.SendAsync(HttpMethod.Head, path)).Status);
    }

    [Theory]
    [InlineData("3", 200)]
    [InlineData("3s", 200)]
    [InlineData("2500ms", 200)]
    [InlineData("2.5", 200)]
    [InlineData("2.4", 503)]
    [InlineData("500ms", 503)]
    [InlineData("0", 503)]
    [InlineData("86400", 200)]
    [InlineData("1048576", 400)]
    [InlineData("1000000ms", 200)]
    [InlineData("24h", 200)]
    [InlineData("25h", 400)]
    [InlineData("31d", 400)]
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

    private static ClusterView Leader(Func<MemberView, MemberView> change) => SampleCluster.SeenByLeader.With(SampleCluster.Id1, change);

    private static ClusterView Follower(Func<MemberView, MemberView> change) =>
        SampleCluster.SeenByFollower.With(SampleCluster.Id2, change);

    /// <summary>The epoch was closed; a node that followed has no role until the next one opens.</summary>
    private static ClusterView Leaderless(Func<MemberView, MemberView> change) =>
        SampleCluster.SeenByFollower.WithoutLeader().With(SampleCluster.Id2, m => change(m with { Role = MemberRole.None }));
}
