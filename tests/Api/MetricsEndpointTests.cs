using System.Globalization;
using System.Text.RegularExpressions;
using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Api;

public sealed partial class MetricsEndpointTests
{
    [Fact]
    public async Task Every_line_is_valid_and_every_sample_belongs_to_a_family_with_help_and_type()
    {
        var nasty = SampleCluster.SeenByLeader.With(
            SampleCluster.Id3, m => m with { Name = "a\"b\\c\nd", LagSeconds = double.PositiveInfinity });

        var (samples, types) = await ScrapeAsync(nasty);

        Assert.NotEmpty(samples);
        Assert.All(samples, s => Assert.Contains(Part().Replace(s.Name, ""), types));
        Assert.Contains(samples, s => s is { Name: "mysqlha_member_lag_seconds", Value: double.PositiveInfinity });
        Assert.Contains(samples, s => s.Labels.Contains("""member="a\"b\\c\nd""", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_sample_is_there_twice()
    {
        var (samples, _) = await ScrapeAsync(SampleCluster.SeenByLeader);

        Assert.Equal(samples.Count, samples.Select(s => s.Name + s.Labels).Distinct().Count());
    }

    [Fact]
    public async Task The_numbers_are_those_of_the_view()
    {
        var (samples, _) = await ScrapeAsync(SampleCluster.SeenByLeader);

        double Of(string name, string label = "") =>
            Assert.Single(samples, s => s.Name == name && s.Labels.Contains(label, StringComparison.Ordinal)).Value;
        Assert.Equal(7, Of("mysqlha_epoch"));
        Assert.Equal(1, Of("mysqlha_leader"));
        Assert.Equal(0.8, Of("mysqlha_lease_seconds"));
        Assert.Equal(3, Of("mysqlha_election_status"));
        Assert.Equal(4, Of("mysqlha_raft_term"));
        Assert.Equal(2, Of("mysqlha_archived_transactions"));
        Assert.Equal(3, Of("mysqlha_events_total", "event=\"datagrams-refused\""));
        Assert.Equal(1, Of("mysqlha_member_role", "member=\"db1\""));
        Assert.Equal(2, Of("mysqlha_member_role", "member=\"db2\""));
        Assert.Equal(4, Of("mysqlha_member_mysqld_state", "member=\"db2\""));
        Assert.Equal(2.5, Of("mysqlha_member_lag_seconds", "member=\"db3\""));
        Assert.Equal(3, Of("mysqlha_member_gtids_missing", "member=\"db3\""));
        Assert.Equal(10, Of("mysqlha_member_gtids_behind", "member=\"db3\""));
        Assert.Equal(3, Of("mysqlha_proxy_clients", "port=\"read-write\""));
        Assert.Equal(20, Of("mysqlha_proxy_accepted_total", "port=\"read-only\""));
        Assert.Equal(10_000, Of("mysqlha_proxy_max_clients"));
        Assert.Equal(1, Of("mysqlha_proxy_waited_in_vain_total"));
        Assert.Equal(6, Of("mysqlha_proxy_closed_by_epoch_total"));
        Assert.Equal(9_000, Of("mysqlha_proxy_bytes_total"));
    }

    [Fact]
    public async Task What_is_not_known_is_left_out_and_not_zero()
    {
        var view = SampleCluster.SeenByFollower.WithoutLeader().With(SampleCluster.Id3, m => m with { LagSeconds = null });
        var (samples, types) = await ScrapeAsync(view);

        Assert.DoesNotContain(samples, s => s.Name == "mysqlha_member_lag_seconds" && s.Labels.Contains("db3", StringComparison.Ordinal));
        Assert.DoesNotContain("mysqlha_member_gtids_behind", types);
    }

    [Fact]
    public async Task A_change_of_leader_is_in_a_histogram_whose_buckets_hold_all_below_them()
    {
        var phases = new EpochPhases { Zero = PhaseZero.MysqldEnd, Detect = 3, Writable = 130, Clients = 140 };
        var (samples, _) = await ScrapeAsync(SampleCluster.SeenByLeader with
        {
            Changes = LeaderChanges.None.With(ChangeKind.Failover, ChangeOutcome.Established).With(ChangeCause.Crash, phases),
        });

        double Of(string name, string labels) => Assert.Single(samples, s => s.Name == name && s.Labels == labels).Value;
        Assert.Equal(1, Of("mysqlha_leader_changes_total", """{kind="failover",outcome="established"}"""));
        Assert.Equal(0, Of("mysqlha_leader_changes_total", """{kind="switchover",outcome="dropped"}"""));
        Assert.Equal(0, Of("mysqlha_failover_seconds_bucket", """{cause="crash",le="0.1"}"""));
        Assert.Equal(1, Of("mysqlha_failover_seconds_bucket", """{cause="crash",le="0.25"}"""));
        Assert.Equal(1, Of("mysqlha_failover_seconds_bucket", """{cause="crash",le="+Inf"}"""));
        Assert.Equal(0.14, Of("mysqlha_failover_seconds_sum", """{cause="crash"}"""));
        Assert.Equal(1, Of("mysqlha_failover_phase_seconds_bucket", """{cause="crash",phase="detect",le="0.005"}"""));
        Assert.Equal(0, Of("mysqlha_failover_phase_seconds_count", """{cause="crash",phase="open"}"""));
        Assert.Equal(0, Of("mysqlha_failover_seconds_count", """{cause="loss"}"""));
    }

    [Fact]
    public async Task Reasons_problems_and_the_outlook_are_there_and_so_is_the_process()
    {
        var view = SampleCluster.SeenByLeader.With(SampleCluster.Id3, m => m with { Problems = [new("disk-full", "x"), new("disk-full", "y")] });
        var (samples, _) = await ScrapeAsync(view with { Reasons = [new("paused", "x")] });

        double Of(string name, string label = "") =>
            Assert.Single(samples, s => s.Name == name && s.Labels.Contains(label, StringComparison.Ordinal)).Value;
        Assert.Equal(1, Of("mysqlha_member_problem", "member=\"db3\""));
        Assert.Equal(1, Of("mysqlha_reason", "code=\"paused\""));
        Assert.Equal(2, Of("mysqlha_promises_needed"));
        Assert.Equal(1, Of("mysqlha_failover_possible"));
        Assert.Equal(1, Of("mysqlha_lease_length_seconds"));
        Assert.True(Of("process_cpu_seconds_total") > 0);
        Assert.True(Of("process_resident_memory_bytes") > 1_000_000);
        Assert.InRange(Of("process_start_time_seconds"), 1_700_000_000, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_node_that_is_alone_on_purpose_does_not_say_that_no_failover_is_possible()
    {
        var (samples, _) = await ScrapeAsync(SampleCluster.SeenByLeader with { Standalone = true });
        Assert.DoesNotContain(samples, s => s.Name is "mysqlha_failover_possible" or "mysqlha_promises_needed" or "mysqlha_promises_possible");
        Assert.Contains(samples, s => s.Name == "mysqlha_leader_writable");
    }

    // Frozen: dashboards and alerts hold these numbers. A new state gets a new number; none is ever changed.
    [Fact]
    public void The_numbers_of_states_never_change()
    {
        Assert.Equal([0, 1, 2, 3], Enum.GetValues<ElectionStatus>().Select(MySqlHa.Api.Metrics.Number));
        Assert.Equal([0, 1, 2], Enum.GetValues<MemberRole>().Select(MySqlHa.Api.Metrics.Number));
        Assert.Equal([0, 1, 2, 3], Enum.GetValues<MemberHealth>().Select(MySqlHa.Api.Metrics.Number));
        Assert.Equal([0, 1, 2, 3], Enum.GetValues<MemberLiveness>().Select(MySqlHa.Api.Metrics.Number));
        Assert.Equal(8, MySqlHa.Api.Metrics.Number(MysqldState.Hung));
        Assert.Equal(Enumerable.Range(0, 9), Enum.GetValues<MysqldState>().Select(MySqlHa.Api.Metrics.Number).Order());
    }

    private static async Task<(List<Metric> Samples, HashSet<string> Types)> ScrapeAsync(ClusterView view)
    {
        await using var api = await RunningApi.StartAsync(view);
        var (status, body, response) = await api.SendAsync(HttpMethod.Get, "/metrics");
        Assert.Equal(200, status);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.EndsWith("\n", body, StringComparison.Ordinal);
        var samples = new List<Metric>();
        var types = new HashSet<string>();
        var helped = new HashSet<string>();
        foreach (var line in body.TrimEnd('\n').Split('\n'))
        {
            if (Help().Match(line) is { Success: true } help)
            {
                Assert.True(helped.Add(help.Groups["name"].Value), line);
            }
            else if (Type().Match(line) is { Success: true } type)
            {
                var name = type.Groups["name"].Value;
                Assert.True(types.Add(name), line);
                Assert.Contains(name, helped);
                Assert.Equal(line.EndsWith("counter", StringComparison.Ordinal), name.EndsWith("_total", StringComparison.Ordinal));
            }
            else
            {
                var sample = Sample().Match(line);
                Assert.True(sample.Success, $"not a line of the format: {line}");
                var value = sample.Groups["value"].Value.Replace("+Inf", "Infinity", StringComparison.Ordinal);
                var number = double.Parse(value, CultureInfo.InvariantCulture);
                samples.Add(new Metric(sample.Groups["name"].Value, sample.Groups["labels"].Value, number));
            }
        }

        return (samples, types);
    }

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Part();

    [GeneratedRegex("^# HELP (?<name>[a-z_:][a-z0-9_:]*) (?<text>.+)$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE (?<name>[a-z_:][a-z0-9_:]*) (counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex(
        """
        ^(?<name>[a-z_:][a-z0-9_:]*)
        (?<labels>\{[a-z_]+="([^"\\\n]|\\["\\n])*"(,[a-z_]+="([^"\\\n]|\\["\\n])*")*\})?
        [ ](?<value>[+-]Inf|-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)$
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Sample();

    private sealed record Metric(string Name, string Labels, double Value);
}
