using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlHa.Api;
using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Api;

public sealed class ReadingEndpointTests
{
    [Fact]
    public async Task The_view_comes_back_as_it_was()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        var (_, body, _) = await api.SendAsync(HttpMethod.Get, "/view");

        var view = JsonSerializer.Deserialize(body, ViewJson.Default.ClusterView)!;

        Assert.Equal(SampleCluster.Id1, view.Leader);
        Assert.Equal(SampleCluster.SeenByLeader.Members[2].Executed, view.Members[2].Executed);
        Assert.Equal(SampleCluster.SeenByLeader.Counters, view.Counters);
        Assert.Equal(body, JsonSerializer.Serialize(view, ViewJson.Default.ClusterView));
        Assert.Contains("\"election\":\"finished\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_is_the_epochs_oldest_first()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);

        var history = await api.JsonAsync("/history");

        Assert.Equal([6, 7], history.EnumerateArray().Select(e => e.GetProperty("number").GetInt64()));
        Assert.Equal($"{SampleCluster.Uuid2}:5-6", history[0].GetProperty("archived")[0].GetProperty("transactions").GetString());
    }

    [Fact]
    public async Task An_explanation_is_a_document_for_programs_and_words_for_people()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var explained = await api.JsonAsync("/explain");

        Assert.True(explained.GetProperty("failoverPossible").GetBoolean());
        Assert.Equal(SampleCluster.Id2.Hex, explained.GetProperty("next").GetString());
        Assert.Equal("not-heard", explained.GetProperty("members")[1].GetProperty("reasons")[0].GetProperty("code").GetString());
        var (_, words, answer) = await api.SendAsync(HttpMethod.Get, "/explain", "text/plain");
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("if it were lost now, db2 (127.0.61.2) would lead next", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_in_no_cluster_has_nothing_to_explain()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower with { Explanation = null });

        var (status, body, _) = await api.SendAsync(HttpMethod.Get, "/explain");

        Assert.Equal(503, status);
        Assert.Contains("not-founded", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raft_status_names_term_role_and_leader()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);

        var raft = await api.JsonAsync("/raft/status");

        Assert.Equal(4, raft.GetProperty("term").GetInt64());
        Assert.Equal("follower", raft.GetProperty("role").GetString());
        Assert.Equal(SampleCluster.Id2.Hex, raft.GetProperty("leader_id").GetString());
        Assert.Equal(120, raft.GetProperty("commit_index").GetInt64());
        Assert.Equal(3, raft.GetProperty("voters").GetArrayLength());
    }

    [Fact]
    public async Task Services_are_the_one_service_of_this_node()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var one = Assert.Single((await api.JsonAsync("/services")).EnumerateArray());
        var same = await api.JsonAsync("/services/mysql/production");

        Assert.Equal("mysql.production", one.GetProperty("service_group").GetString());
        Assert.Equal(202, one.GetProperty("process").GetProperty("pid").GetInt32());
        Assert.Equal(one.GetRawText(), same.GetRawText());
        Assert.Equal(404, (await api.SendAsync(HttpMethod.Get, "/services/mysql/staging")).Status);
        Assert.Equal(404, (await api.SendAsync(HttpMethod.Get, "/services/redis/production/health")).Status);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/census")]
    [InlineData("/view")]
    [InlineData("/history")]
    [InlineData("/raft/status")]
    [InlineData("/metrics")]
    [InlineData("/services")]
    [InlineData("/services/mysql/production")]
    [InlineData("/health")]
    public async Task A_reading_resource_takes_head_and_refuses_every_verb_that_changes(string path)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);

        Assert.Equal(200, (await api.SendAsync(HttpMethod.Head, path)).Status);
        foreach (var verb in (HttpMethod[])[HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete])
        {
            var (status, body, response) = await api.SendAsync(verb, path);
            Assert.Equal(405, status);
            Assert.Contains("GET", response.Content.Headers.Allow);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.Contains("no-such-method", body, StringComparison.Ordinal);
        }

        Assert.Empty(api.Asked);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/census/extra")]
    [InlineData("/services/mysql")]
    public async Task What_is_not_there_is_a_problem_that_says_so(string path)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);

        var (status, body, response) = await api.SendAsync(HttpMethod.Get, path);

        Assert.Equal(404, status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(path, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_cached()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);

        Assert.True((await api.SendAsync(HttpMethod.Get, "/leader")).Response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_its_address()
    {
        using var other = new TcpListener(System.Net.IPAddress.Parse("127.0.61.11"), 0);
        other.Start();
        var taken = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);

        var refused = await Assert.ThrowsAsync<ApiListenException>(() =>
            ApiServer.StartAsync(new ApiOptions("127.0.61.11", taken), api, NullLogger.Instance));

        Assert.Equal($"the API cannot listen on 127.0.61.11 port {taken} (tcp): another process listens there", refused.Message);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_named()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);

        var refused = await Assert.ThrowsAsync<ApiListenException>(() =>
            ApiServer.StartAsync(new ApiOptions("192.0.2.7", 9631), api, NullLogger.Instance));

        Assert.Equal("the API cannot listen on 192.0.2.7 port 9631 (tcp): this machine has no such address", refused.Message);
    }
}
