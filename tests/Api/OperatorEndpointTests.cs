using System.Text;
using System.Text.Json;
using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Api;

public sealed class OperatorEndpointTests
{
    private const string StepDown = """{"verb":"step-down","seenEpoch":7}""";

    public static TheoryData<string, OperatorRequest> Requests => new()
    {
        { """{"verb":"switchover","seenEpoch":7,"to":"2b000000000000000000000000000002"}""", new SwitchoverRequest(7, SampleCluster.Id2) },
        { """{"seenEpoch":7,"verb":"switchover","to":null}""", new SwitchoverRequest(7, null) },
        { """{"verb":"failover","seenEpoch":7,"to":null,"acceptDataLoss":false}""", new FailoverRequest(7, null, false) },
        {
            """{"verb":"failover","seenEpoch":7,"to":"2b300000000000000000000000000003","acceptDataLoss":true}""",
            new FailoverRequest(7, SampleCluster.Id3, true)
        },
        { StepDown, new StepDownRequest(7) },
        {
            """{"verb":"plan-switchover","seenEpoch":7,"at":"2026-03-01T14:00:00+01:00"}""",
            new PlanSwitchoverRequest(7, null, new DateTimeOffset(2026, 3, 1, 13, 0, 0, TimeSpan.Zero), null, false)
        },
        { """{"verb":"cancel-switchover","seenEpoch":7}""", new CancelSwitchoverRequest(7) },
        { """{"verb":"drill","seenEpoch":7,"dryRun":true}""", new DrillRequest(7, true) },
        { """{"verb":"pause","seenEpoch":0,"paused":true}""", new PauseRequest(0, true) },
        { """{"verb":"reinit","seenEpoch":7,"node":"2b300000000000000000000000000003"}""", new ReinitRequest(7, SampleCluster.Id3) },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_reaches_the_cluster_as_it_was_written(string json, OperatorRequest expected)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var (status, body) = await PostAsync(api, json);

        Assert.Equal(200, status);
        Assert.Equal([expected], api.Asked);
        Assert.Equal(api.Answer, JsonSerializer.Deserialize(body, ViewJson.Default.OperatorAnswer));
    }

    [Theory]
    [InlineData(OperatorOutcome.Done, 200)]
    [InlineData(OperatorOutcome.Refused, 409)]
    [InlineData(OperatorOutcome.Unknown, 504)]
    public async Task The_outcome_is_in_the_status(OperatorOutcome outcome, int expected)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);
        api.Answer = new OperatorAnswer(outcome, new Reason("because", "of something"));

        var (status, body) = await PostAsync(api, StepDown);

        Assert.Equal(expected, status);
        Assert.Equal(api.Answer, JsonSerializer.Deserialize(body, ViewJson.Default.OperatorAnswer));
    }

    /// <summary>On the paths of <c>/v1</c> and on the one of before: who knows RFC 9457 reads it, and so does who knows only our answers.</summary>
    [Theory]
    [InlineData("/operator", StepDown, OperatorOutcome.Refused, 409, "Refused")]
    [InlineData("/operator", StepDown, OperatorOutcome.Unknown, 504, "Outcome unknown")]
    [InlineData("/v1/step-down", "{}", OperatorOutcome.Refused, 409, "Refused")]
    [InlineData("/v1/step-down", "{}", OperatorOutcome.Unknown, 504, "Outcome unknown")]
    public async Task What_was_not_done_is_a_problem_that_has_the_outcome_and_the_reason_too(
        string path, string json, OperatorOutcome outcome, int status, string title)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);
        api.Answer = new OperatorAnswer(outcome, new Reason("because", "of \"something\""));

        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await api.Client.PostAsync(new Uri(api.Address, path), content);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        var body = await response.Content.ReadAsByteArrayAsync();
        var members = JsonDocument.Parse(body).RootElement.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.ToString());
        Assert.Equal(["code", "detail", "outcome", "reason", "status", "title", "type"], members.Keys.Order());
        Assert.Equal(
            ("about:blank", title, $"{status}", "of \"something\"", "because"),
            (members["type"], members["title"], members["status"], members["detail"], members["code"]));
        Assert.Equal(api.Answer, ViewReader.Answer(body));
        Assert.Equal(api.Answer.Reason, ViewReader.Problem(body));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"verb":"explode","seenEpoch":7}""")]
    [InlineData("""{"seenEpoch":7}""")]
    [InlineData("""{"verb":"switchover","seenEpoch":7,"too":"2b000000000000000000000000000002"}""")]
    [InlineData("""{"verb":"switchover","seenEpoch":7,"to":"2"}""")]
    [InlineData("""{"verb":"reinit","seenEpoch":7}""")]
    [InlineData("""{"verb":"plan-switchover","seenEpoch":7}""")]
    [InlineData("""{"verb":"plan-switchover","seenEpoch":7,"at":"2026-03-01T14:00:00Z","inMilliseconds":5}""")]
    [InlineData("""{"verb":"plan-switchover","seenEpoch":7,"at":"2026-03-01T14:00:00"}""")]
    public async Task What_is_no_request_is_refused_before_anybody_sees_it(string json)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var (status, body) = await PostAsync(api, json);

        Assert.Equal(400, status);
        Assert.Equal("bad-request", JsonDocument.Parse(body).RootElement.GetProperty("code").GetString());
        Assert.Equal(400, JsonDocument.Parse(body).RootElement.GetProperty("status").GetInt32());
        Assert.Empty(api.Asked);
    }

    [Theory]
    [InlineData("text/plain", null, 415, "not-json")]
    [InlineData("application/x-www-form-urlencoded", null, 415, "not-json")]
    [InlineData("application/json", "http://evil.example", 403, "other-site")]
    public async Task What_a_page_of_another_site_makes_a_browser_send_is_refused_even_with_a_token(
        string type, string? origin, int status, string code)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var (got, body) = await PostAsync(api, StepDown, type, origin);

        Assert.Equal(status, got);
        Assert.Equal(code, JsonDocument.Parse(body).RootElement.GetProperty("code").GetString());
        Assert.Empty(api.Asked);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Only_post_asks(string method)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        Assert.Equal(405, (await api.SendAsync(new HttpMethod(method), "/operator")).Status);
        Assert.Empty(api.Asked);
    }

    [Fact]
    public async Task A_body_without_end_is_refused()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var (status, _) = await PostAsync(api, new string(' ', 20_000) + StepDown);

        Assert.Equal(413, status);
        Assert.Empty(api.Asked);
    }

    private static async Task<(int Status, string Body)> PostAsync(
        RunningApi api,
        string json,
        string type = "application/json",
        string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(api.Address, "/operator"));
        request.Content = new StringContent(json, Encoding.UTF8, type);
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var response = await api.Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
