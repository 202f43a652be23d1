using System.Text.Json;
using MySqlHa.Tests.RealMysqld;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Two groups of real nodes in one ring: each has its own leader and epochs, and sees the other's.</summary>
[Trait("Length", "long")]
[Collection(AgentRoom.Name)]
public sealed class RingOfGroupsStoryTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly int[] ProductionLasts = [111, 112, 113];
    private static readonly int[] StagingLasts = [121, 122, 123];
    private readonly string _home = Directory.CreateTempSubdirectory("ha").FullName;
    private readonly List<AgentNode> _production = [];
    private readonly List<AgentNode> _staging = [];

    public Task InitializeAsync()
    {
        foreach (var last in ProductionLasts)
        {
            _production.Add(new AgentNode(_home, last, ProductionLasts.Where(l => l != last)));
            Configure(_production[^1], "production");
        }

        foreach (var last in StagingLasts)
        {
            _staging.Add(new AgentNode(_home, last, []));
            Configure(_staging[^1], "staging");
        }

        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _production.Concat(_staging))
        {
            await node.DisposeAsync();
        }

        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Groups_that_meet_by_one_address_lead_themselves_and_the_loss_of_a_leader_is_news_to_the_other_and_no_more()
    {
        _production.ForEach(n => n.Start());
        _staging.ForEach(n => n.Start());
        var (observer, peer) = (_production[0], _staging[0]);
        await observer.UntilAsync("production has a writable leader", async () => await observer.LeaderAsync() is { Length: > 0 }, 120);
        string host = "";
        await peer.UntilAsync("staging has a writable leader", async () => (host = await peer.LeaderAsync()).Length > 0, 120);
        var led = _staging.Single(n => n.Host == host);
        var first = (await led.ViewAsync()).GetProperty("leader").GetString();
        await observer.UntilAsync(
            "production's census knows staging's leader",
            async () => await observer.GroupAsync("mysql.staging") is var group && LeaderOf(group) == first && Count(group, "alive") == 3,
            within: 20);
        var own = await observer.GroupAsync("mysql.production");
        Assert.Equal((3, 3), (Count(own, "alive"), Count(own, "voter")));
        Assert.NotEqual(own.GetProperty("cluster_id").GetString(), (await observer.GroupAsync("mysql.staging")).GetProperty("cluster_id").GetString());
        var (epoch, leader) = (own.GetProperty("epoch").GetInt64(), LeaderOf(own));
        var before = (await observer.GroupAsync("mysql.staging")).GetProperty("epoch").GetInt64();

        await led.KillAsync();
        await observer.UntilAsync(
            "production's census knows that another leads staging, and that one is dead",
            async () => await observer.GroupAsync("mysql.staging") is var group && LeaderOf(group) is { } next && next != first
                && group.GetProperty("epoch").GetInt64() > before && Count(group, "confirmed") == 1,
            within: 60);
        own = await observer.GroupAsync("mysql.production");
        Assert.Equal((epoch, leader, 3), (own.GetProperty("epoch").GetInt64(), LeaderOf(own), Count(own, "alive")));
        Assert.DoesNotContain("staging", await observer.ReasonsAsync(), StringComparison.Ordinal);
        output.WriteLine($"production stays in epoch {epoch}; staging went from epoch {before} on");

        // A node of staging does not come to production by a changed line.
        Configure(led, "production");
        var (code, printed) = await led.RefusedAsync();
        Assert.Equal(1, code);
        Assert.Contains("group: 'production' is not the group of this node", printed, StringComparison.Ordinal);
    }

    /// <summary>Staging knows one address of the ring, and none of its own group's.</summary>
    private static void Configure(AgentNode node, string group) => node.Configure(
        MysqldOnThisMachine.Mysqld,
        group == "staging" ? [ProductionLasts[0]] : ProductionLasts.Where(l => l != node.Last),
        $"group: {group}");

    private static string? LeaderOf(JsonElement group) => group.GetProperty("leader_id").GetString();

    private static int Count(JsonElement group, string flag) =>
        group.GetProperty("population").EnumerateObject().Count(m => m.Value.GetProperty(flag).GetBoolean());
}
