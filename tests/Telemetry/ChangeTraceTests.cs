using System.Collections.Immutable;
using System.Diagnostics;
using MySqlHa.Cluster;
using MySqlHa.Node;
using MySqlHa.Telemetry;
using MySqlHa.Tests.Api;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.Telemetry;

/// <summary>A change of leader as it comes to a collector, over HTTP and by gRPC, decoded as collectors do.</summary>
public sealed class ChangeTraceTests
{
    private const string Method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private static readonly ClusterView View = SampleCluster.SeenByFollower; // node 2, which controls

    private readonly EventBook _book = new(100);
    private readonly RecordedLog _log = new();

    private static EpochView Epoch => View.History[^1];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_whole_and_each_phase_are_spans_at_their_time_of_day(bool grpc)
    {
        await using var receiver = new Receiver("127.0.61.41:9700", grpc);
        await using var teller = Start(receiver.Host, grpc);
        Tell(_book);
        var request = Assert.Single(await receiver.UntilAsync("it is sent", r => r.Count == 1));
        var trace = OtlpTrace.Of(request.Body);
        var spans = trace.Spans;

        Assert.Equal(grpc ? Method : "/v1/traces", request.Path);
        Assert.Equal(grpc ? "application/grpc" : "application/x-protobuf", request.Headers["Content-Type"]);
        Assert.Equal(("mysqlha", "1.2.3"), (trace.Scope, trace.ScopeVersion));
        Assert.Equal(("mysqlha", "1.2.3"), (trace.Resource["service.name"], trace.Resource["service.version"]));
        Assert.Equal(SampleCluster.Id2.Hex, trace.Resource["service.instance.id"]);
        Assert.Equal(
            (View.ClusterId, "mysql.production"), (trace.Resource["mysqlha.cluster_id"], trace.Resource["mysqlha.service_group"]));

        // Open 46 ms after mysqld's end, and opened at 13:00:01: so it ended at 13:00:00.954.
        var zero = Epoch.OpenedAt.AddMilliseconds(-46);
        Assert.Equal(["change of leader", "detect", "close", "open", "writable", "established"], spans.Select(s => s.Name));
        Assert.Equal([0, 0, 4, 12, 46, 110], spans.Select(s => (int)(s.Start - zero).TotalMilliseconds));
        Assert.Equal([1234, 4, 12, 46, 110, 1234], spans.Select(s => (int)(s.End - zero).TotalMilliseconds));
        Assert.Equal("", spans[0].ParentId);
        Assert.All(spans.Skip(1), s => Assert.Equal(spans[0].SpanId, s.ParentId));
        _ = Assert.Single(spans.Select(s => s.TraceId).Distinct());
        Assert.All(spans, s => Assert.Equal((32, 16, 1, 1), (s.TraceId.Length, s.SpanId.Length, s.Kind, s.Status)));
        Assert.Equal(spans.Length, spans.Select(s => s.SpanId).Distinct().Count());
        Assert.Equal(46L, spans[3].Attributes["mysqlha.phase.until_ms"]);

        var facts = spans[0].Attributes;
        Assert.Equal(7L, facts["mysqlha.epoch"]);
        Assert.Equal(("db1", "db3"), (facts["mysqlha.leader.new"], facts["mysqlha.leader.old"]));
        Assert.Equal(SampleCluster.Id1.Hex, facts["mysqlha.leader.new.id"]);
        Assert.Equal("127.0.61.3", facts["mysqlha.leader.old.address"]);
        Assert.Equal("the leader of epoch 6 died", facts["mysqlha.reason"]);
        Assert.Equal("mysqld-end", facts["mysqlha.counted_from"]);
    }

