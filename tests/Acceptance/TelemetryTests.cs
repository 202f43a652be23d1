using System.Text.Json;
using MySqlHa.Tests.Telemetry;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>What receivers are told of a real failover: by webhook, and as a trace.</summary>
[Collection(AgentRoom.Name)]
#pragma warning disable CA1001 // xunit disposes of it by IAsyncLifetime
public sealed class TelemetryTests(ITestOutputHelper output) : IAsyncLifetime
#pragma warning restore CA1001
{
    private const string Secret = "a-secret-of-this-test";
    private static readonly int[] Lasts = [84, 85, 86];
    private readonly string _home = Directory.CreateTempSubdirectory("ha").FullName;
    private readonly List<AgentNode> _nodes = [];
    private readonly Receiver _receiver = new($"{AgentNode.Address(87)}:9700");

    public async Task InitializeAsync()
    {
        var secret = Path.Combine(_home, "hook.secret");
        await File.WriteAllTextAsync(secret, Secret + "\n");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var last in Lasts)
        {
            var node = new AgentNode(_home, last, Lasts.Where(l => l != last));
            node.Configure(
                RealMysqld.MysqldOnThisMachine.Mysqld, Lasts.Where(l => l != last),
                $"webhooks: [{{url: 'http://{_receiver.Host}/hook?token=hidden', events: '*', secret-file: {secret}}}]",
                $"telemetry: {{otlp: 'http://{_receiver.Host}', headers: {{x-key: hidden}}}}");
            _nodes.Add(node);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _receiver.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    /// <summary>The receiver refuses at first: nothing is lost by that.</summary>
    [Fact]
    public async Task A_failover_comes_to_the_webhook_and_to_the_collector_though_both_were_away_at_first()
    {
        _receiver.Answer = n => n < 5 ? 503 : 200;
        _nodes.ForEach(n => n.Start());
        AgentNode? leader = null;
        await _nodes[0].UntilAsync(
            "a leader is writable",
            async () => await _nodes[0].LeaderAsync() is { Length: > 0 } host && (leader = _nodes.Single(n => n.Host == host)) is not null,
            within: 120);
        await _receiver.UntilAsync("the first epoch is told", _ => Bodies("epoch-established").Any(b => b.Epoch == 1), within: 60);

        var before = DateTimeOffset.UtcNow;
        await leader!.KillAsync();
        await _receiver.UntilAsync(
            "the failover is told", _ => Bodies("phases").Any(b => b.Epoch == 2) && Traces().Count > 0, within: 60);
        var after = DateTimeOffset.UtcNow;

        foreach (var code in new[] { "epoch-closed", "epoch-opened", "epoch-established", "phases" })
        {
            var told = Bodies(code).Where(b => b.Epoch == (code == "epoch-closed" ? 1 : 2)).ToList();
            output.WriteLine($"{code}: {told.Count} times, {told[0].Text}");
            _ = Assert.Single(told.Select(b => b.Id).Distinct());
        }

        Assert.All(_receiver.Requests.Where(r => r.Path == "/hook"), r => Assert.True(WebhookTests.IsSigned(r, Secret, within: 300)));
        var spans = Traces().First();
        output.WriteLine(string.Join('\n', spans.Select(s => s.ToString())));
        var root = Assert.Single(spans, s => s.GetProperty("name").GetString() == "change of leader");
        Assert.False(root.TryGetProperty("parentSpanId", out _));
        Assert.Equal("2", Attribute(root, "mysqlha.epoch"));
        Assert.Equal(leader.Host, Attribute(root, "mysqlha.leader.old.address"));
        Assert.NotEqual(leader.Host, Attribute(root, "mysqlha.leader.new.address"));
        Assert.InRange(Time(root, "startTimeUnixNano"), before.AddMilliseconds(-50), after);
        Assert.InRange(Time(root, "endTimeUnixNano"), Time(root, "startTimeUnixNano"), after);
        var writable = Assert.Single(spans, s => s.GetProperty("name").GetString() == "writable");
        Assert.Equal(root.GetProperty("spanId").GetString(), writable.GetProperty("parentSpanId").GetString());
        Assert.Equal("hidden", _receiver.Requests.First(r => r.Path == "/v1/traces").Headers["x-key"]);
        Assert.All(_nodes, n => Assert.DoesNotContain("hidden", n.Printed, StringComparison.Ordinal));
        Assert.All(_nodes, n => Assert.DoesNotContain(Secret, n.Printed, StringComparison.Ordinal));
    }

    private static string? Attribute(JsonElement span, string key)
    {
        var given = span.GetProperty("attributes").EnumerateArray().Single(a => a.GetProperty("key").GetString() == key);
        return given.GetProperty("value").EnumerateObject().Single().Value.GetString();
    }

    private static DateTimeOffset Time(JsonElement span, string name) => DateTimeOffset.UnixEpoch.AddTicks(
        long.Parse(span.GetProperty(name).GetString()!, System.Globalization.CultureInfo.InvariantCulture) / 100);

    private List<(string Id, string Text, long Epoch)> Bodies(string code) =>
    [
        .. from request in _receiver.Requests
           where request.Path == "/hook" && request.Headers["MySqlHa-Event"] == code
           let body = JsonDocument.Parse(request.Body).RootElement
           select (body.GetProperty("id").GetString()!, body.GetProperty("text").GetString()!, body.GetProperty("epoch").GetInt64()),
    ];

    private List<List<JsonElement>> Traces() =>
    [
        .. from request in _receiver.Requests
           where request.Path == "/v1/traces"
           let scope = JsonDocument.Parse(request.Body).RootElement.GetProperty("resourceSpans")[0].GetProperty("scopeSpans")[0]
           select scope.GetProperty("spans").EnumerateArray().ToList(),
    ];
}
