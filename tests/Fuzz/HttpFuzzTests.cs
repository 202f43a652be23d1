using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MySqlHa.Api;
using MySqlHa.Cluster;
using MySqlHa.Tests.Api;
using MySqlHa.Tests.House;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Fuzz;

/// <summary>
/// What comes to port 9631 may be anything. Each request is answered or hung up on, never by an error of the server's own; what asks
/// for something is asked for in full; and whoever asks for what makes sense is answered as before, whatever others hold open.
/// </summary>
[Collection(MeasuredAlone.Name)]
public sealed partial class HttpFuzzTests(ITestOutputHelper output)
{
    private const string Bearer = $"Authorization: Bearer {RunningApi.Token}";
    private const int AtOnce = 8;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Of the server, which then waits for the rest of a request.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(40);

    private static readonly byte[][] Samples =
    [
        .. from path in new[]
           {
               "/", "/view", "/census", "/history", "/health", "/leader", "/services", "/services/mysql/production/health", "/v1/services",
               "/follower?lag=5s", "/metrics", "/raft/status", "/explain?from=7&x=%2F..%2f", "http://127.0.61.10/leader", "*",
               "/v1/cluster", "/v1/members/2", "/v1/members/%00%2f..", "/v1/events?after=7", "/v1/audit", "/v1/openapi.json",
               "/replica?lag=10MB", "/read-only?lag=1&lag=2", "/readiness?x", "/liveness",
           }
           select Request($"GET {path} HTTP/1.1", "Accept: text/html,application/json;q=0.9", "Connection: close"),
        Request("OPTIONS /leader HTTP/1.1", "Connection: close"),
        Request("OPTIONS / HTTP/1.0"),
        Request("HEAD /census HTTP/1.0", "If-None-Match: \"1\"", "Range: bytes=0-1"),
        .. FileTargets.Bodies.Select(b => Operator(b)),
        .. FileTargets.V1Bodies.Select(b => Request(
            $"{b.Method} {b.Path.Replace("{member}", "db3", StringComparison.Ordinal)} HTTP/1.1",
            Bearer, "Connection: close", "Content-Type: application/json",
            $"Content-Length: {b.Body.Length}\r\n\r\n{b.Body}")),
        Request("POST /v1/step-down HTTP/1.1", "Authorization: Basic eDp5", "Connection: close"),
        Request("PUT /v1/pause HTTP/1.1", Bearer, Bearer, "Connection: close"),
        [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, .. new byte[40]],
        Operator(FileTargets.Bodies[0], "Expect: 100-continue", "Origin: http://127.0.61.10"),
        Operator([.. Encoding.UTF8.GetPreamble(), .. FileTargets.Bodies[3]]),
        Operator(Encoding.Unicode.GetBytes("""{"verb":"step-down","seenEpoch":7}""")),
        Request(
            "POST /operator HTTP/1.1", Bearer, "Connection: close", "Content-Type: application/json",
            "Transfer-Encoding: chunked\r\n\r\n22\r\n{\"verb\":\"step-down\",\"seenEpoch\":7}\r\n0"),
    ];

