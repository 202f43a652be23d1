using System.Collections.Immutable;
using MySqlHa.Cli;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Tests.Api;
using MySqlHa.Tests.Storage;
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
    [InlineData("restart db2 --interrupt-writes", "restart 2b000000, writes interrupted", null)]
    [InlineData("restart db1 --interrupt-writes --yes", "restart 1a000000, writes interrupted", null)]
    public async Task A_command_becomes_one_request(string command, string expected, long? version)
    {
        await using var api = await RunningApi.StartAsync(View);
        (await CommandLineRun.AgainstAsync(api, command.Split(' '))).Expect(0);
        var asked = Assert.Single(api.Asked);
        Assert.Equal(expected, RequestText.Of(asked, n => n.Short));
        Assert.Equal(version, (asked as ConfigRequest)?.IfVersion);
    }

    [Fact]
    public async Task A_file_is_one_request()
    {
        await using var api = await RunningApi.StartAsync(View);
        using var directory = new TemporaryDirectory();
        var file = directory.File("settings.yaml");
        await File.WriteAllTextAsync(file, "set:\n  Max-Connections: 500\n  sql_mode: \"ANSI,STRICT_ALL_TABLES\"\n  init_connect: ''\n"
            + "unset: [back_log]\n");
        (await CommandLineRun.AgainstAsync(api, "config", "apply", file, "--if-version", "4", "--dry-run")).Expect(0);
        var asked = Assert.IsType<ConfigRequest>(Assert.Single(api.Asked));
        Assert.Equal(
            "config init_connect= max_connections=500 sql_mode=ANSI,STRICT_ALL_TABLES unset back_log, dry run",
            RequestText.Of(asked, n => n.Short));
        Assert.Equal(4, asked.IfVersion);

        // The body of the twin is such a file too.
        var before = Console.In;
        try
        {
            Console.SetIn(new StringReader("""{"set": {"max_connections": "500"}}"""));
            (await CommandLineRun.AgainstAsync(api, "config", "apply", "-")).Expect(0);
            Assert.Equal("config max_connections=500", RequestText.Of(api.Asked[^1], n => n.Short));
        }
        finally
        {
            Console.SetIn(before);
        }
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_file_is_told_at_once_and_nobody_is_asked()
    {
        await using var api = await RunningApi.StartAsync(View);
        using var directory = new TemporaryDirectory();
        var file = directory.File("settings.yaml");
        await File.WriteAllTextAsync(
            file, "set:\n  max_connections: [1, 2]\n  3x: 1\n  a-b: 5\n  a_b: 6\n  back_log: 1\n  sql_mode:\nunset: [back_log]\nsett: 1\n");
        var run = await CommandLineRun.AgainstAsync(api, "config", "apply", file);
        run.Expect(2);
        string[] told =
        [
            "max_connections: '[1, 2]' is not one value (settings.yaml line 2); allowed: one value, a line of at most 500 characters",
            "3x: is no name of a setting (settings.yaml line 3); allowed: ",
            "a_b: '6' is not all that is set for a_b (settings.yaml line 5); allowed: each name once",
            "back_log: is set and unset at once",
            "sql_mode: has no value (settings.yaml line 7); allowed: a value, '' for an empty one; or its name under 'unset'",
            "sett: is not known (settings.yaml line 9); allowed: ",
        ];
        Assert.All(told, t => Assert.Contains(t, run.Error, StringComparison.Ordinal));
        await File.WriteAllTextAsync(file, "");
        var empty = await CommandLineRun.AgainstAsync(api, "config", "apply", file);
        Assert.Contains("has nothing to set or unset", empty.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "set:\n" + string.Concat(Enumerable.Range(0, 101).Select(n => $"  a{n}: 1\n")));
        var many = await CommandLineRun.AgainstAsync(api, "config", "apply", file);
        many.Expect(2);
        Assert.Contains("set: '101 names' are too many", many.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, new string('#', 300_000));
        (await CommandLineRun.AgainstAsync(api, "config", "apply", file)).Expect(2);
        (await CommandLineRun.AgainstAsync(api, "config", "apply", "")).Expect(2);
        var absent = await CommandLineRun.AgainstAsync(api, "config", "apply", directory.File("absent.yaml"));
        absent.Expect(2);
        Assert.Contains("cannot be read", absent.Error, StringComparison.Ordinal);
        Assert.Empty(api.Asked);
    }

    [Theory]
    [InlineData("config set max_connections")]
    [InlineData("config set =5")]
    [InlineData("config set a-b=5 a_b=6")]
    [InlineData("config set")]
    [InlineData("config unset")]
    [InlineData("config apply")]
    [InlineData("config set a=1 --if-version x")]
    [InlineData("restart")]
    [InlineData("restart 2 --rolling")]
    [InlineData("restart 2 --all")]
    [InlineData("restart --rolling --json")]
    [InlineData("restart 2 --cancel")]
    [InlineData("restart --rolling --cancel --all")]
    [InlineData("restart --rolling --interrupt-writes")]
    [InlineData("restart 2 --yes")]
    public async Task Wrong_words_ask_nobody(string command)
    {
        await using var api = await RunningApi.StartAsync(View);
        (await CommandLineRun.AgainstAsync(api, command.Split(' '))).Expect(2);
        Assert.Empty(api.Asked);
    }

    [Fact]
    public async Task A_rolling_restart_is_asked_for_once_and_told_step_by_step()
    {
        await using var api = await RunningApi.StartAsync(View);
        api.Answer = Done("can-roll", "would be restarted, in this order: db3, db1 (leads; hands over before)");
        var plan = await CommandLineRun.AgainstAsync(api, "restart", "--rolling", "--dry-run");
        Assert.Equal("would be restarted, in this order: db3, db1 (leads; hands over before)\n", plan.Output);
        api.Answer = Done("nothing-waits", "nothing waits for a restart");
        Assert.Equal("nothing waits for a restart\n", (await CommandLineRun.AgainstAsync(api, "restart", "--rolling", "--all")).Output);
        Assert.Equal(["restart --rolling, dry run", "restart --rolling --all"], api.Asked.Select(a => RequestText.Of(a, n => n.Short)));

        // Three steps are over before anybody looks; the fourth ends while somebody does.
        api.Asked.Clear();
        api.Answer = Done("rolling-restart", "it begins");
        Timer? later = null;
        api.OnAsked = _ =>
        {
            api.View = View with { Rolling = Rolling(3, 4) };
            var over = View with { Rolling = Rolling(4, 4) with { UnderWay = false, End = Done("rolled", "3 restarted in 9.0 s") } };
            later = new Timer(_ => api.View = over, null, TimeSpan.FromMilliseconds(400), Timeout.InfiniteTimeSpan);
        };
        var run = await CommandLineRun.AgainstAsync(api, "restart", "--rolling");
        run.Expect(0);
        Assert.Equal(
            """
            db2: its mysqld is restarted
            db2: follows again after 2.0 s
            db3: its mysqld is restarted
            db3: follows again after 2.0 s
            db1: leads, and hands over
            db2: leads now
            db1: its mysqld is restarted
            db1: follows again after 2.0 s
            3 restarted in 9.0 s

            """,
            run.Output);
        _ = Assert.Single(api.Asked);
        await later!.DisposeAsync();
    }

    [Theory]
    [InlineData(OperatorOutcome.Refused, "paused", 0, 4)]
    [InlineData(OperatorOutcome.Refused, "paused", 1, 1)]
    [InlineData(OperatorOutcome.Refused, "still-waits", 0, 1)]
    [InlineData(OperatorOutcome.Unknown, "not-back", 0, 5)]
    public async Task How_a_rolling_restart_stopped_is_told(OperatorOutcome outcome, string code, int ended, int exit)
    {
        await using var api = await RunningApi.StartAsync(View);
        api.Answer = Done("rolling-restart", "it begins");
        var end = new OperatorAnswer(outcome, new Reason(code, "db2 is not restarted: of something"));
        api.OnAsked = _ => api.View = View with { Rolling = Rolling(ended, 1) with { UnderWay = false, End = end } };
        var run = await CommandLineRun.AgainstAsync(api, "restart", "--rolling");
        run.Expect(exit);
        Assert.Equal($"db2: its mysqld is restarted\n{(ended > 0 ? "db2: follows again after 2.0 s\n" : "")}", run.Output);
        Assert.Contains($"db2 is not restarted: of something [{code}]", run.Error, StringComparison.Ordinal);
        Assert.Contains("goes on with those that are left", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_one_for_all_it_is_not_said_that_it_goes_on_where_it_stopped()
    {
        await using var api = await RunningApi.StartAsync(View);
        api.Answer = Done("rolling-restart", "it begins");
        var end = new OperatorAnswer(OperatorOutcome.Refused, new Reason("paused", "db2 is not restarted"));
        api.OnAsked = _ => api.View = View with { Rolling = Rolling(0, 1) with { All = true, UnderWay = false, End = end } };
        var run = await CommandLineRun.AgainstAsync(api, "restart", "--rolling", "--all");
        Assert.DoesNotContain("those that are left", run.Error, StringComparison.Ordinal);
        Assert.Contains("begins with all", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_cannot_look_on_any_more_does_not_know_how_it_ends()
    {
        var api = await RunningApi.StartAsync(View);
        api.Answer = Done("rolling-restart", "it begins");
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        api.OnAsked = _ =>
        {
            api.View = View with { Rolling = Rolling(0, 1) };
            asked.SetResult();
        };
        var gone = Task.Run(async () =>
        {
            await asked.Task;
            await api.DisposeAsync();
        });
        var run = await CommandLineRun.AgainstAsync(api, "restart", "--rolling");
        run.Expect(5);
        Assert.Contains("goes on", run.Error, StringComparison.Ordinal);
        await gone;
    }

    [Fact]
    public async Task Who_looks_on_without_a_majority_gives_up()
    {
        await using var api = await RunningApi.StartAsync(View);
        api.Answer = Done("rolling-restart", "it begins");
        api.OnAsked = _ => api.View = View with { Rolling = Rolling(0, 1), Election = ElectionStatus.NoQuorum };
        PeerAddress[] addresses = [new(api.Address.Host, api.Address.Port)];
        using var client = new ClusterClient(addresses, ClientAccess.Of(RunningApi.TokenFile, null, null, plain: false, addresses));
        var watch = new RollingWatch(client, TextWriter.Null, TextWriter.Null) { QuorumPatience = TimeSpan.FromMilliseconds(600) };
        var gone = await Assert.ThrowsAsync<ClientException>(() => watch.RunAsync(all: false, dryRun: false, CancellationToken.None));
        Assert.Equal(ExitCodes.Unknown, gone.ExitCode);
        Assert.Contains("majority", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_or_whose_beginning_nobody_sees_is_told_as_such()
    {
        await using var api = await RunningApi.StartAsync(View with { Rolling = Rolling(4, 4) });
        api.Answer = new OperatorAnswer(OperatorOutcome.Refused, new Reason("rolling-restart", "one is under way already"));
        var refused = await CommandLineRun.AgainstAsync(api, "restart", "--rolling");
        refused.Expect(4);
        Assert.Contains("one is under way already [rolling-restart]", refused.Error, StringComparison.Ordinal);

        // The one that the view has was there before.
        api.Answer = new OperatorAnswer(OperatorOutcome.Unknown, new Reason("timed-out", "no answer"));
        (await CommandLineRun.AgainstAsync(api, "restart", "--rolling")).Expect(5);
        api.Answer = Done("cancelled", "it ends");
        (await CommandLineRun.AgainstAsync(api, "restart", "--rolling", "--cancel", "--json")).Expect(0);
        Assert.Equal(new StopRollingRequest(0), api.Asked[^1]);
    }

    private static OperatorAnswer Done(string code, string text) => new(OperatorOutcome.Done, new Reason(code, text));

    /// <summary>So many of its steps have begun, and so many of those are over.</summary>
    private static RollingView Rolling(int ended, int begun)
    {
        RollingStepView Step(int number, NodeId node, string name, string? next = null)
        {
            var at = DateTimeOffset.UnixEpoch.AddDays(1).AddSeconds(3 * number);
            return new RollingStepView(node, name, next is not null, at, number < ended ? at.AddSeconds(2) : null, next);
        }

        RollingStepView[] all =
        [
            Step(0, SampleCluster.Id2, "db2"), Step(1, SampleCluster.Id3, "db3"), Step(2, SampleCluster.Id1, "db1", "db2"),
            Step(3, SampleCluster.Id1, "db1"),
        ];
        var began = DateTimeOffset.UnixEpoch.AddDays(1);
        return new RollingView { BegunAt = began, UnderWay = true, Driver = SampleCluster.Id3, Steps = [.. all.Take(begun)] };
    }

    private static MemberConfigurationView Of(int number, NodeId id, params string[] pending) =>
        new() { Number = number, Id = id, Name = $"db{number}", Version = 4, PendingRestart = [.. pending] };
}
