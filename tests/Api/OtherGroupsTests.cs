using System.Text.Json;
using MySqlHa.Tests.Cli;
using Xunit;

namespace MySqlHa.Tests.Api;

/// <summary>What a node tells of the other groups of its ring, over HTTP and by the command line.</summary>
[Collection(CommandLineRun.Collection)]
public sealed class OtherGroupsTests
{
    [Fact]
    public async Task The_census_has_all_groups_of_the_ring_the_own_one_in_full_and_the_others_by_gossip()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower.InRing());

        var groups = (await api.JsonAsync("/census")).GetProperty("census_groups");

        Assert.Equal(["mysql.production", "mysql.staging"], groups.EnumerateObject().Select(g => g.Name));
        var (own, other) = (groups.GetProperty("mysql.production"), groups.GetProperty("mysql.staging"));
        Assert.Equal("log", own.GetProperty("known_by").GetString());
        Assert.Equal(3, own.GetProperty("population").EnumerateObject().Count());
        Assert.Equal("gossip", other.GetProperty("known_by").GetString());
        Assert.Equal("ElectionFinished", other.GetProperty("election_status").GetString());
        Assert.Equal(SampleCluster.OtherId.Hex, other.GetProperty("leader_id").GetString());
        Assert.Equal(3, other.GetProperty("epoch").GetInt64());
        var population = other.GetProperty("population").EnumerateObject().Select(m => m.Value).ToList();
        Assert.Equal(["st1", "st2"], population.Select(m => m.GetProperty("name").GetString()));
        Assert.Equal([true, false], population.Select(m => m.GetProperty("leader").GetBoolean()));
        Assert.Equal([true, false], population.Select(m => m.GetProperty("alive").GetBoolean()));
        Assert.Equal([false, true], population.Select(m => m.GetProperty("confirmed").GetBoolean()));
        Assert.All(population, m => Assert.Equal("staging", m.GetProperty("group").GetString()));
        Assert.All(population, m => Assert.False(m.GetProperty("voter").GetBoolean()));
    }

    [Fact]
    public async Task Who_asks_for_the_service_of_another_group_is_told_where_it_is()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower.InRing());

        var (status, body, _) = await api.SendAsync(HttpMethod.Get, "/services/mysql/staging");

        Assert.Equal(404, status);
        var problem = JsonSerializer.Deserialize<JsonElement>(body);
        Assert.Equal("other-group", problem.GetProperty("code").GetString());
        Assert.Contains("st1 at 127.0.61.21:9631", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(404, (await api.SendAsync(HttpMethod.Get, "/services/mysql/nonsense")).Status);
    }

    [Fact]
    public async Task Services_lists_the_groups_and_one_of_them_member_by_member()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower.InRing());

        var all = await CommandLineRun.AgainstAsync(api, "services");
        all.Expect(0);
        Assert.Equal(
            [
                "SERVICE           ELECTION  LEADER  ADDRESS      EPOCH  MEMBERS  ALIVE  SUSPECT  CONFIRMED",
                "mysql.production  finished  db1     127.0.61.1   7      3        3      0        0",
                "mysql.staging     finished  st1     127.0.61.21  3      2        1      0        1",
            ],
            all.Output.TrimEnd('\n').Split('\n'));

        var one = await CommandLineRun.AgainstAsync(api, "services", "mysql.staging");
        one.Expect(0);
        Assert.Contains("st2   127.0.61.22  confirmed  -", one.Output, StringComparison.Ordinal);
        Assert.Equal(3, one.Output.TrimEnd('\n').Split('\n').Length);

        (await CommandLineRun.AgainstAsync(api, "services", "nonsense")).Expect(1);
        var census = await CommandLineRun.AgainstAsync(api, "census");
        census.Expect(0);
        Assert.Contains("other groups of the ring, by gossip:", census.Output, StringComparison.Ordinal);
        Assert.Contains("mysql.staging  finished  st1", census.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alone_in_its_ring_a_group_is_shown_as_before()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        Assert.Single((await api.JsonAsync("/census")).GetProperty("census_groups").EnumerateObject());
        Assert.DoesNotContain("other groups", (await CommandLineRun.AgainstAsync(api, "census")).Output, StringComparison.Ordinal);
    }
}
