using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlHa.Api;
using MySqlHa.Cluster;
using MySqlHa.Tests.Storage;
using Xunit;

namespace MySqlHa.Tests.Api;

/// <summary>Who may do what, by which token.</summary>
public sealed class AccessTests : IDisposable
{
    private const string Admin = "mha_admin";
    private const string Reader = "mha_reader";

    private readonly TemporaryDirectory _directory = new();

    public AccessTests() => Write($"{TokenText.Line("anna", "admin", Admin)}\n{TokenText.Line("graphs", "read", Reader)}\n");

    private AccessOptions Options => new() { RingTokens = [RunningApi.Token], TokensPath = _directory.File("tokens") };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(null, 401, "token-missing")]
    [InlineData("", 401, "token-unknown")]
    [InlineData("nonsense", 401, "token-unknown")]
    [InlineData("mha_admin ", 200, null)]
    [InlineData("mha_admi", 401, "token-unknown")]
    [InlineData(Reader, 403, "role-missing")]
    [InlineData(Admin, 200, null)]
    [InlineData(RunningApi.Token, 200, null)]
    public async Task A_change_needs_the_token_of_an_admin_though_it_comes_from_here(string? token, int status, string? code)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, Options);
        foreach (var path in new[] { "/operator", "/v1/step-down" })
        {
            api.Asked.Clear();
            var body = path == "/operator" ? """{"verb":"step-down","seenEpoch":7}""" : """{"seenEpoch":7}""";

            var (got, text, challenge) = await SendAsync(api, HttpMethod.Post, path, token, body);

            Assert.Equal(status, got);
            Assert.Equal(status == 401, challenge is not null);
            Assert.Equal(code, status == 200 ? null : JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
            Assert.Equal(status == 200 ? [new StepDownRequest(7)] : [], api.Asked);
        }
    }

    [Fact]
    public async Task The_name_of_the_token_and_the_address_go_along_with_the_request()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, Options);
        _ = await SendAsync(api, HttpMethod.Put, "/v1/pause", Admin);
        _ = await SendAsync(api, HttpMethod.Delete, "/v1/pause", RunningApi.Token);

        Assert.Equal(["anna", "ring"], api.Callers.Select(c => c.Name));
        Assert.All(api.Callers, c => Assert.True(c is { Role: "admin" } && IPAddress.Parse(c.From).ToString().StartsWith("127.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_dry_run_changes_nothing_and_needs_no_more_than_a_look()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, Options);
        Assert.Equal(200, (await SendAsync(api, HttpMethod.Post, "/v1/switchover", null, """{"dryRun":true}""")).Status);
        Assert.Equal(200, (await SendAsync(api, HttpMethod.Post, "/v1/drill", Reader, """{"dryRun":true}""")).Status);
        Assert.Equal(401, (await SendAsync(api, HttpMethod.Post, "/v1/switchover", null, """{"dryRun":false}""")).Status);
        Assert.Equal(403, (await SendAsync(api, HttpMethod.Post, "/v1/drill", Reader, "{}")).Status);
        Assert.Equal([new SwitchoverCheckRequest(0, null), new DrillRequest(0, DryRun: true)], api.Asked);
    }

    [Theory]
    [InlineData("/view", null, 401)]
    [InlineData("/metrics", null, 401)]
    [InlineData("/census", null, 401)]
    [InlineData("/v1/cluster", null, 401)]
    [InlineData("/v1/events", null, 401)]
    [InlineData("/v1/cluster", "nonsense", 401)]
    [InlineData("/v1/cluster", Reader, 200)]
    [InlineData("/metrics", Reader, 200)]
    [InlineData("/census", Admin, 200)]
    [InlineData("/leader", null, 200)]
    [InlineData("/services/mysql/production/health", null, 200)]
    [InlineData("/leader", "nonsense", 200)]
    [InlineData("/v1/openapi.json", null, 200)]
    [InlineData("/", null, 200)]
    public async Task Where_reading_asks_for_a_token_load_balancers_need_none(string path, string? token, int status)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, Options with { ReadNeedsToken = true });
        Assert.Equal(status, (await SendAsync(api, HttpMethod.Get, path, token)).Status);
    }

    [Fact]
    public async Task Where_it_is_not_said_everybody_reads_but_a_token_that_is_sent_has_to_be_one()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, Options);
        Assert.Equal(200, (await SendAsync(api, HttpMethod.Get, "/v1/cluster", null)).Status);
        Assert.Equal(401, (await SendAsync(api, HttpMethod.Get, "/v1/cluster", "nonsense")).Status);
    }

    [Fact]
    public async Task The_file_is_read_again_and_a_token_that_was_taken_out_is_refused_at_once()
    {
        var told = new List<string>();
        var options = Options with { OnProblem = told.Add };
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, options);
        Assert.Equal(200, (await SendAsync(api, HttpMethod.Put, "/v1/pause", Admin)).Status);

        Write($"{TokenText.Line("bert", "admin", "mha_other")}\n");
        Assert.Equal(401, (await SendAsync(api, HttpMethod.Put, "/v1/pause", Admin)).Status);
        Assert.Equal(200, (await SendAsync(api, HttpMethod.Put, "/v1/pause", "mha_other")).Status);

        Write($"{TokenText.Line("bert", "admin", "mha_other")}\nmha_pasted_by_mistake\n");
        Assert.Equal(200, (await SendAsync(api, HttpMethod.Put, "/v1/pause", "mha_other")).Status);
        Assert.Equal(200, (await SendAsync(api, HttpMethod.Put, "/v1/pause", RunningApi.Token)).Status);
        await UntilAsync(() => told.Count == 1);
        Assert.Contains("line 2 is none of a token", told[0], StringComparison.Ordinal);
        Assert.Contains("1 from before are in force", told[0], StringComparison.Ordinal);
        Assert.DoesNotContain("pasted", told[0], StringComparison.Ordinal);

        File.Delete(_directory.File("tokens"));
        Assert.Equal(200, (await SendAsync(api, HttpMethod.Put, "/v1/pause", "mha_other")).Status);
        Write("");
        Assert.Equal(401, (await SendAsync(api, HttpMethod.Put, "/v1/pause", "mha_other")).Status);
        await UntilAsync(() => told[^1].Length == 0);
    }

    [Theory]
    [InlineData("192.0.2.7", false, 403)]
    [InlineData("::ffff:192.0.2.7", false, 403)]
    [InlineData("192.0.2.7", true, null)]
    [InlineData("127.0.0.1", false, null)]
    [InlineData("::ffff:127.0.0.3", false, null)]
    [InlineData("::1", false, null)]
    public async Task A_token_that_came_over_a_wire_in_plain_is_not_taken(string remote, bool tls, int? status)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(remote);
        context.Request.Scheme = tls ? "https" : "http";
        context.Request.Headers.Authorization = $"Bearer {Admin}";
        context.Response.Body = new MemoryStream();

        var caller = await new Access(Options, NullLogger.Instance).CallerAsync(context, changes: true);

        Assert.Equal(status is null, caller is not null);
        Assert.Equal(status ?? 200, context.Response.StatusCode);
        if (status is not null)
        {
            Assert.Contains("token-in-plain", Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Who_guesses_is_logged_once_and_counted()
    {
        var refused = new RefusedCallers(NullLogger.Instance, TimeProvider.System);
        for (var i = 0; i < 10_000; i++)
        {
            refused.Note($"10.0.{i % 100}.{i / 100}", "token-unknown", "no such token");
        }

        Assert.Equal(10_000, refused.Count);
    }

    [Theory]
    [InlineData("anna admin sha256:12", "line 1 is none of a token")]
    [InlineData("anna chief sha256:0000000000000000000000000000000000000000000000000000000000000000", "line 1: the role is not allowed")]
    [InlineData("ring admin sha256:0000000000000000000000000000000000000000000000000000000000000000", "line 1: the name is not allowed")]
    [InlineData("\n#x\na;b read sha256:0000000000000000000000000000000000000000000000000000000000000000", "line 3: the name is not allowed")]
    public void A_line_that_is_wrong_is_named_and_not_quoted(string text, string says) =>
        Assert.Contains(says, Assert.Throws<FormatException>(() => TokenFile.Parse(text)).Message, StringComparison.Ordinal);

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var until = DateTime.UtcNow.AddSeconds(20); !condition();)
        {
            Assert.True(DateTime.UtcNow < until, "it did not come about within 20 s");
            await Task.Delay(20);
        }
    }

    private static async Task<(int Status, string Body, string? Challenge)> SendAsync(
        RunningApi api, HttpMethod method, string path, string? token, string? json = null)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(method, new Uri(api.Address, path));
        if (token is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}"));
        }

        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await client.SendAsync(request);
        var challenge = response.Headers.WwwAuthenticate.FirstOrDefault()?.ToString();
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), challenge);
    }

    private void Write(string text)
    {
        // As people's tools do: the new file takes the old one's place.
        File.WriteAllText(_directory.File("tokens.new"), text);
        File.Move(_directory.File("tokens.new"), _directory.File("tokens"), overwrite: true);
    }
}
