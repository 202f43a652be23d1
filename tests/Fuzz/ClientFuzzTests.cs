using System.Text;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Replication;
using MySqlHa.Tests.Api;
using MySqlHa.Tests.Cli;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Fuzz;

/// <summary>
/// What listens where an agent should may be anything. A command says so in one sentence, ends with its own exit code, in time and with
/// little memory, and never says that something was done which nobody said was done.
/// </summary>
[Collection(CommandLineRun.Collection)]
public sealed class ClientFuzzTests(ITestOutputHelper output)
{
    private static readonly byte[] View = JsonSerializer.SerializeToUtf8Bytes(SampleCluster.SeenByFollower, ViewJson.Default.ClusterView);
    private static readonly byte[] Done = """{"outcome":"done","reason":{"code":"switched","text":"127.0.61.2 leads"}}"""u8.ToArray();

    [Fact]
    public async Task Whatever_answers_a_command_ends_with_a_code_of_its_own()
    {
        await using var agent = new FakeAgent();
        byte[][] views =
        [
            FakeAgent.Http(200, "application/json; charset=utf-8", View), FakeAgent.Http(503, "text/html", "<html>"u8),
            Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        ];
        byte[][] answers =
        [
            FakeAgent.Http(200, "application/json", Done), FakeAgent.Http(409, "application/json", Done),
            FakeAgent.Http(400, "application/problem+json", """{"status":400,"detail":"no","code":"bad-request"}"""u8),
        ];
        string[][] commands =
        [
            ["status"], ["status", "--json"], ["census"], ["census", "--json"], ["history"], ["explain"], ["role"], ["switchover"],
            ["pause"], ["failover", "--to", "db3"], ["switchover", "--dry-run", "--json"],
        ];
        var random = new Random(FuzzTests.Seed);
        var (readings, orders) = (new Mutator(FuzzTests.Seed, views), new Mutator(FuzzTests.Seed, answers));
        var codes = new SortedDictionary<int, int>();
        for (var run = 0; run < FuzzTests.Runs / 20; run++)
        {
            var command = commands[random.Next(commands.Length)];
            var (view, answer) = (random.Next(2) == 0 ? views[0] : readings.Next(), random.Next(2) == 0 ? answers[0] : orders.Next());
            if (command[0] is "switchover" or "pause" or "failover")
            {
                agent.Answer = line => line.StartsWith("POST", StringComparison.Ordinal) ? answer : views[0];
            }
            else
            {
                agent.Answer = _ => view;
            }

            CommandLineRun ended;
            try
            {
                ended = await CommandLineRun.OfAsync([.. command, "--address", agent.Address]).WaitAsync(TimeSpan.FromSeconds(20));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"{command[0]}, run {run}: {Encoding.Latin1.GetString(view)}\n---\n{Encoding.Latin1.GetString(answer)}", e);
            }

            Assert.InRange(ended.Code, 0, 5);
            Assert.True(ended.Code is 0 or 3 || ended.Error.StartsWith("mysqlha: ", StringComparison.Ordinal) || ended.Output.Length > 0);
            Assert.DoesNotContain(ended.Error.TrimEnd('\n'), char.IsControl);
            codes[ended.Code] = codes.GetValueOrDefault(ended.Code) + 1;
        }

