using System.Text.Json;
using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Api;

public sealed class CensusEndpointTests
{
    [Fact]
    public async Task A_reader_of_Habitats_census_finds_every_field_where_Habitat_has_it()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var census = await api.JsonAsync("/census");

        Assert.Equal(JsonValueKind.True, census.GetProperty("changed").ValueKind);
        Assert.Equal(SampleCluster.Id2.Hex, census.GetProperty("local_member_id").GetString());
        foreach (var counter in (string[])["service", "election", "election_update", "membership", "service_config", "service_file"])
        {
            Assert.Equal(JsonValueKind.Number, census.GetProperty($"last_{counter}_counter").ValueKind);
        }

        var group = census.GetProperty("census_groups").GetProperty("mysql.production");
        Assert.Equal("mysql.production", group.GetProperty("service_group").GetString());
        Assert.Equal("ElectionFinished", group.GetProperty("election_status").GetString());
        Assert.Equal("None", group.GetProperty("update_election_status").GetString());
        Assert.Equal(SampleCluster.Id1.Hex, group.GetProperty("leader_id").GetString());
        Assert.Equal(SampleCluster.Id2.Hex, group.GetProperty("local_member_id").GetString());
        Assert.Equal(JsonValueKind.Null, group.GetProperty("update_leader_id").ValueKind);
        Assert.Equal(JsonValueKind.Null, group.GetProperty("service_config").ValueKind);
        Assert.Equal(0, group.GetProperty("changed_service_files").GetArrayLength());
        Assert.Equal(JsonValueKind.Object, group.GetProperty("service_files").ValueKind);
        Assert.Equal(3, group.GetProperty("population").EnumerateObject().Count());
    }

    [Fact]
    public async Task A_planned_switchover_and_the_phases_of_the_last_change_are_in_the_census()
    {
        var at = new DateTimeOffset(2026, 3, 2, 14, 0, 0, TimeSpan.Zero);
        var view = SampleCluster.SeenByFollower with { Plan = new PlanView(at, SampleCluster.Id2, at, "the switchover to db2") };
        await using var api = await RunningApi.StartAsync(view);

        var group = (await api.JsonAsync("/census")).GetProperty("census_groups").GetProperty("mysql.production");

        Assert.Equal(SampleCluster.Id2.Hex, group.GetProperty("planned_switchover").GetProperty("to").GetString());
        Assert.Equal(at, group.GetProperty("planned_switchover").GetProperty("at").GetDateTimeOffset());
        Assert.Equal("mysqldEnd", group.GetProperty("phases").GetProperty("zero").GetString());
        Assert.Equal(110, group.GetProperty("phases").GetProperty("writable").GetInt32());
        Assert.Equal(JsonValueKind.Null, group.GetProperty("phases").GetProperty("promise").ValueKind);
    }

    [Fact]
    public async Task A_member_of_the_population_has_every_field_that_Habitats_has()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var member = await MemberAsync(api, SampleCluster.Id1);

        Assert.Equal(SampleCluster.Id1.Hex, member.GetProperty("member_id").GetString());
        Assert.Equal(["origin", "name", "version", "release"], member.GetProperty("pkg").EnumerateObject().Select(p => p.Name));
        Assert.Equal("8.4.6", member.GetProperty("pkg").GetProperty("version").GetString());
        Assert.Equal("mysqlha/mysql/8.4.6/0.1.0", member.GetProperty("package").GetString());
        Assert.Equal("mysql", member.GetProperty("service").GetString());
        Assert.Equal("production", member.GetProperty("group").GetString());
        Assert.Equal(JsonValueKind.Null, member.GetProperty("org").ValueKind);
        var sys = member.GetProperty("sys");
        Assert.Equal("127.0.61.1", sys.GetProperty("ip").GetString());
        Assert.Equal("db1", sys.GetProperty("hostname").GetString());
        Assert.Equal("127.0.61.1", sys.GetProperty("gossip_ip").GetString());
        Assert.Equal(9638, sys.GetProperty("gossip_port").GetInt32());
        Assert.Equal("127.0.61.1", sys.GetProperty("http_gateway_ip").GetString());
        Assert.Equal(9631, sys.GetProperty("http_gateway_port").GetInt32());
        Assert.Equal(3306, member.GetProperty("cfg").GetProperty("port").GetInt32());
        string[] yes = ["persistent", "leader", "election_is_finished", "alive"];
        string[] no =
        [
            "follower", "suspect", "confirmed", "departed", "election_is_running", "election_is_no_quorum",
            "update_leader", "update_follower", "update_election_is_running", "update_election_is_no_quorum", "update_election_is_finished",
        ];
        Assert.All(yes, name => Assert.True(member.GetProperty(name).GetBoolean(), name));
        Assert.All(no, name => Assert.False(member.GetProperty(name).GetBoolean(), name));
    }

    [Fact]
    public async Task What_Habitat_does_not_know_is_there_too()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var group = (await api.JsonAsync("/census")).GetProperty("census_groups").GetProperty("mysql.production");
        var behind = await MemberAsync(api, SampleCluster.Id3);

        Assert.Equal(4, group.GetProperty("term").GetInt64());
        Assert.Equal(SampleCluster.Id2.Hex, group.GetProperty("controller_id").GetString());
        Assert.Equal(7, group.GetProperty("epoch").GetInt64());
        Assert.True(group.GetProperty("established").GetBoolean());
        string[] two = [SampleCluster.Id2.Hex, SampleCluster.Id3.Hex];
        Assert.Equal(two, group.GetProperty("ackers").EnumerateArray().Select(a => a.GetString()));
        Assert.Equal(two, group.GetProperty("followers").EnumerateArray().Select(a => a.GetString()));
        Assert.Equal(1, group.GetProperty("acks_needed").GetInt32());
        Assert.Equal($"{SampleCluster.Uuid1}:1-90", behind.GetProperty("gtid_executed").GetString());
        Assert.Equal($"{SampleCluster.Uuid1}:91-97", behind.GetProperty("gtid_received").GetString());
        Assert.Equal(3, behind.GetProperty("gtids_missing").GetInt64());
        Assert.Equal(10, behind.GetProperty("gtids_behind").GetInt64());
        Assert.Equal(2.5, behind.GetProperty("lag_seconds").GetDouble());
        Assert.Equal("ok", behind.GetProperty("health").GetString());
        Assert.Equal("running", behind.GetProperty("mysqld").GetString());
        var archive = Assert.Single(group.GetProperty("archived").EnumerateArray());
        Assert.Equal(SampleCluster.Id3.Hex, archive.GetProperty("member_id").GetString());
        Assert.Equal(6, archive.GetProperty("epoch").GetInt64());
        Assert.Equal($"{SampleCluster.Uuid2}:5-6", archive.GetProperty("transactions").GetString());
        Assert.Equal("/data/archive/6", archive.GetProperty("path").GetString());
    }

    [Theory]
    [InlineData(ElectionStatus.None, "None", false, false)]
    [InlineData(ElectionStatus.Running, "ElectionInProgress", true, false)]
    [InlineData(ElectionStatus.NoQuorum, "ElectionNoQuorum", false, true)]
    public async Task Without_a_leader_the_census_says_how_far_the_election_is_and_why(
        ElectionStatus status, string word, bool running, bool noQuorum)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower.WithoutLeader() with { Election = status });

        var group = (await api.JsonAsync("/census")).GetProperty("census_groups").GetProperty("mysql.production");
        var member = await MemberAsync(api, SampleCluster.Id1);

        Assert.Equal(word, group.GetProperty("election_status").GetString());
        Assert.Equal(JsonValueKind.Null, group.GetProperty("leader_id").ValueKind);
        Assert.Equal("waiting-for-quorum", group.GetProperty("reasons")[0].GetProperty("code").GetString());
        Assert.Equal(running, member.GetProperty("election_is_running").GetBoolean());
        Assert.Equal(noQuorum, member.GetProperty("election_is_no_quorum").GetBoolean());
        Assert.False(member.GetProperty("election_is_finished").GetBoolean());
        Assert.Equal(JsonValueKind.Null, member.GetProperty("gtids_missing").ValueKind);
    }

    [Theory]
    [InlineData(MemberLiveness.Alive, "alive")]
    [InlineData(MemberLiveness.Suspect, "suspect")]
    [InlineData(MemberLiveness.Confirmed, "confirmed")]
    [InlineData(MemberLiveness.Departed, "departed")]
    public async Task Exactly_one_of_Habitats_four_states_of_life_is_true(MemberLiveness liveness, string name)
    {
        var view = SampleCluster.SeenByFollower.With(SampleCluster.Id3, m => m with { Liveness = liveness });
        await using var api = await RunningApi.StartAsync(view);

        var member = await MemberAsync(api, SampleCluster.Id3);

        string[] names = ["alive", "suspect", "confirmed", "departed"];
        Assert.Equal([name], names.Where(n => member.GetProperty(n).GetBoolean()));
    }

    [Fact]
    public async Task A_browser_gets_the_page_and_a_policy_under_which_no_other_script_runs()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var (status, body, response) = await api.SendAsync(HttpMethod.Get, "/census", "text/html,application/xhtml+xml,*/*;q=0.8");

        Assert.Equal(200, status);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("fetch(", body, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", body, StringComparison.Ordinal);
        Assert.DoesNotContain("/*script*/", body, StringComparison.Ordinal);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("Accept", response.Headers.Vary);
    }

    [Fact]
    public async Task The_root_sends_a_browser_to_the_census_and_tells_a_program_what_there_is()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var browser = await api.SendAsync(HttpMethod.Get, "/", "text/html");
        var resources = (await api.JsonAsync("/")).GetProperty("resources");

        Assert.Equal(302, browser.Status);
        Assert.Equal("/census", browser.Response.Headers.Location?.ToString());
        Assert.Contains(resources.EnumerateObject(), r => r.Name == "/census");
        foreach (var path in resources.EnumerateObject().Select(r => r.Name.Replace("{group}", "production", StringComparison.Ordinal)))
        {
            Assert.NotEqual(404, (await api.SendAsync(HttpMethod.Get, path)).Status);
        }
    }

    private static async Task<JsonElement> MemberAsync(RunningApi api, NodeId id)
    {
        var groups = (await api.JsonAsync("/census")).GetProperty("census_groups");
        return groups.GetProperty("mysql.production").GetProperty("population").GetProperty(id.Hex);
    }
}
