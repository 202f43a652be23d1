using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using MySqlHa.Infra.Census;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Infra;

public sealed class HttpCensusTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_leader_is_the_node_that_says_so_of_itself_to_the_real_api()
    {
        // One port for all, as on machines; each node has an address of its own.
        await using var leader = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        var nodes = new[]
        {
            new CensusNode("node1", "127.0.0.83", "10.20.0.11"),
            new CensusNode("node2", leader.Address.Host, "10.20.1.11"),
        };

        Assert.Equal("node2", (await new HttpCensus(leader.Address.Port).LeaderAsync(nodes, Long)).Name);
    }

    [Fact]
    public async Task Of_two_that_say_so_the_one_of_the_newer_epoch_leads()
    {
        await using var old = await FakeAgent.StartAsync("127.0.0.81", 0, () => (200, """{"epoch": 4, "reasons": []}"""));
        await using var current = await FakeAgent.StartAsync("127.0.0.82", old.Port, () => (200, """{"epoch": 5, "reasons": []}"""));
        CensusNode[] nodes = [new("node1", "127.0.0.81", ""), new("node2", "127.0.0.82", "")];

        Assert.Equal("node2", (await new HttpCensus(old.Port).LeaderAsync(nodes, Long)).Name);
    }

    [Fact]
    public async Task A_leader_that_comes_later_is_waited_for()
    {
        var asked = 0;
        await using var agent = await FakeAgent.StartAsync(
            "127.0.0.81",
            0,
            () => Interlocked.Increment(ref asked) < 3 ? (503, """{"epoch": 1, "reasons": []}""") : (200, """{"epoch": 2}"""));

        Assert.Equal("node1", (await new HttpCensus(agent.Port).LeaderAsync([new("node1", "127.0.0.81", "")], Long)).Name);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task With_no_leader_in_time_the_message_says_what_each_node_said_last()
    {
        const string Body = """
            {
              "epoch": 3,
              "reasons": [{"code": "no-leader", "text": "there is no leader"}, {"code": "q", "text": "1 of 3: waiting for a quorum"}]
            }
            """;
        await using var agent = await FakeAgent.StartAsync("127.0.0.81", 0, () => (503, Body));
        await using var stranger = await FakeAgent.StartAsync("127.0.0.82", agent.Port, () => (200, "<html>"));
        CensusNode[] nodes = [new("node1", "127.0.0.81", ""), new("node2", "127.0.0.82", ""), new("node3", "127.0.0.83", "")];

        var failure = await Assert.ThrowsAsync<NoLeaderException>(
            () => new HttpCensus(agent.Port).LeaderAsync(nodes, TimeSpan.FromSeconds(1.5)));

        Assert.Contains("No node leads after 2 s.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("node1 (127.0.0.81): there is no leader, 1 of 3: waiting for a quorum;", failure.Message, StringComparison.Ordinal);
        Assert.Contains("node2 (127.0.0.82): does not answer like an agent;", failure.Message, StringComparison.Ordinal);
        Assert.Contains("node3 (127.0.0.83): does not answer (Connection refused)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task Who_is_in_the_ring_is_the_leader_or_who_knows_the_newest_epoch_and_nobody_who_is_silent()
    {
        var leads = 503;
        await using var leader = await FakeAgent.StartAsync("127.0.0.81", 0, () => (leads, """{"epoch": 4, "reasons": []}"""));
        await using var newer = await FakeAgent.StartAsync("127.0.0.82", leader.Port, () => (503, """{"epoch": 5, "reasons": []}"""));
        await using var stranger = await FakeAgent.StartAsync("127.0.0.83", leader.Port, () => (200, "<html>"));
        CensusNode[] silent = [new("node3", "127.0.0.83", ""), new("node4", "127.0.0.84", "")];
        CensusNode[] nodes = [.. silent, new("node1", "127.0.0.81", ""), new("node2", "127.0.0.82", "")];
        var census = new HttpCensus(leader.Port);

        Assert.Equal("node2", (await census.MemberAsync(nodes))!.Name);
        leads = 200;
        Assert.Equal("node1", (await census.MemberAsync(nodes))!.Name);
        Assert.Null(await census.MemberAsync(silent));
    }

    /// <summary>Answers /leader with whatever it is told to.</summary>
    private sealed class FakeAgent(WebApplication app, int port) : IAsyncDisposable
    {
        public int Port { get; } = port;

        public static async Task<FakeAgent> StartAsync(string address, int port, Func<(int Status, string Body)> answer)
        {
            var builder = WebApplication.CreateSlimBuilder();
            var app = builder.Build();
            app.Urls.Add($"http://{address}:{port}");
            app.MapGet("/leader", async (HttpContext context) =>
            {
                var (status, body) = answer();
                context.Response.StatusCode = status;
                await context.Response.WriteAsync(body);
            });
            await app.StartAsync();
            return new FakeAgent(app, new Uri(app.Urls.Single()).Port);
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
