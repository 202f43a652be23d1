using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Cli;

[Collection(CommandLineRun.Collection)]
public sealed class OperatorCommandTests
{
    public static TheoryData<string, OperatorRequest> Commands => new()
    {
        { "switchover", new SwitchoverRequest(7, null) },
        { "switchover --to 2", new SwitchoverRequest(7, SampleCluster.Id2) },
        { "switchover --to db3", new SwitchoverRequest(7, SampleCluster.Id3) },
        { "switchover --to 127.0.61.2", new SwitchoverRequest(7, SampleCluster.Id2) },
        { "switchover --to 2b3", new SwitchoverRequest(7, SampleCluster.Id3) },
        { "switchover --to 2 --dry-run", new SwitchoverCheckRequest(7, SampleCluster.Id2) },
        { "switchover --at +15m", new PlanSwitchoverRequest(7, null, null, 900_000, false) },
        {
            "switchover --at 2099-03-01T14:00+01:00 --to 2",
            new PlanSwitchoverRequest(7, SampleCluster.Id2, At("2099-03-01T13:00Z"), null, false)
        },
        { "switchover --at +1s --dry-run", new PlanSwitchoverRequest(7, null, null, 1000, true) },
        { "switchover --cancel", new CancelSwitchoverRequest(7) },
        { "failover", new FailoverRequest(7, null, false) },
        { "failover --to 3 --accept-data-loss", new FailoverRequest(7, SampleCluster.Id3, true) },
        { "step-down", new StepDownRequest(7) },
        { "pause", new PauseRequest(0, true) },
        { "resume", new PauseRequest(0, false) },
        { "reinit DB2", new ReinitRequest(7, SampleCluster.Id2) },
        { "voters 5", new VotersRequest(0, 5) },
        { "add 3 --voter --no-wait", new VotingRequest(0, SampleCluster.Id3, true) },
        { "add db2 --follower --no-wait", new VotingRequest(0, SampleCluster.Id2, false) },
        { "add 127.0.61.9 --no-wait", new AddRequest(0, "127.0.61.9", 9638, null) },
        { "add 127.0.61.9:9700 --follower --no-wait", new AddRequest(0, "127.0.61.9", 9700, false) },
        { "remove 3 --dry-run", new RemoveRequest(0, SampleCluster.Id3, DryRun: true) },
        { "remove 3", new RemoveRequest(0, SampleCluster.Id3) },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_command_becomes_one_request_with_the_epoch_that_was_seen(string command, OperatorRequest expected)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var run = await CommandLineRun.AgainstAsync(api, command.Split(' '));

        run.Expect(0);
        Assert.Equal([expected], api.Asked);
        Assert.Equal("127.0.61.2 leads\n", run.Output);
    }

    [Theory]
    [InlineData("4", "no member is '4'; there are 1 (db1, 127.0.61.1, 1a000000)")]
    [InlineData("2b", "'2b' is more than one member: 2 (db2")]
    [InlineData("", "no member is ''")]
    [InlineData("db", "no member is 'db'")]
    public async Task A_member_that_is_not_there_or_not_the_only_one_is_refused_before_anybody_is_asked(string to, string says)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var run = await CommandLineRun.AgainstAsync(api, "switchover", "--to", to);

