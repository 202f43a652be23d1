using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Cli;

[Collection(CommandLineRun.Collection)]
public sealed class ReadingCommandTests
{
    // Nobody listens on port 1.
    private const string Nobody = "127.0.61.30:1";

    [Fact]
    public async Task Status_is_a_line_and_a_table_that_is_aligned()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var run = await CommandLineRun.AgainstAsync(api, "status");

        run.Expect(0);
        var lines = run.Output.TrimEnd('\n').Split('\n');
        Assert.Equal("mysql.production: db1 at 127.0.61.1 leads (epoch 7)", lines[0]);
        Assert.StartsWith("#   NAME  ADDRESS", lines[1], StringComparison.Ordinal);
        Assert.Equal(6, lines.Length);
        Assert.All(lines[2..5], line => Assert.Equal(lines[1].IndexOf("ROLE", StringComparison.Ordinal), IndexOfRole(line)));
        Assert.StartsWith("2*", lines[3], StringComparison.Ordinal);
        Assert.Contains("2.5 s", lines[4], StringComparison.Ordinal);
        Assert.Contains("  10  ", lines[4], StringComparison.Ordinal);
        Assert.Equal(
            "clients: 10.0.0.1 port 6446 to write (3 connected), port 6447 to read (2 connected); so on every node", lines[5]);
    }

    [Fact]
    public async Task Status_without_a_leader_says_why_and_ends_with_its_own_code()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower.WithoutLeader());

        var run = await CommandLineRun.AgainstAsync(api, "status");

        run.Expect(3);
        Assert.Contains("finding a leader", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 3: waiting for a quorum", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_of_other_machines_does_not_move_the_cursor()
    {
        var view = SampleCluster.SeenByFollower.With(SampleCluster.Id3, m => m with { Name = "a\u001b[2Jb\nc" });
        await using var api = await RunningApi.StartAsync(view);

        var run = await CommandLineRun.AgainstAsync(api, "status");

        Assert.DoesNotContain('\u001b', run.Output);
        Assert.Equal(6, run.Output.TrimEnd('\n').Split('\n').Length);
    }

    [Theory]
    [InlineData("status", "members")]
    [InlineData("census", "census_groups")]
    [InlineData("history", null)]
    [InlineData("explain", "obstacles")]
    public async Task Json_is_one_document(string command, string? property)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var run = await CommandLineRun.AgainstAsync(api, command, "--json");

        run.Expect(0);
        var root = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(property is null ? JsonValueKind.Array : JsonValueKind.Object, root.ValueKind);
        Assert.True(property is null || root.TryGetProperty(property, out _));
    }

    [Fact]
    public async Task Census_prints_ids_states_and_the_leader_in_Habitats_words()
    {
        var view = SampleCluster.SeenByFollower.With(SampleCluster.Id3, m => m with { Liveness = MemberLiveness.Suspect });
        await using var api = await RunningApi.StartAsync(view);

        var run = await CommandLineRun.AgainstAsync(api, "census");

        run.Expect(0);
        Assert.Contains($"leader         {SampleCluster.Id1.Hex} (db1)", run.Output, StringComparison.Ordinal);
        Assert.Contains("suspect", run.Output, StringComparison.Ordinal);
        Assert.Contains("127.0.61.3:9638", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_shows_who_led_why_it_ended_and_what_was_archived()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var run = await CommandLineRun.AgainstAsync(api, "history");

        run.Expect(0);
        Assert.Contains("founded; ended: mysqld exited", run.Output, StringComparison.Ordinal);
        Assert.Contains("archived: 2 transactions of db3 in /data/archive/6", run.Output, StringComparison.Ordinal);
        Assert.Contains("2026-03-01 13:00:01Z  open", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_shows_the_phases_of_a_change_of_leader_and_what_was_planned_and_dropped()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var run = await CommandLineRun.AgainstAsync(api, "history");

        const string Phases = "phases: detect 0.004, close 0.012, open 0.046, writable 0.110, established 1.234 s after mysqld ended";
        Assert.Contains(Phases, run.Output, StringComparison.Ordinal);
        Assert.Contains("2026-03-01 14:01:00Z", run.Output, StringComparison.Ordinal);
        Assert.Contains("the switchover to db2 was dropped: db2 was not heard of", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_shows_a_planned_switchover()
    {
        var at = new DateTimeOffset(2026, 3, 2, 14, 0, 0, TimeSpan.Zero);
        var plan = new PlanView(at, SampleCluster.Id2, at, "the switchover to db2 at 14:00");
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower with { Plan = plan });

        var run = await CommandLineRun.AgainstAsync(api, "status");

        const string Headline = "mysql.production: db1 at 127.0.61.1 leads (epoch 7); the switchover to db2 at 14:00 is planned";
        Assert.Equal(Headline, run.Output.Split('\n')[0]);
    }

    [Fact]
    public async Task Explain_says_who_would_be_next_and_why_the_others_would_not()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var run = await CommandLineRun.AgainstAsync(api, "explain");

        run.Expect(0);
        Assert.Contains("if it were lost now, db2 (127.0.61.2) would lead next", run.Output, StringComparison.Ordinal);
        Assert.Contains("    - db3 was not heard of", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_node_is_asked_where_one_does_not_answer()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var run = await CommandLineRun.OfAsync("status", "--address", Nobody, "--address", api.Address.Authority);

        run.Expect(0);
    }

    [Fact]
    public async Task A_node_that_is_cut_off_is_believed_only_if_no_other_answers()
    {
        var minority = SampleCluster.SeenByFollower.WithoutLeader() with { Election = ElectionStatus.NoQuorum };
        await using var cutOff = await RunningApi.StartAsync(minority);
        await using var good = await RunningApi.StartAsync(SampleCluster.SeenByFollower);

        var both = await CommandLineRun.OfAsync("status", "-a", cutOff.Address.Authority, "-a", good.Address.Authority);
        var one = await CommandLineRun.OfAsync("status", "-a", cutOff.Address.Authority, "-a", Nobody);

        both.Expect(0);
        one.Expect(3);
        Assert.Contains("no quorum", one.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 3, "mysql.production: no quorum; db1 led last (epoch 7)")]
    [InlineData(true, 0, "mysql.production: db1 at 127.0.61.1 leads (epoch 7)")]
    public async Task Without_a_majority_only_who_says_itself_that_it_takes_writes_leads(bool writable, int code, string headline)
    {
        await using var api = await RunningApi.StartAsync(
            SampleCluster.SeenByFollower with { Election = ElectionStatus.NoQuorum, LeaderWritable = writable });

        foreach (var command in (string[][])[["status"], ["top", "--once"]])
        {
            var run = await CommandLineRun.AgainstAsync(api, command);

            run.Expect(code);
            Assert.Equal(headline, run.Output.Split('\n')[0]);
        }
    }

    [Fact]
    public async Task Where_nobody_answers_each_node_is_named()
    {
        var run = await CommandLineRun.OfAsync("status", "-a", Nobody, "-a", "127.0.61.31:1");

        run.Expect(1);
        Assert.Contains(Nobody, run.Error, StringComparison.Ordinal);
        Assert.Contains("127.0.61.31:1", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    private static int IndexOfRole(string line) =>
        new[] { "leader", "follower" }.Select(w => line.IndexOf(w, StringComparison.Ordinal)).Single(i => i >= 0);
}
