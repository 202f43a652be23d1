using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Node;
using MySqlHa.Telemetry;
using MySqlHa.Tests.Api;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.Telemetry;

/// <summary>Events posted to a real listener.</summary>
public sealed class WebhookTests
{
    private const string Secret = "a-secret-of-the-test";
    private readonly EventBook _book = new(100);
    private readonly RecordedLog _log = new();
    private ClusterView _view = SampleCluster.SeenByFollower; // node 2, which controls

    [Fact]
    public async Task An_event_is_posted_signed_and_says_all_that_the_event_says()
    {
        await using var receiver = new Receiver("127.0.61.31:9700");
        await using var teller = Start(receiver);
        Add(new ClusterEvent("epoch-opened", "epoch 7: db1 leads", EventScope.Cluster, SampleCluster.Id1, 7) { Index = 120 });

        var request = (await receiver.UntilAsync("one post", r => r.Count == 1))[0];
        Assert.Equal("/hook", request.Path);
        Assert.Equal("epoch-opened", request.Headers["MySqlHa-Event"]);
        var body = JsonDocument.Parse(request.Body).RootElement;
        Assert.Equal($"{_view.ClusterId}-120-epoch-opened", body.GetProperty("id").GetString());
        Assert.Equal(body.GetProperty("id").GetString(), request.Headers["MySqlHa-Id"]);
        Assert.Equal("epoch 7: db1 leads", body.GetProperty("text").GetString());
        Assert.Equal("cluster", body.GetProperty("scope").GetString());
        Assert.Equal("db1", body.GetProperty("node").GetProperty("name").GetString());
        Assert.Equal("db2", body.GetProperty("sentBy").GetProperty("name").GetString());
        Assert.Equal(7, body.GetProperty("epoch").GetInt64());
        Assert.True(IsSigned(request, Secret));
        Assert.False(IsSigned(request, "another-secret-here"));
        Assert.False(IsSigned(request with { Body = [.. request.Body, 32] }, Secret));
    }