        run.Expect(2);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.Empty(api.Asked);
    }

    [Theory]
    [InlineData(OperatorOutcome.Done, 0)]
    [InlineData(OperatorOutcome.Refused, 4)]
    [InlineData(OperatorOutcome.Unknown, 5)]
    public async Task The_outcome_is_in_the_exit_code(OperatorOutcome outcome, int code)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);
        api.Answer = new OperatorAnswer(outcome, new Reason("because", "of something"));

        var human = await CommandLineRun.AgainstAsync(api, "step-down");
        var json = await CommandLineRun.AgainstAsync(api, "step-down", "--json");

        human.Expect(code);
        json.Expect(code);
        Assert.Contains("of something", human.Output + human.Error, StringComparison.Ordinal);
        Assert.Equal(api.Answer, JsonSerializer.Deserialize(json.Output, ViewJson.Default.OperatorAnswer));
    }

    [Fact]
    public async Task A_request_whose_answer_is_lost_is_not_sent_to_another_node()
    {
        await using var other = await RunningApi.StartAsync(SampleCluster.SeenByFollower);
        using var dying = new TcpListener(IPAddress.Parse("127.0.61.32"), 0);
        dying.Start();
        var serving = ViewThenSilenceAsync(dying);

        var run = await CommandLineRun.OfAsync(
            "step-down", "--token-file", RunningApi.TokenFile, "-a", dying.LocalEndpoint.ToString()!, "-a", other.Address.Authority);

        run.Expect(5);
        Assert.Empty(other.Asked);
        await serving.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_request_that_nobody_received_goes_to_the_next_node()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var run = await CommandLineRun.OfAsync(
            "step-down", "--token-file", RunningApi.TokenFile, "-a", "127.0.61.30:1", "-a", api.Address.Authority);

        run.Expect(0);
        Assert.Single(api.Asked);
    }

    [Theory]
    [InlineData("switchover --at soon", "--at: 'soon' is no time; allowed: +15m")]
    [InlineData("switchover --at 2020-01-01T00:00Z", "--at: '2020-01-01T00:00Z' is past")]
    [InlineData("switchover --cancel --at +1m", "--cancel goes with neither --at nor --to")]
    [InlineData("switchover --cancel --to 2", "--cancel goes with neither --at nor --to")]
    [InlineData("switchover --cancel --dry-run", "--cancel has no --dry-run")]
    [InlineData("drill --user app", "--user and --password-file go together")]
    [InlineData("drill --kind fire", "'fire'")]
    [InlineData("drill --yes", "give --user NAME and --password-file FILE")]
    [InlineData("add 127.0.61.9 --voter --follower", "--voter and --follower: one of them is allowed, not both")]
    [InlineData("add 127.0.61.9 --timeout soon", "--timeout: 'soon' is not a duration")]
    [InlineData("add 300.1.1.1", "'300.1.1.1' is no address and no member")]
    [InlineData("failover --accept-data-loss", "--accept-data-loss needs --to N")]
    public async Task What_cannot_be_meant_is_refused_before_anybody_is_asked(string command, string says)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var run = await CommandLineRun.AgainstAsync(api, command.Split(' '));

        run.Expect(2);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        Assert.Empty(api.Asked);
    }

    [Fact]
    public async Task A_drill_that_the_cluster_refuses_is_not_begun()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);
        api.Answer = new OperatorAnswer(OperatorOutcome.Refused, new Reason("paused", "automatic failover is paused"));

        var run = await CommandLineRun.AgainstAsync(api, "drill", "--yes", "--user", "a", "--password-file", "/dev/null");

        run.Expect(4);
        Assert.Contains("automatic failover is paused [paused]", run.Error, StringComparison.Ordinal);
        Assert.Equal([new DrillRequest(7, DryRun: true)], api.Asked);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A node that answers one GET with the view and dies while it has a request in hand.</summary>
    private static async Task ViewThenSilenceAsync(TcpListener listener)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(SampleCluster.SeenByFollower, ViewJson.Default.ClusterView);
        var head = $"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n";
        for (var isRequest = false; !isRequest;)
        {
            using var connection = await listener.AcceptTcpClientAsync();
            using var reader = new StreamReader(connection.GetStream());
            isRequest = (await reader.ReadLineAsync())!.StartsWith("POST", StringComparison.Ordinal);
            while (!string.IsNullOrEmpty(await reader.ReadLineAsync()))
            {
                // headers
            }

            if (!isRequest)
            {
                await connection.GetStream().WriteAsync((byte[])[.. Encoding.UTF8.GetBytes(head), .. body]);
            }
        }
    }
}