        output.WriteLine(string.Join(", ", codes.Select(c => $"code {c.Key}: {c.Value}")));
        Assert.True(codes.ContainsKey(0) && codes.ContainsKey(1) && codes.ContainsKey(5));
    }

    [Theory]
    [InlineData("text/html; charset=no-such", "<html>", "does not answer like a mysqlha agent")]
    [InlineData("application/json", "{}", "does not answer like a mysqlha agent")]
    [InlineData("application/json", "null", "does not answer like a mysqlha agent")]
    [InlineData("application/json; charset=utf-7", "\u00ff\u00fe", "does not answer like a mysqlha agent")]
    public async Task What_is_no_agent_is_called_so(string type, string body, string why)
    {
        await using var agent = new FakeAgent { Answer = _ => FakeAgent.Http(200, type, Encoding.Latin1.GetBytes(body)) };
        var status = await CommandLineRun.OfAsync("status", "--address", agent.Address);
        status.Expect(1);
        Assert.StartsWith($"mysqlha: no node answers: {agent.Address} {why}", status.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"members\":[", "\"members\":[null,", "null in 'members'")]
    [InlineData("\"history\":[", "\"history\":[null,", "null in 'history'")]
    [InlineData("\"name\":\"db1\"", "\"name\":null", "null")]
    [InlineData("\"lagSeconds\":2.5", "\"lagSeconds\":1e999", "lagSeconds")]
    [InlineData("\"executed\":\"", "\"executed\":null,\"x\":\"", "null")]
    public async Task A_view_that_lacks_something_is_no_view(string sense, string nonsense, string why)
    {
        var text = Encoding.UTF8.GetString(View);
        Assert.Contains(sense, text, StringComparison.Ordinal);
        var view = Encoding.UTF8.GetBytes(text.Replace(sense, nonsense, StringComparison.Ordinal));
        await using var agent = new FakeAgent { Answer = _ => FakeAgent.Http(200, "application/json", view) };
        foreach (var command in new[] { "status", "history", "explain", "census" })
        {
            var run = await CommandLineRun.OfAsync(command, "--address", agent.Address);
            run.Expect(1);
            Assert.Contains(why, run.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>As an older agent may: what it does not know is empty.</summary>
    [Fact]
    public async Task A_view_may_leave_out_what_need_not_be()
    {
        const string Least = """
            {"serviceGroup":{"name":"production"},"self":"1a000000000000000000000000000001","clusterId":"c","election":"finished",
             "history":[{"number":1,"leader":"1a000000000000000000000000000001","leaderAddress":"h","serverUuid":"u","firstSet":"",
               "open":true,"established":true,"openedAt":"2026-03-01T12:00:00Z","openReason":"founded"}],
             "explanation":{"epoch":1,"why":{"code":"a","text":"b"},"loss":{"code":"c","text":"d"},
               "next":"1a000000000000000000000000000001"},
             "members":[{"number":1,"id":"1a000000000000000000000000000001","name":"db1","address":{"host":"h"},"liveness":"alive",
               "voter":true}]}
            """;
        var view = JsonDocument.Parse(View).RootElement.GetProperty("serviceGroup").GetRawText();
        var least = Encoding.UTF8.GetBytes(Least.Replace("""{"name":"production"}""", view, StringComparison.Ordinal));
        await using var agent = new FakeAgent { Answer = _ => FakeAgent.Http(200, "application/json", least) };
        (await CommandLineRun.OfAsync("status", "--address", agent.Address)).Expect(3);
        foreach (var command in new[] { "history", "explain", "census", "role" })
        {
            (await CommandLineRun.OfAsync(command, "--address", agent.Address)).Expect(0);
        }
    }

    /// <summary>The next node is asked where the first is no agent.</summary>
    [Fact]
    public async Task What_is_no_agent_is_passed_over()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);
        await using var agent = new FakeAgent { Answer = _ => FakeAgent.Http(200, "text/html", "<html>"u8) };
        foreach (var command in new[] { "status", "census" })
        {
            (await CommandLineRun.OfAsync(command, "--address", agent.Address, "--address", api.Address.Authority)).Expect(0);
            var json = await CommandLineRun.OfAsync(command, "--json", "--address", agent.Address, "--address", api.Address.Authority);
            json.Expect(0);
            _ = JsonDocument.Parse(json.Output);
        }
    }

    [Theory]
    [InlineData(200, """{"reason":{"code":"a","text":"b"}}""")]
    [InlineData(200, """{"outcome":"refused","reason":{"code":"a","text":"b"}}""")]
    [InlineData(409, """{"outcome":"done","reason":{"code":"a","text":"b"}}""")]
    [InlineData(200, """{"outcome":"done","reason":{"code":null,"text":"b"}}""")]
    [InlineData(502, """{"status":502,"detail":"a proxy says so","code":"bad-gateway"}""")]
    [InlineData(307, """{"status":307,"detail":"elsewhere","code":"moved"}""")]
    [InlineData(400, """{"status":400,"detail":17,"code":"bad"}""")]
    public async Task Nobody_is_told_an_outcome_that_no_agent_said(int status, string body)
    {
        var posts = 0;
        await using var agent = new FakeAgent();
        agent.Answer = line =>
        {
            var post = line.StartsWith("POST", StringComparison.Ordinal);
            posts += post ? 1 : 0;
            return post
                ? FakeAgent.Http(status, "application/json", Encoding.UTF8.GetBytes(body), $"Location: http://{agent.Address}/operator")
                : FakeAgent.Http(200, "application/json", View);
        };
        var run = await CommandLineRun.OfAsync("step-down", "--address", agent.Address);
        run.Expect(5);
        Assert.Contains("outcome unknown", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, posts);
    }

    /// <summary>Agents are replaced one after another: those of before answered without what RFC 9457 adds.</summary>
    [Theory]
    [InlineData(409, "application/json", """{"outcome":"refused","reason":{"code":"a","text":"b"}}""", 4, "refused: b [a]")]
    [InlineData(504, "application/json", """{"outcome":"unknown","reason":{"code":"a","text":"b"}}""", 5, "outcome unknown: b;")]
    [InlineData(409, "application/problem+json",
        """{"title":"Refused","status":409,"detail":"b","code":"a","outcome":"refused","reason":{"code":"a","text":"b"}}""",
        4, "refused: b [a]")]
    [InlineData(504, "application/problem+json",
        """{"title":"Outcome unknown","status":504,"detail":"b","code":"a","outcome":"unknown","reason":{"code":"a","text":"b"}}""",
        5, "outcome unknown: b;")]
    public async Task A_refusal_is_understood_from_agents_of_before_and_of_now(int status, string type, string body, int exit, string says)
    {
        await using var agent = new FakeAgent();
        agent.Answer = line => line.StartsWith("POST", StringComparison.Ordinal)
            ? FakeAgent.Http(status, type, Encoding.UTF8.GetBytes(body))
            : FakeAgent.Http(200, "application/json", View);
        var run = await CommandLineRun.OfAsync("step-down", "--address", agent.Address);
        run.Expect(exit);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_end_costs_neither_time_nor_memory()
    {
        await using var agent = new FakeAgent { Endless = true };
        agent.Answer = _ => Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[");
        var before = GC.GetTotalAllocatedBytes();
        foreach (var command in new[] { "status", "census --json" })
        {
            var run = await CommandLineRun.OfAsync([.. command.Split(' '), "--address", agent.Address]).WaitAsync(TimeSpan.FromSeconds(20));
            run.Expect(1);
            Assert.Contains("with more than 16777216 bytes", run.Error, StringComparison.Ordinal);
        }

        output.WriteLine($"{(GC.GetTotalAllocatedBytes() - before) / 1024} KiB");
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 300_000_000);
    }

    /// <summary>Asked by every agent of every other one's mysqld.</summary>
    [Fact]
    public async Task A_greeting_is_one_or_none()
    {
        await using var agent = new FakeServer();
        var mutator = new Mutator(FuzzTests.Seed, [[74, 0, 0, 0, 10, .. "9.7.4\0"u8], [23, 0, 0, 0, 255, 16, 4, .. "Too many"u8]]);
        var (come, runs) = (0, FuzzTests.Runs / 50);
        for (var run = 0; run < runs; run++)
        {
            agent.Bytes = mutator.Next();
            var comes = await Greeting.ComesAsync(
                "127.0.61.13", "127.0.61.13", agent.Port, TimeSpan.FromSeconds(10), CancellationToken.None);
            Assert.Equal(agent.Bytes is [_, _, _, _, 10 or 255, ..], comes);
            come += comes ? 1 : 0;
        }

        output.WriteLine($"{come} of {runs} are greetings");
        Assert.False(await Greeting.ComesAsync("127.0.61.13", "127.0.61.13", 0, TimeSpan.FromSeconds(1), CancellationToken.None));
        Assert.False(await Greeting.ComesAsync("127.0.61.13", "no address", 3306, TimeSpan.FromSeconds(1), CancellationToken.None));
    }
}