    [Fact]
    public async Task Two_controllers_tell_one_trace_and_another_epoch_another()
    {
        await using var receiver = new Receiver("127.0.61.42:9700");
        foreach (var (epoch, view) in new[] { (Epoch, View), (Epoch, SampleCluster.SeenByLeader), (Epoch with { Number = 8 }, View) })
        {
            using var exporter = new TraceExporter(Target(receiver.Host, grpc: false), view);
            Assert.True((await exporter.PostOf(epoch, view, "phases")!.TryAsync(CancellationToken.None)).Taken);
        }

        var ids = receiver.Requests.Select(r => OtlpTrace.Of(r.Body).Spans[0].TraceId).ToList();
        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[0], ids[2]);
        // By agents of before too, which made it so.
        Assert.Equal("c461b6c74749485cb8c00f506117cdbb", ids[0]);
    }

    [Fact]
    public void What_nobody_saw_is_no_trace_and_nothing_else_of_the_process_is_traced()
    {
        using var exporter = new TraceExporter(Target("127.0.61.43:9", grpc: false), View);
        Assert.Null(exporter.PostOf(View.History[0], View, "phases"));
        Assert.Null(exporter.PostOf(Epoch with { Phases = Epoch.Phases! with { Open = null } }, View, "phases"));

        using var ours = new ActivitySource("mysqlha");
        Assert.True(ours.HasListeners());
        foreach (var other in new[] { "Microsoft.AspNetCore", "System.Net.Http", "MySqlConnector", "" })
        {
            using var source = new ActivitySource(other);
            Assert.False(source.HasListeners(), other);
        }
    }

    [Theory]
    [InlineData(false, 503, "it answers 503")]
    [InlineData(true, 14, "it answers Unavailable")]
    public async Task A_collector_that_was_away_gets_it_when_it_is_back_from_the_controller_alone(bool grpc, int status, string why)
    {
        await using var receiver = new Receiver("127.0.61.44:9700", grpc) { Answer = n => n < 2 ? status : grpc ? 0 : 200 };
        var follows = new EventBook(100);
        await using var one = Start(receiver.Host, grpc);
        // Node 1, which does not control.
        await using var other = EventTeller.Start(
            follows, () => SampleCluster.SeenByLeader, [], Target(receiver.Host, grpc), _log, TimeSpan.FromMilliseconds(10))!;
        Tell(follows);
        Tell(_book);

        await receiver.UntilAsync("it is taken", _ => Count(one, "sent") == 1);
        Assert.Equal(3, receiver.Requests.Count);
        Assert.Equal((2, 0, 0), (Count(one, "failed"), Count(one, "given_up"), Count(one, "refused")));
        Assert.Equal(0, Count(other, "sent"));
        // The very same, its spans too: a collector that took it and did not get to say so knows them.
        Assert.All(receiver.Requests, r => Assert.Equal(receiver.Requests.First().Body, r.Body));
        Assert.Contains($"The collector at http://127.0.61.44:9700 does not take an event: {why}; it is tried for an hour", _log.All);
        Assert.Contains("takes events again", _log.All);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_collector_that_nobody_started_yet_gets_it_when_it_is_there(bool grpc)
    {
        const string Host = "127.0.61.45:9700";
        await using var teller = Start(Host, grpc);
        Tell(_book);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Count(teller, "failed") < 2)
        {
            await Task.Delay(20, deadline.Token);
        }

        await using var receiver = new Receiver(Host, grpc);
        await receiver.UntilAsync("it is taken", _ => Count(teller, "sent") == 1);
        Assert.Equal("change of leader", OtlpTrace.Of(receiver.Requests.Single().Body).Spans[0].Name);
        Assert.Contains("does not take an event: it does not answer (ConnectionError); it is tried for an hour", _log.All);
    }

    [Theory]
    [InlineData(false, 400, "400")]
    [InlineData(false, 404, "404")]
    [InlineData(true, 3, "InvalidArgument")]
    [InlineData(true, 12, "Unimplemented")]
    [InlineData(true, 16, "Unauthenticated")]
    public async Task What_a_collector_refuses_is_given_up_after_a_few_tries_and_the_next_is_sent(bool grpc, int status, string why)
    {
        await using var receiver = new Receiver("127.0.61.46:9700", grpc)
        {
            Answer = n => n < PostQueue.MostRefusals ? status : grpc ? 0 : 200,
        };
        await using var teller = Start(receiver.Host, grpc);
        Tell(_book);
        Tell(_book);
        await receiver.UntilAsync("the next is taken", _ => Count(teller, "sent") == 1);
        Assert.Equal(PostQueue.MostRefusals + 1, receiver.Requests.Count);
        Assert.Equal((5, 1, 1), (Count(teller, "failed"), Count(teller, "given_up"), Count(teller, "refused")));
        Assert.Contains($"refused phases (the trace of epoch 7) 5 times (it answers {why}): given up", _log.All);
    }

    [Theory]
    [InlineData(false, 429)]
    [InlineData(false, 500)]
    [InlineData(false, 302)]
    [InlineData(true, 2)]
    [InlineData(true, 8)]
    [InlineData(true, 13)]
    public async Task What_may_pass_is_tried_on_however_often_it_is_said(bool grpc, int status)
    {
        const int Times = PostQueue.MostRefusals + 2;
        await using var receiver = new Receiver("127.0.61.47:9700", grpc) { Answer = n => n < Times ? status : grpc ? 0 : 200 };
        await using var teller = Start(receiver.Host, grpc);
        Tell(_book);
        await receiver.UntilAsync("it is taken", _ => Count(teller, "sent") == 1);
        Assert.Equal((Times, 0, 0), (Count(teller, "failed"), Count(teller, "given_up"), Count(teller, "refused")));
    }

    /// <summary>One that speaks the other protocol: a mistake that is told.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_collector_that_speaks_another_protocol_takes_nothing_and_that_is_told(bool grpc)
    {
        await using var receiver = new Receiver("127.0.61.48:9700", grpc: !grpc);
        await using var teller = Start(receiver.Host, grpc);
        Tell(_book);
        await receiver.UntilAsync("it failed", _ => Count(teller, "failed") > 0);
        Assert.Equal(0, Count(teller, "sent"));
        Assert.Contains("The collector at http://127.0.61.48:9700 does not take an event: it ", _log.All);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Headers_are_sent_as_they_are_and_never_logged(bool grpc)
    {
        await using var receiver = new Receiver("127.0.61.49:9700", grpc) { Answer = n => n < 1 ? grpc ? 14 : 503 : grpc ? 0 : 200 };
        var headers = ImmutableSortedDictionary<string, string>.Empty.Add("X-Key", "hidden=a, b%20c").Add("User-Agent", "own");
        await using var teller = Start(receiver.Host, grpc, headers);
        Tell(_book);
        await receiver.UntilAsync("it is taken", _ => Count(teller, "sent") == 1);
        Assert.All(receiver.Requests, r => Assert.Equal(("hidden=a, b%20c", "own"), (r.Headers["x-key"], r.Headers["user-agent"])));
        Assert.DoesNotContain("hidden", _log.All);
    }

    /// <summary>The agent stops within its time, whatever a collector does.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_collector_that_never_answers_holds_nobody_up_who_stops(bool grpc)
    {
        var never = new TaskCompletionSource();
        await using var receiver = new Receiver("127.0.61.50:9700", grpc) { Held = never.Task };
        var teller = Start(receiver.Host, grpc);
        Tell(_book);
        await receiver.UntilAsync("it is asked", r => r.Count == 1);
        var since = Stopwatch.GetTimestamp();
        await teller.DisposeAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, Try.Patience / 2);
        Assert.Equal(0, Count(teller, "failed"));
    }

    private static void Tell(EventBook book) =>
        book.Add(DateTimeOffset.UtcNow, [new("phases", "x", EventScope.Cluster, SampleCluster.Id1, 7) { Index = 130 }]);

    private static int Count(EventTeller teller, string what) => (int)teller.Counters.Single(c => c.Key == $"traces_{what}").Value;

    private static TraceTarget Target(string host, bool grpc, ImmutableSortedDictionary<string, string>? headers = null) => new(
        new Uri($"http://{host}" + (grpc ? "" : "/v1/traces")), grpc, headers ?? ImmutableSortedDictionary<string, string>.Empty, "1.2.3");

    private EventTeller Start(string host, bool grpc, ImmutableSortedDictionary<string, string>? headers = null) =>
        EventTeller.Start(_book, () => View, [], Target(host, grpc, headers), _log, TimeSpan.FromMilliseconds(10))!;
}
