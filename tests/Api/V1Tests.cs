using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MySqlHa.Cli;
using MySqlHa.Cluster;
using MySqlHa.Tests.Fuzz;
using Xunit;

namespace MySqlHa.Tests.Api;

/// <summary>Everything under <c>/v1</c>, by its own document.</summary>
public sealed class V1Tests
{
    // What a command does on its own machine, or makes of what it reads.
    private static readonly string[] WithoutTwin =
    [
        "agent", "guard", "ring", "token", "sandbox", "version", "completion", "dsn", "wait", "top",
        "election", // asks MySQL: its other face is SQL
    ];
    private static readonly string[] Methods = ["get", "post", "put", "delete", "patch"];

    private static readonly ClusterView View = SampleCluster.SeenByLeader with
    {
        Explanation = new Explanation
        {
            Epoch = 7,
            Leader = SampleCluster.Id1,
            Why = new Reason("leads", "db1 leads"),
            Loss = new Reason("nothing", "nothing"),
            Members = [new ExplainedMember { Id = SampleCluster.Id2, Name = "db2", Address = "127.0.61.2", Missing = 3 }],
        },
        Audit =
        [
            new AuditView(1, DateTimeOffset.UnixEpoch, "anna", "admin", "10.0.0.1", "db1", "pause", null, null),
            new AuditView(2, DateTimeOffset.UnixEpoch, "ring", "admin", "10.0.0.2", "db2", "resume", OperatorOutcome.Refused, new Reason("a", "b")),
        ],
        Plan = new PlanView(DateTimeOffset.UnixEpoch, null, DateTimeOffset.UnixEpoch, "a switchover"),
        GroupsWhenRead = new Lazy<ImmutableArray<GroupView>>(SampleCluster.Ring),
    };

    [Fact]
    public async Task Every_operation_answers_as_the_document_says()
    {
        await using var api = await StartAsync();
        var document = await api.JsonAsync("/v1/openapi.json");
        var check = new SchemaCheck(document);
        var tried = 0;
        foreach (var (method, path, operation) in Operations(document))
        {
            var place = $"{method} {path}";
            var isRequest = operation.TryGetProperty("requestBody", out _);
            api.Answer = new OperatorAnswer(OperatorOutcome.Done, new Reason("done", "it is"));
            await ExpectAsync(200, BodyOf(method, path));
            if (isRequest)
            {
                api.Answer = new OperatorAnswer(OperatorOutcome.Refused, new Reason("because", "of something"));
                await ExpectAsync(409, BodyOf(method, path));
                api.Answer = new OperatorAnswer(OperatorOutcome.Unknown, new Reason("timed-out", "nobody knows"));
                await ExpectAsync(504, BodyOf(method, path));
                await ExpectAsync(400, """{"nonsense":1}""");
                await ExpectAsync(415, "{}", type: "text/plain");
                await ExpectAsync(413, new string(' ', 20_000));
            }

            await ExpectAsync(400, BodyOf(method, path), query: "?nonsense=1");
            if (path.Contains("{member}", StringComparison.Ordinal))
            {
                await ExpectAsync(404, BodyOf(method, path), member: "nobody");
                await ExpectAsync(404, BodyOf(method, path), member: "2b");
            }

            var security = operation.GetProperty("security").EnumerateArray().ToList();
            if (security.Count > 0)
            {
                await ExpectAsync(401, BodyOf(method, path), token: "unknown");
                var open = security.Any(s => !s.EnumerateObject().Any());
                var asked = isRequest && open ? """{"dryRun":true}""" : BodyOf(method, path);
                api.Answer = new OperatorAnswer(OperatorOutcome.Done, new Reason("done", "it is"));
                await ExpectAsync(open ? 200 : 401, asked, token: "");
            }

            async Task ExpectAsync(
                int status, string body, string member = "db2", string query = "", string token = RunningApi.Token, string type = "application/json")
            {
                tried++;
                using var request = new HttpRequestMessage(
                    new HttpMethod(method.ToUpperInvariant()), path.Replace("{member}", member, StringComparison.Ordinal) + query);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                if (token.Length == 0)
                {
                    _ = request.Headers.Remove("Authorization");
                    api.Client.DefaultRequestHeaders.Authorization = null;
                }

                request.Content = isRequest && body.Length > 0 ? new StringContent(body, Encoding.UTF8, type) : null;
                using var response = await api.Client.SendAsync(request);
                api.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", RunningApi.Token);
                var text = await response.Content.ReadAsStringAsync();
                Assert.True(status == (int)response.StatusCode, $"{place} {body}: {(int)response.StatusCode} instead of {status}: {text}");
                Assert.True(
                    operation.GetProperty("responses").TryGetProperty($"{status}", out var promised), $"{place} does not say that it answers {status}");
                var schema = promised.GetProperty("content").GetProperty(response.Content.Headers.ContentType!.MediaType!).GetProperty("schema");
                Assert.Empty(check.Against(schema, JsonDocument.Parse(text).RootElement, place));
            }
        }

        Assert.InRange(tried, 80, 1000);
    }

    [Fact]
    public async Task What_is_not_in_the_document_is_not_there()
    {
        await using var api = await StartAsync();
        var document = await api.JsonAsync("/v1/openapi.json");
        var described = Operations(document).Select(o => (o.Method, o.Path)).ToHashSet();
        foreach (var path in described.Select(d => d.Path).Distinct().ToList())
        {
            foreach (var method in Methods.Where(m => !described.Contains((m, path))))
            {
                var (status, _, _) = await api.SendAsync(new HttpMethod(method.ToUpperInvariant()), path.Replace("{member}", "2", StringComparison.Ordinal));
                Assert.True(status == 405, $"{method} {path}: {status}");
            }
        }

        Assert.Equal(404, (await api.SendAsync(HttpMethod.Get, "/v1/nonsense")).Status);
        Assert.Empty(api.Asked);
    }