    [Fact]
    public async Task Whatever_is_sent_is_answered_or_hung_up_on()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        var runs = FuzzTests.Runs / 10;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var broken = await BreakAsync(api, runs);
        Assert.True(broken is null, broken);
        await RequireServiceAsync(api);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{runs} requests, {api.Asked.Count} of them asked for something; {grown / 1024} KiB more memory");
        Assert.InRange(grown, long.MinValue, 32_000_000);
        Assert.NotEmpty(api.Asked);
    }

    [Fact]
    public async Task Sense_is_understood()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        foreach (var sample in Samples.Where(s => s[0] != 0x16))
        {
            Assert.Matches("^HTTP/1.1 (100|200|302|4[0-9][0-9]|503) ", await SendAsync(api, sample));
        }

        Assert.Equal(FileTargets.Bodies.Count + FileTargets.V1Bodies.Length + 2, api.Asked.Count);
    }

    [Fact]
    public async Task A_server_that_breaks_is_found()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        api.View = null!;
        Assert.Contains("HTTP/1.1 500", await BreakAsync(api, 1_000), StringComparison.Ordinal);
        Assert.NotNull(Against("HTTP/1.1 400 Bad Request\r\n\r\n{\"detail\":\"The body is no operator request: System.Boom\"}"));
    }

    /// <summary>Left out, an old value, another type, twice, or nobody's: none of it may mean something.</summary>
    [Theory]
    [InlineData("""{"verb":"pause","seenEpoch":7}""", "pause needs the property 'paused'; allowed: true or false")]
    [InlineData("""{"verb":"step-down"}""", "step-down needs the property 'seenEpoch'")]
    [InlineData("""{"verb":"reinit","seenEpoch":7}""", "reinit needs the property 'node'")]
    [InlineData("""{"verb":"voters","seenEpoch":7}""", "voters needs the property 'count'; allowed: 3, 5 or 7")]
    [InlineData("""{"verb":"failover","seenEpoch":7,"acceptDataLoss":"yes"}""", "acceptDataLoss: \"yes\" is not allowed; allowed: true or")]
    [InlineData("""{"verb":"switchover","seenEpoch":7,"to":17}""", "to: 17 is not allowed; allowed: the 32 hex digits of a node, or null")]
    [InlineData("""{"verb":"switchover","seenEpoch":1e3}""", "seenEpoch: 1e3 is not allowed; allowed: an epoch's number")]
    [InlineData("""{"verb":"switchover","seenEpoch":7,"seenEpoch":0}""", "the property 'seenEpoch' is there twice")]
    [InlineData("""{"verb":"switchover","verb":"step-down","seenEpoch":7}""", "the property 'verb' is there twice")]
    [InlineData("""{"verb":"drill","seenEpoch":7,"dryrun":true}""", "drill knows no property 'dryrun'; allowed: seenEpoch, dryRun")]
    [InlineData("""{"verb":"explode","seenEpoch":7}""", "verb: \"explode\" is none; allowed: switchover, ")]
    [InlineData("""{"verb":7,"seenEpoch":7}""", "verb: 7 is none; allowed: switchover, ")]
    [InlineData("""[[[[[[[[1]]]]]]]]""", "it is no JSON, or too deep, at byte 4 of line 1; allowed: an object")]
    [InlineData("""{"verb":"switchover","seenEpoch":7,"to":"\ud800"}""", "a text in it is not Unicode")]
    [InlineData("17", "it is 17; allowed: an object with the properties 'verb' and 'seenEpoch'")]
    public void What_is_not_meant_is_refused_by_its_name_with_what_is_allowed(string body, string why)
    {
        var refusal = Assert.Throws<FormatException>(() => OperatorBody.Read(Encoding.UTF8.GetBytes(body)));
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.True(FileTargets.IsClear(refusal.Message), refusal.Message);
    }

    /// <summary>Nothing sent, half a line, half a head, half a body, and answers that nobody takes: more than there is room for.</summary>
    [Fact]
    public async Task Connections_that_are_held_open_keep_nobody_out()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        var whole = Operator(FileTargets.Bodies[0]);
        byte[][] beginnings = [[], whole[..3], whole[..60], whole[..^5], Request("GET /view HTTP/1.1")];
        var held = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 700; i++)
            {
                held.Add(await HoldAsync(api, beginnings[i % beginnings.Length]));
            }

            var watch = Stopwatch.StartNew();
            await RequireServiceAsync(api);
            output.WriteLine($"{held.Count} held open; answered after {watch.ElapsedMilliseconds} ms");
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
            Assert.Empty(api.Asked);
        }
        finally
        {
            held.ForEach(h => h.Dispose());
        }
    }

    [Fact]
    public async Task Answers_that_nobody_takes_cost_little_memory()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        await RequireServiceAsync(api);
        var requests = Enumerable.Repeat(Request("GET /view HTTP/1.1"), 100_000).SelectMany(r => r).ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var held = new TcpClient[60];
        try
        {
            await Task.WhenAll(Enumerable.Range(0, held.Length).Select(async i =>
            {
                held[i] = await HoldAsync(api, []);
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1.5));
                try
                {
                    await held[i].GetStream().WriteAsync(requests, patience.Token);
                }
                catch (Exception e) when (e is OperationCanceledException or IOException)
                {
                    // It takes no more: that is how it bounds what it keeps.
                }
            }));
            await RequireServiceAsync(api);
            var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
            output.WriteLine($"{held.Length} connections that take no answers: {grown / 1024} KiB");
            Assert.InRange(grown, long.MinValue, 40_000_000);
        }
        finally
        {
            Array.ForEach(held, h => h?.Dispose());
        }
    }

    private static async Task<TcpClient> HoldAsync(RunningApi api, byte[] beginning)
    {
        var client = new TcpClient();
        try
        {
            await client.ConnectAsync(api.Address.Host, api.Address.Port);
            await client.GetStream().WriteAsync(beginning);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Hung up on already.
        }

        return client;
    }

    private static async Task RequireServiceAsync(RunningApi api)
    {
        foreach (var path in new[] { "/leader", "/view" })
        {
            var answer = await SendAsync(api, Request($"GET {path} HTTP/1.1", "Connection: close"));
            Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        }
    }

    /// <summary>Null, or what was sent and how it was answered.</summary>
    private static async Task<string?> BreakAsync(RunningApi api, int runs)
    {
        var broken = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async one =>
        {
            var mutator = new Mutator(FuzzTests.Seed + (one * 1_000_003), Samples);
            for (var run = 0; run < runs / AtOnce; run++)
            {
                var sent = mutator.Next();
                var answer = await SendAsync(api, sent, Silence);
                if (answer.Length > 0 && Against(answer) is { } wrong)
                {
                    return $"run {run} of seed {FuzzTests.Seed}: {wrong}: {Encoding.Latin1.GetString(sent)}\n---\n{answer}";
                }
            }

            return null;
        }));
        return broken.FirstOrDefault(b => b is not null);
    }

    private static string? Against(string answer)
    {
        if (!Answer().IsMatch(answer))
        {
            return "an error of the server's own";
        }

        const string Refused = "The body is no operator request: ";
        return Detail().Match(answer) is { Success: true } found
            && JsonDocument.Parse($"[{found.Groups[1].Value}]").RootElement[0].GetString() is { } detail
            && detail.StartsWith(Refused, StringComparison.Ordinal) && !FileTargets.IsClear(detail[Refused.Length..])
            ? "a refusal that no person understands"
            : null;
    }

    /// <summary>What comes until the connection ends, or nothing more comes for so long.</summary>
    private static async Task<string> SendAsync(RunningApi api, byte[] bytes, TimeSpan? silence = null)
    {
        using var limit = new CancellationTokenSource(Deadline);
        using var client = new TcpClient();
        await client.ConnectAsync(api.Address.Host, api.Address.Port, limit.Token);
        var (stream, answer) = (client.GetStream(), new StringBuilder());
        try
        {
            await stream.WriteAsync(bytes, limit.Token);
            var buffer = new byte[16 * 1024];
            limit.CancelAfter(silence ?? Deadline);
            while (await stream.ReadAsync(buffer, limit.Token) is > 0 and var length)
            {
                _ = answer.Append(Encoding.Latin1.GetString(buffer, 0, length));
                limit.CancelAfter(silence ?? Deadline);
            }
        }
        catch (OperationCanceledException) when (silence is not null)
        {
            // It waits for more.
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Hung up on, with or without an answer before.
        }

        return answer.ToString();
    }

    private static byte[] Request(params string[] lines) =>
        Encoding.Latin1.GetBytes(string.Join("\r\n", [lines[0], "Host: 127.0.61.10", .. lines[1..], "", ""]));

    private static byte[] Operator(byte[] body, params string[] more) =>
    [
        .. Request([
            "POST /operator HTTP/1.1", Bearer, "Connection: close", "Content-Type: application/json; charset=utf-8", .. more,
            $"Content-Length: {body.Length}"]),
        .. body,
    ];

    /// <summary>Done, refused, not implemented, no duty here, another version of HTTP; but no error of the server's own.</summary>
    [GeneratedRegex("^HTTP/1\\.1 ([1234][0-9][0-9]|501|503|505) ")]
    private static partial Regex Answer();

    [GeneratedRegex("\"detail\":(\"(?:[^\"\\\\]|\\\\.)*\")")]
    private static partial Regex Detail();
}
