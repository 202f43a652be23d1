using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Node;
using MySqlHa.Telemetry;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Telemetry;

/// <summary>A change of leader as OTLP has it, decoded as a collector does.</summary>
public sealed class ChangeTraceTests
{
    private static readonly ClusterView View = SampleCluster.SeenByFollower; // node 2, which controls

    private static EpochView Epoch => View.History[^1];

    [Fact]
    public void The_whole_and_each_phase_are_spans_at_their_time_of_day()
    {
        var spans = Spans(ChangeTrace.Of(Epoch, View, "1.2.3")!);

        // Open 46 ms after mysqld's end, and opened at 13:00:01: so it ended at 13:00:00.954.
        var zero = Epoch.OpenedAt.AddMilliseconds(-46);
        Assert.Equal(["change of leader", "detect", "close", "open", "writable", "established"], spans.Select(s => Text(s, "name")));
        Assert.Equal([0, 0, 4, 12, 46, 110], spans.Select(s => (int)(Time(s, "startTimeUnixNano") - zero).TotalMilliseconds));
        Assert.Equal([1234, 4, 12, 46, 110, 1234], spans.Select(s => (int)(Time(s, "endTimeUnixNano") - zero).TotalMilliseconds));
        Assert.All(spans.Skip(1), s => Assert.Equal(Text(spans[0], "spanId"), Text(s, "parentSpanId")));
        _ = Assert.Single(spans.Select(s => Text(s, "traceId")).Distinct());
        Assert.All(spans, s => Assert.Equal((32, 16), (Text(s, "traceId").Length, Text(s, "spanId").Length)));
        Assert.Equal(spans.Count, spans.Select(s => Text(s, "spanId")).Distinct().Count());

        var facts = spans[0].GetProperty("attributes").EnumerateArray().ToDictionary(
            a => Text(a, "key"), a => a.GetProperty("value").EnumerateObject().Single().Value.GetString());
        Assert.Equal("7", facts["mysqlha.epoch"]);
        Assert.Equal(("db1", "db3"), (facts["mysqlha.leader.new"], facts["mysqlha.leader.old"]));
        Assert.Equal("the leader of epoch 6 died", facts["mysqlha.reason"]);
        Assert.Equal("mysqld-end", facts["mysqlha.counted_from"]);
    }

    [Fact]
    public void Two_controllers_tell_one_trace_and_another_epoch_another()
    {
        string TraceOf(EpochView epoch, ClusterView view) => Text(Spans(ChangeTrace.Of(epoch, view, "1")!)[0], "traceId");
        Assert.Equal(TraceOf(Epoch, View), TraceOf(Epoch, SampleCluster.SeenByLeader));
        Assert.NotEqual(TraceOf(Epoch, View), TraceOf(Epoch with { Number = 8 }, View));
    }

    [Fact]
    public void What_nobody_saw_is_no_trace()
    {
        Assert.Null(ChangeTrace.Of(View.History[0], View, "1"));
        Assert.Null(ChangeTrace.Of(Epoch with { Phases = Epoch.Phases! with { Open = null } }, View, "1"));
    }

    [Fact]
    public async Task A_collector_that_was_away_gets_it_when_it_is_back_from_the_controller_alone()
    {
        await using var receiver = new Receiver("127.0.61.35:9700") { Answer = n => n < 2 ? 503 : 200 };
        var none = ImmutableSortedDictionary<string, string>.Empty;
        var target = new TraceTarget(new Uri($"http://{receiver.Host}/v1/traces"), none, "1");
        var (controls, follows) = (new EventBook(100), new EventBook(100));
        await using var one = Start(controls, View, target);
        await using var other = Start(follows, SampleCluster.SeenByLeader, target); // node 1, which does not control
        ClusterEvent[] phases = [new("phases", "x", EventScope.Cluster, SampleCluster.Id1, 7) { Index = 130 }];
        follows.Add(DateTimeOffset.UtcNow, phases);
        controls.Add(DateTimeOffset.UtcNow, phases);

        await receiver.UntilAsync("it is taken", _ => one.Counters.Single(c => c.Key == "traces_sent").Value == 1);
        Assert.Equal(3, receiver.Requests.Count);
        Assert.Equal(0, other.Counters.Single(c => c.Key == "traces_sent").Value);
        Assert.Equal("application/json", receiver.Requests.First().Headers["Content-Type"]);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318", "http://c:4318/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/x/", "http://c:4318/x/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c:4318/own", "http://c:4318/own")]
    [InlineData("OTHER", "http://c:4318", null)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "c:4318", null)]
    public void The_variables_of_opentelemetry_are_heard(string name, string value, string? url)
    {
        var problems = new List<ConfigurationProblem>();
        var variables = new Dictionary<string, string> { [name] = value, ["OTEL_EXPORTER_OTLP_HEADERS"] = "a=b%20c, d=e" };
        var file = new OptionsReader(new Dictionary<string, RawValue>(), problems);
        var read = TelemetrySettings.Read(file, variables.GetValueOrDefault, problems);

        Assert.Equal(url, read?.Traces.AbsoluteUri);
        Assert.Equal(value == "c:4318" ? 1 : 0, problems.Count);
        Assert.Equal(read is null ? "" : "a=b c; d=e", string.Join("; ", read?.Headers.Select(h => $"{h.Key}={h.Value}") ?? []));
    }

    private static EventTeller Start(EventBook book, ClusterView view, TraceTarget target) =>
        EventTeller.Start(book, () => view, [], target, NullLogger.Instance, TimeSpan.FromMilliseconds(10))!;

    private static List<JsonElement> Spans(byte[] json)
    {
        var resource = JsonDocument.Parse(json).RootElement.GetProperty("resourceSpans")[0];
        return [.. resource.GetProperty("scopeSpans")[0].GetProperty("spans").EnumerateArray()];
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static DateTimeOffset Time(JsonElement span, string name) =>
        DateTimeOffset.UnixEpoch.AddTicks(long.Parse(Text(span, name), CultureInfo.InvariantCulture) / 100);
}