    [Fact]
    public async Task What_is_not_taken_is_posted_again_with_the_same_id_before_the_next_one_and_no_secret_is_logged()
    {
        await using var receiver = new Receiver("127.0.61.32:9700") { Answer = n => n < 3 ? 503 : 204 };
        await using var teller = Start(receiver, "/hook?token=" + "hidden");
        Add(Node("a"), Node("b"));

        var all = await receiver.UntilAsync("both are taken", r => r.Count == 5);
        Assert.Equal(["a", "a", "a", "a", "b"], all.Select(r => r.Headers["MySqlHa-Event"]));
        _ = Assert.Single(all.Take(4).Select(r => r.Headers["MySqlHa-Id"]).Distinct());
        await receiver.UntilAsync("it is counted", _ => teller.Counters.Single(c => c.Key == "webhooks_sent").Value == 2);
        Assert.Equal(3, teller.Counters.Single(c => c.Key == "webhooks_failed").Value);
        var words = _log.All;
        Assert.Contains("The webhook at http://127.0.61.32:9700 does not take an event: it answers 503", words, StringComparison.Ordinal);
        Assert.Contains("takes events again", words, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(413)]
    [InlineData(422)]
    public async Task What_a_receiver_refuses_is_given_up_after_a_few_tries_loudly_and_the_next_is_sent(int status)
    {
        await using var receiver = new Receiver("127.0.61.35:9700") { Answer = n => n < PostQueue.MostRefusals ? status : 204 };
        await using var teller = Start(receiver);
        Add(Node("refused"), Node("next"));

        var all = await receiver.UntilAsync("the next is posted", r => r.Any(p => p.Headers["MySqlHa-Event"] == "next"));
        Assert.Equal(PostQueue.MostRefusals, all.Count(r => r.Headers["MySqlHa-Event"] == "refused"));
        await receiver.UntilAsync("it is counted", _ => Count(teller, "sent") == 1);
        Assert.Equal((5L, 1L, 1L), (Count(teller, "failed"), Count(teller, "given_up"), Count(teller, "refused")));
        var words = _log.All;
        Assert.Contains($"does not take an event: it answers {status}; it is tried 5 times in all", words, StringComparison.Ordinal);
        Assert.Contains("The webhook at http://127.0.61.35:9700 refused refused (", words, StringComparison.Ordinal);
        Assert.Contains($") 5 times (it answers {status}): given up, and the next is sent", words, StringComparison.Ordinal);
    }

    /// <summary>Too busy, too early, broken, elsewhere: that may pass, however often it is said.</summary>
    [Theory]
    [InlineData(408)]
    [InlineData(425)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(302)]
    public async Task What_may_pass_is_tried_on_however_often_it_is_said(int status)
    {
        const int Times = PostQueue.MostRefusals + 2;
        await using var receiver = new Receiver("127.0.61.36:9700") { Answer = n => n < Times ? status : 204 };
        await using var teller = Start(receiver);
        Add(Node("a"), Node("b"));
        var all = await receiver.UntilAsync("both are taken", r => r.Count == Times + 2);
        Assert.Equal([.. Enumerable.Repeat("a", Times + 1), "b"], all.Select(r => r.Headers["MySqlHa-Event"]));
        await receiver.UntilAsync("it is counted", _ => Count(teller, "sent") == 2);
        Assert.Equal((0L, 0L), (Count(teller, "given_up"), Count(teller, "refused")));
    }

    /// <summary>Between its refusals it was away: that counts as none.</summary>
    [Fact]
    public async Task Only_refusals_are_counted_as_such()
    {
        await using var receiver = new Receiver("127.0.61.37:9700") { Answer = n => n == 8 ? 204 : n % 2 == 0 ? 404 : 503 };
        await using var teller = Start(receiver);
        Add(Node("a"));
        await receiver.UntilAsync("it is taken", _ => Count(teller, "sent") == 1);
        Assert.Equal((8L, 0L), (Count(teller, "failed"), Count(teller, "refused")));
    }

    [Fact]
    public async Task Only_what_was_asked_for_is_posted()
    {
        await using var receiver = new Receiver("127.0.61.33:9700");
        await using var teller = Start(receiver, "/", "b");
        Add(Node("a"), Node("b"), Node("c"), Node("b"));
        var all = await receiver.UntilAsync("two posts", r => r.Count >= 2);
        Assert.Equal(["b", "b"], all.Select(r => r.Headers["MySqlHa-Event"]));
        Assert.Equal(2, all.Select(r => r.Headers["MySqlHa-Id"]).Distinct().Count());
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_costs_a_bounded_queue_and_nobody_waits()
    {
        var target = new WebhookTarget(new Uri("http://127.0.61.34:9/"), [], []);
        await using var teller = EventTeller.Start(_book, () => _view, [target], traces: null, _log, TimeSpan.FromMilliseconds(10))!;
        for (var i = 0; i < PostQueue.MostWaiting + 500; i++)
        {
            Add(Node("a"));
        }

        await WaitAsync(() => teller.Counters.Single(c => c.Key == "webhooks_failed").Value > 2);
        // The book keeps a thousand, so the teller may have missed some; what it saw and did not keep is counted.
        var given = teller.Counters.Single(c => c.Key == "webhooks_given_up").Value;
        Assert.InRange(given, 0, 500);
        const string Told = "http://127.0.61.34:9 does not take an event: it does not answer";
        Assert.Contains(_log.Lines, l => l.Text.Contains(Told, StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_cluster_agreed_on_is_told_by_whoever_controls_and_by_its_successor_where_that_may_have_kept_silent()
    {
        var controls = false;
        var desk = new EventDesk(() => controls);
        var at = DateTimeOffset.UnixEpoch;
        ClusterEvent One(string code, EventScope scope, int second, long id) =>
            new(code, "", scope) { At = at.AddSeconds(second), Id = id };

        Assert.Equal(["own"], Codes(desk.Tell([One("old", EventScope.Cluster, 0, 1), One("own", EventScope.Node, 0, 2)])));
        Assert.Empty(desk.Tell([One("closed", EventScope.Cluster, 11, 3)]));
        controls = true;
        Assert.Equal(["closed", "controller"], Codes(desk.Tell([One("controller", EventScope.Node, 12, 4)])));
        Assert.Equal(["opened"], Codes(desk.Tell([One("opened", EventScope.Cluster, 12, 5)])));
        controls = false;
        Assert.Empty(desk.Tell([One("phases", EventScope.Cluster, 13, 6)]));
        controls = true;
        Assert.Equal(["own"], Codes(desk.Tell([One("own", EventScope.Node, 30, 7)])));
    }

    /// <summary>As a receiver does it.</summary>
    internal static bool IsSigned(Receiver.Request request, string secret, int within = 60)
    {
        var parts = request.Headers["MySqlHa-Signature"].Split(',').Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        var signed = Encoding.UTF8.GetBytes(parts["t"] + ".").Concat(request.Body).ToArray();
        var age = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(parts["t"], System.Globalization.CultureInfo.InvariantCulture);
        var right = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
        return age >= 0 && age < within && right == parts["v1"];
    }

    private static ClusterEvent Node(string code) => new(code, "it happened", EventScope.Node, SampleCluster.Id2);

    private static IEnumerable<string> Codes(IEnumerable<ClusterEvent> events) => events.Select(e => e.Code);

    private static long Count(EventTeller teller, string what) => teller.Counters.Single(c => c.Key == $"webhooks_{what}").Value;

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }

    private EventTeller Start(Receiver receiver, string path = "/hook", params string[] events)
    {
        var target = new WebhookTarget(new Uri($"http://{receiver.Host}{path}"), [.. events], [.. Encoding.UTF8.GetBytes(Secret)]);
        return EventTeller.Start(_book, () => _view, [target], traces: null, _log, TimeSpan.FromMilliseconds(10))!;
    }

    private void Add(params ClusterEvent[] events) => _book.Add(DateTimeOffset.UtcNow, events);
}
