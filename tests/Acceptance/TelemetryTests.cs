using System.Collections.Immutable;
using System.Text.Json;
using MySqlHa.Tests.Telemetry;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>What receivers are told of a real failover: by webhook, and as a trace.</summary>
[Collection(AgentRoom.Name)]
#pragma warning disable CA1001 // xunit disposes of it by IAsyncLifetime
public sealed class TelemetryTests(ITestOutputHelper output) : OwnAgents
#pragma warning restore CA1001
{
    private const string Secret = "a-secret-of-this-test";
    private static readonly int[] Lasts = [84, 85, 86];
    private readonly Receiver _receiver = new($"{AgentNode.Address(87)}:9700");

    public override async Task InitializeAsync()
    {
        var secret = Path.Combine(Home, "hook.secret");
        await File.WriteAllTextAsync(secret, Secret + "\n");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var last in Lasts)
        {
            var node = new AgentNode(Home, last, Lasts.Where(l => l != last));
            node.Configure(
                RealMysqld.MysqldOnThisMachine.Mysqld, Lasts.Where(l => l != last),
                $"webhooks: [{{url: 'http://{_receiver.Host}/hook?token=hidden', events: '*', secret-file: {secret}}}]",
                $"telemetry: {{otlp: 'http://{_receiver.Host}', headers: {{x-key: hidden}}}}");
            Nodes.Add(node);
        }
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    /// <summary>The receiver refuses at first: nothing is lost by that.</summary>
    [Fact]
    public async Task A_failover_comes_to_the_webhook_and_to_the_collector_though_both_were_away_at_first()
    {
        _receiver.Answer = n => n < 5 ? 503 : 200;
        var leader = await AgentNode.StartAsync(Nodes);
        await _receiver.UntilAsync("the first epoch is told", _ => Bodies("epoch-established").Any(b => b.Epoch == 1), within: 60);

        var before = DateTimeOffset.UtcNow;
        await leader.KillAsync();
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
        var root = Assert.Single(spans, s => s.Name == "change of leader");
        Assert.Equal("", root.ParentId);
        Assert.Equal(2L, root.Attributes["mysqlha.epoch"]);
        Assert.Equal(leader.Host, root.Attributes["mysqlha.leader.old.address"]);
        Assert.NotEqual(leader.Host, root.Attributes["mysqlha.leader.new.address"]);
        Assert.InRange(root.Start, before.AddMilliseconds(-50), after);
        Assert.InRange(root.End, root.Start, after);
        Assert.Equal(root.SpanId, Assert.Single(spans, s => s.Name == "writable").ParentId);
        Assert.Equal("hidden", _receiver.Requests.First(r => r.Path == "/v1/traces").Headers["x-key"]);
        Assert.Contains(Nodes, n => n.Runs && Loaded(n).Contains("OpenTelemetry", StringComparison.Ordinal));
        Assert.All(Nodes, n => Assert.DoesNotContain("hidden", n.Printed, StringComparison.Ordinal));
        Assert.All(Nodes, n => Assert.DoesNotContain(Secret, n.Printed, StringComparison.Ordinal));
    }

    /// <summary>What it costs is paid with the first trace, and by nobody who sends none.</summary>
    [Fact]
    public async Task Opentelemetrys_library_is_not_loaded_before_there_is_a_trace()
    {
        Nodes[0].Start();
        await Nodes[0].UntilAsync("it answers", async () => (await Nodes[0].ViewAsync()).ValueKind == JsonValueKind.Object, within: 30);
        Assert.Contains("mysqlha.dll", Loaded(Nodes[0]), StringComparison.Ordinal);
        Assert.DoesNotContain("OpenTelemetry", Loaded(Nodes[0]), StringComparison.Ordinal);
    }

    private static string Loaded(AgentNode node) => File.ReadAllText($"/proc/{node.Pid}/maps");

    private List<(string Id, string Text, long Epoch)> Bodies(string code) =>
    [
        .. from request in _receiver.Requests
           where request.Path == "/hook" && request.Headers["MySqlHa-Event"] == code
           let body = JsonDocument.Parse(request.Body).RootElement
           select (body.GetProperty("id").GetString()!, body.GetProperty("text").GetString()!, body.GetProperty("epoch").GetInt64()),
    ];

    private List<ImmutableArray<OtlpSpan>> Traces() =>
        [.. _receiver.Requests.Where(r => r.Path == "/v1/traces").Select(r => OtlpTrace.Of(r.Body).Spans)];
}
