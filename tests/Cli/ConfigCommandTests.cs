using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Cli;

[Collection(CommandLineRun.Collection)]
public sealed class ConfigCommandTests
{
    private static readonly ClusterView View = SampleCluster.SeenByLeader with
    {
        Members = [.. SampleCluster.SeenByLeader.Members.Select(m => m with { Standing = MemberStanding.Voter })],
        Configuration = new ConfigurationView
        {
            Version = 4,
            ChangedAt = DateTimeOffset.UnixEpoch,
            ChangedBy = "ann",
            Settings = ImmutableSortedDictionary<string, string>.Empty.Add("back_log", "99").Add("max_connections", "500"),
            Members = [Of(1, SampleCluster.Id1, "back_log"), Of(2, SampleCluster.Id2), Of(3, SampleCluster.Id3, "back_log")],
        },
    };

    [Fact]
    public async Task What_is_set_is_shown_with_what_waits_and_why()
    {
        await using var api = await RunningApi.StartAsync(View with
        {
            Configuration = View.Configuration! with
            {
                Members =
                [
                    Of(1, SampleCluster.Id1, "back_log"),
                    Of(2, SampleCluster.Id2) with { Own = ["max_connections"], Problems = [new Reason("bad-value", "no\nroom")] },
                    Of(3, SampleCluster.Id3) with { Version = null },
                ],
            },
        });
        var run = await CommandLineRun.AgainstAsync(api, "config");
        run.Expect(0);
        Assert.Equal(
            """
            version 4, 1970-01-01 00:00:00Z by ann
            SETTING          VALUE
            back_log         99
            max_connections  500

            #  NAME  VERSION  WAITS FOR A RESTART  SET BY ITS OWN FILE  REMARKS
            1  db1   4        back_log             -                    -
            2  db2   4        -                    max_connections      no room
            3  db3   ?        -                    -                    -

            """,
            run.Output);
        var json = await CommandLineRun.AgainstAsync(api, "config", "--json");
        Assert.StartsWith("{\"version\":4,", json.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_was_set_that_is_said_and_of_an_older_agent_too()
    {
        await using var api = await RunningApi.StartAsync(View with { Configuration = new ConfigurationView() });
        Assert.Contains("nothing was ever set", (await CommandLineRun.AgainstAsync(api, "config")).Output, StringComparison.Ordinal);
        api.View = SampleCluster.SeenByLeader;
        var older = await CommandLineRun.AgainstAsync(api, "config");
        older.Expect(1);
        Assert.Contains("is older", older.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config set Max-Connections=500 sql_mode=A=B", "config max_connections=500 sql_mode=A=B", null)]
    [InlineData("config set back_log= --if-version 4", "config back_log=", 4L)]
    [InlineData("config set a=1 --dry-run", "config a=1, dry run", null)]
    [InlineData("config unset max-connections back_log --if-version 4", "config unset back_log unset max_connections", 4L)]
    [InlineData("restart db2", "restart 2b000000", null)]
    public async Task A_command_becomes_one_request(string command, string expected, long? version)
    {
        await using var api = await RunningApi.StartAsync(View);
        (await CommandLineRun.AgainstAsync(api, command.Split(' '))).Expect(0);
        var asked = Assert.Single(api.Asked);
        Assert.Equal(expected, RequestText.Of(asked, n => n.Short));
        Assert.Equal(version, (asked as ConfigRequest)?.IfVersion);
    }

    [Theory]
    [InlineData("config set max_connections")]
    [InlineData("config set =5")]
    [InlineData("config set a-b=5 a_b=6")]
    [InlineData("config set")]
    [InlineData("config unset")]
    [InlineData("config set a=1 --if-version x")]
    [InlineData("restart")]
    [InlineData("restart 2 --rolling")]
    [InlineData("restart 2 --all")]
    [InlineData("restart --rolling --json")]
    public async Task Wrong_words_ask_nobody(string command)
    {
        await using var api = await RunningApi.StartAsync(View);
        (await CommandLineRun.AgainstAsync(api, command.Split(' '))).Expect(2);
        Assert.Empty(api.Asked);
    }

    [Fact]
    public async Task A_rolling_restart_takes_those_that_wait_and_the_leader_last()
    {
        await using var api = await RunningApi.StartAsync(View);
        api.OnAsked = request => api.View = After(api.View, request);
        var plan = await CommandLineRun.AgainstAsync(api, "restart", "--rolling", "--dry-run");
        Assert.Equal("would be restarted, in this order: db3, db1 (leads; hands over before)\n", plan.Output);
        Assert.Empty(api.Asked);

        var run = await CommandLineRun.AgainstAsync(api, "restart", "--rolling");
        run.Expect(0);
        Assert.Equal(["restart 2b300000", "switchover", "restart 1a000000"], api.Asked.Select(a => RequestText.Of(a, n => n.Short)));
        Assert.Contains("2 restarted in", run.Output, StringComparison.Ordinal);
        Assert.Equal("nothing waits for a restart\n", (await CommandLineRun.AgainstAsync(api, "restart", "--rolling")).Output);
        api.Asked.Clear();
        (await CommandLineRun.AgainstAsync(api, "restart", "--rolling", "--all")).Expect(0);
        Assert.Equal(3, api.Asked.Count(a => a is RestartRequest));
    }

    [Fact]
    public async Task A_rolling_restart_stops_at_the_first_thing_that_is_wrong()
    {
        await using var api = await RunningApi.StartAsync(View);
        api.Answer = new OperatorAnswer(OperatorOutcome.Refused, new Reason("paused", "the cluster is paused"));
        var refused = await CommandLineRun.AgainstAsync(api, "restart", "--rolling");
        refused.Expect(4);
        Assert.Contains("db3 is not restarted: the cluster is paused [paused]", refused.Error, StringComparison.Ordinal);
        _ = Assert.Single(api.Asked);

        // It was restarted, and what it waited for waits all the same.
        api.Answer = new OperatorAnswer(OperatorOutcome.Done, new Reason("restarted", "it was"));
        api.OnAsked = request => api.View = After(api.View, request) with { Configuration = View.Configuration };
        var stuck = await CommandLineRun.AgainstAsync(api, "restart", "--rolling");
        stuck.Expect(1);
        Assert.Contains("db3 was restarted, and back_log waits all the same", stuck.Error, StringComparison.Ordinal);
        Assert.Equal(2, api.Asked.Count);
    }

    private static NodeId Other(ClusterView view) => view.Leader == SampleCluster.Id2 ? SampleCluster.Id3 : SampleCluster.Id2;

    /// <summary>As a cluster does it, at once.</summary>
    private static ClusterView After(ClusterView view, OperatorRequest request) => request switch
    {
        RestartRequest restart => view with
        {
            Members = [.. view.Members.Select(m => m.Id == restart.Node ? m with { MysqldPid = m.MysqldPid + 1000 } : m)],
            Configuration = view.Configuration! with
            {
                Members = [.. view.Configuration.Members.Select(m => m.Id == restart.Node ? m with { PendingRestart = [] } : m)],
            },
        },
        SwitchoverRequest => view with
        {
            Leader = Other(view),
            Epoch = view.Epoch + 1,
            Members =
            [
                .. view.Members.Select(m => m with
                {
                    Role = m.Id == Other(view) ? MemberRole.Leader : MemberRole.Follower,
                    ReceiverRunning = true,
                    Health = MemberHealth.Ok,
                }),
            ],
        },
        _ => view,
    };

    private static MemberConfigurationView Of(int number, NodeId id, params string[] pending) =>
        new() { Number = number, Id = id, Name = $"db{number}", Version = 4, PendingRestart = [.. pending] };
}