    [Fact]
    public async Task Every_verb_of_the_command_line_has_its_twin()
    {
        await using var api = await StartAsync();
        var twins = Operations(await api.JsonAsync("/v1/openapi.json"))
            .Where(o => o.Operation.TryGetProperty("x-mysqlha-command", out _))
            .Select(o => o.Operation.GetProperty("x-mysqlha-command").GetString()!.Split(' ')[0]);
        var commands = MysqlhaCommand.Build((_, _) => Task.FromResult(0), (_, _) => 0).Subcommands.Select(c => c.Name);
        Assert.Equal(commands.Except(WithoutTwin).Order(), twins.Distinct().Order());
    }

    [Theory]
    [InlineData("POST", "/v1/switchover", """{"to":"db2","seenEpoch":7}""", "SwitchoverRequest { SeenEpoch = 7, To = 2b000000 }")]
    [InlineData("POST", "/v1/switchover", "", "SwitchoverRequest { SeenEpoch = 0, To =  }")]
    [InlineData("POST", "/v1/switchover", """{"to":"3","dryRun":true}""", "SwitchoverCheckRequest { SeenEpoch = 0, To = 2b300000 }")]
    [InlineData("POST", "/v1/members", """{"address":"10.0.0.14","votes":false}""",
        "AddRequest { SeenEpoch = 0, Host = 10.0.0.14, Port = 9638, Votes = False }")]
    [InlineData("PUT", "/v1/members/2b3/vote", """{"votes":true}""", "VotingRequest { SeenEpoch = 0, Node = 2b300000, Votes = True }")]
    [InlineData("DELETE", "/v1/members/2b3", "", "RemoveRequest { SeenEpoch = 0, Node = 2b300000, DryRun = False }")]
    [InlineData("POST", "/v1/members/127.0.61.2/reinit", """{"seenEpoch":7}""", "ReinitRequest { SeenEpoch = 7, Node = 2b000000 }")]
    [InlineData("PUT", "/v1/voters", """{"count":5}""", "VotersRequest { SeenEpoch = 0, Count = 5 }")]
    [InlineData("DELETE", "/v1/pause", "", "PauseRequest { SeenEpoch = 0, Paused = False }")]
    public async Task What_is_asked_reaches_the_cluster(string method, string path, string body, string expected)
    {
        await using var api = await StartAsync();
        Assert.Equal(200, await SendAsync(api, method, path, body));
        Assert.Equal(expected, Assert.Single(api.Asked).ToString());
    }

    [Theory]
    [InlineData("POST", "/v1/switchover", """{"to":"db"}""")]
    [InlineData("POST", "/v1/switchover", """{"to":2}""")]
    [InlineData("POST", "/v1/switchover", """{"verb":"step-down"}""")]
    [InlineData("POST", "/v1/switchover", """{"at":"2099-01-01T00:00Z","inMilliseconds":1}""")]
    [InlineData("POST", "/v1/switchover", """{"at":"2099-01-01T00:00:00"}""")]
    [InlineData("POST", "/v1/switchover", """{"at":"2099-01-01"}""")]
    [InlineData("PUT", "/v1/voters", "")]
    [InlineData("PUT", "/v1/voters", """{"count":4}""")]
    [InlineData("PUT", "/v1/pause", """{"paused":true}""")]
    public async Task What_is_not_wholly_understood_is_no_request(string method, string path, string body)
    {
        await using var api = await StartAsync();
        Assert.Equal(400, await SendAsync(api, method, path, body));
        Assert.Empty(api.Asked);
    }

    [Fact]
    public void A_document_that_says_something_else_is_found()
    {
        var doctored = JsonDocument.Parse("""
            {"s":{"type":"object","properties":{"a":{"type":["string","null"]},"n":{"$ref":"#/w"}},"required":["a"]},"w":{"enum":["x"]}}
            """).RootElement;
        var check = new SchemaCheck(doctored);
        string[] Against(string json) => [.. check.Against(doctored.GetProperty("s"), JsonDocument.Parse(json).RootElement)];
        Assert.Empty(Against("""{"a":null,"n":"x"}"""));
        Assert.Equal("$: a is missing", Assert.Single(Against("{}")));
        Assert.Equal("$: b is not in the schema", Assert.Single(Against("""{"a":"","b":1}""")));
        Assert.Equal("$.a: Number is not [\"string\",\"null\"]", Assert.Single(Against("""{"a":1}""")));
        Assert.Single(Against("""{"a":"","n":"y"}"""));
        Assert.Single(Against("[]"));
    }

    private static async Task<RunningApi> StartAsync()
    {
        var api = await RunningApi.StartAsync(View);
        api.Book.Add(DateTimeOffset.UnixEpoch, [new ClusterEvent("epoch-opened", "db1 leads", EventScope.Cluster, SampleCluster.Id1, 7)]);
        api.Book.Add(DateTimeOffset.UnixEpoch, [new ClusterEvent("started", "it did", EventScope.Node)]);
        return api;
    }

    private static async Task<int> SendAsync(RunningApi api, string method, string path, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body.Length == 0 ? null : new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await api.Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private static string BodyOf(string method, string path) =>
        FileTargets.V1Bodies.FirstOrDefault(b => b.Method.Equals(method, StringComparison.OrdinalIgnoreCase) && b.Path == path).Body ?? "";

    private static IEnumerable<(string Method, string Path, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (operation.Name, path.Name, operation.Value);
}
