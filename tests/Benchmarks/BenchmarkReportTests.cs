using System.Xml.Linq;
using Xunit;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>What is made of raw numbers, without measuring any.</summary>
public sealed class BenchmarkReportTests
{
    private static readonly (string, string)[] Machine = [("date", "2026-11-22")];

    private static readonly RawNumber[] Raw =
    [
        new(1, "ours-lan", "gap", "mysqld killed", 0.3), new(2, "ours-lan", "gap", "mysqld killed", 0.1),
        new(3, "ours-lan", "gap", "mysqld killed", 0.2), new(1, "gr-default", "gap", "mysqld killed", 21.8),
        new(1, "gr-default", "gap", "switchover", 0.025), new(2, "gr-default", "gap", "switchover", null, "no leader"),
        new(1, "ours-lan", "writes", "8", 801), new(1, "single", "writes", "8", 2403),
        new(1, "ours-lan", "lost", "mysqld killed", 0), new(1, "gr-default", "lost", "mysqld killed", 0),
    ];

    [Fact]
    public void A_table_has_a_line_for_each_that_was_measured_with_median_and_span() => Assert.Equal(
        """
        |  | mysqld killed | node killed | node cut off | switchover | switchover, standing connections | switchover, through one port |
        | --- | --- | --- | --- | --- | --- | --- |
        | ours, lan | 0.200 (0.100–0.300) | – | – | – | – | – |
        | Group Replication, defaults | 21.8 | – | – | 0.025 | – | – |
        """,
        BenchmarkReport.Fill("{gap-table}", "f", Machine, Raw));

    [Theory]
    [InlineData("{gap ours-lan mysqld killed} s on {date}, {runs} runs", "0.200 s on 2026-11-22, 3 runs")]
    [InlineData("{stall ours-lan switchover}", "–")]
    [InlineData("{lost}", "In none of the 2 events did the new leader lack a row that had been acknowledged.")]
    [InlineData("{failures}", "Not every measurement came to its end: gr-default, gap switchover, run 2: no leader.")]
    public void A_brace_is_filled(string template, string text) =>
        Assert.Equal(text, BenchmarkReport.Fill(template, "f", Machine, Raw));

    [Fact]
    public void What_failed_is_not_told_any_more_once_it_was_measured() => Assert.Equal(
        "Every measurement came to its end.",
        BenchmarkReport.Fill("{failures}", "f", Machine, [.. Raw, new(2, "gr-default", "gap", "switchover", 0.02)]));

    [Fact]
    public void A_lost_row_is_told() => Assert.Equal(
        "Acknowledged rows that the new leader did not have: ours-lan, node killed, run 2: 3.",
        BenchmarkReport.Fill("{lost}", "f", Machine, [.. Raw, new(2, "ours-lan", "lost", "node killed", 3)]));

    [Theory]
    [InlineData(new double[0], "Ours and HAProxy were not measured side by side.")]
    [InlineData(
        new[] { 1, 1.204, 0.98 },
        "Ours carries no fewer queries than HAProxy; of HAProxy's: 1 connection (100 %), 64 connections (120 %), 1000 connections (98 %).")]
    [InlineData(new[] { 0.96 }, "Ours carries fewer queries than HAProxy at 1 connection (96 %).")]
    [InlineData(
        new[] { 1.1, 0.5 },
        "Ours carries fewer queries than HAProxy at 64 connections (50 %), and no fewer at 1 connection (110 %).")]
    public void That_it_is_not_slower_is_said_by_the_numbers(double[] shares, string text)
    {
        var raw = shares.Select((share, i) => new RawNumber(1, "ours-lan-plain", "proxy", ProxyRace.Of(ProxyRace.Connections[i]), share));
        Assert.Equal(text, BenchmarkReport.Fill("{beside-haproxy}", "f", Machine, [.. raw]));
    }

    [Theory]
    [InlineData(20.5, 20, " 99 of 100 answers take no longer through it either.")]
    [InlineData(21, 20, " 99 of 100 answers take longer through ours at 64 connections (21.0 ms, HAProxy 20.0 ms).")]
    public void Where_answers_take_longer_is_said_by_the_numbers(double own, double other, string text) => Assert.EndsWith(
        text,
        BenchmarkReport.Fill(
            "{beside-haproxy}",
            "f",
            Machine,
            [
                new(1, "ours-lan-plain", "proxy", "64 connections", 1),
                new(1, "own-proxy", "most", "64 connections", own), new(1, "haproxy", "most", "64 connections", other),
            ]),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(2, 2, "99 of 100 answers take no longer through ours than through HAProxy.")]
    [InlineData(3, 2, "99 of 100 answers take longer through ours at 64 connections (3.00 ms, HAProxy 2.00 ms).")]
    public void The_same_is_said_of_one_pace_for_all(double own, double other, string text) => Assert.Equal(
        text,
        BenchmarkReport.Fill(
            "{paced-beside-haproxy}",
            "f",
            Machine,
            [new(1, "own-proxy", "calm-most", "64 connections", own), new(1, "haproxy", "calm-most", "64 connections", other)]));

    [Fact]
    public void The_ways_have_tables_of_their_own() => Assert.Equal(
        """
        |  | 1 connection | 64 connections | 1000 connections |
        | --- | --- | --- | --- |
        | HAProxy | – | 9000 | – |
        | direct to the leader | – | 12000 | – |
        """,
        BenchmarkReport.Fill(
            "{queries-table}",
            "f",
            Machine,
            [new(1, "direct", "queries", "64 connections", 12000), new(1, "haproxy", "queries", "64 connections", 9000)]));

    [Theory]
    [InlineData("{gap ours mysqld killed}")]
    [InlineData("{gaps}")]
    public void A_brace_that_names_nothing_is_an_error(string template) =>
        Assert.Throws<FormatException>(() => BenchmarkReport.Fill(template, "f", Machine, Raw));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_plot_has_a_dot_for_each_run_within_its_frame(bool logarithmic)
    {
        var plot = new DotPlot("t", " s", logarithmic);
        plot.Add("mysqld killed", Contender.All.Select(c => (c, BenchmarkReport.Of(Raw, c.Id, "gap", "mysqld killed"))));
        var svg = XDocument.Parse(plot.Draw());
        var dots = svg.Descendants().Where(e => e.Name.LocalName == "circle").Select(e => (double)e.Attribute("cx")!).ToList();
        Assert.Equal(4, dots.Count);
        Assert.All(dots, x => Assert.InRange(x, 210, 700));
        Assert.True(dots[^1] > dots[2], "the larger number is further right");
    }

    [Fact]
    public void Raw_numbers_are_read_again_as_they_were_written_and_a_failed_one_is_still_to_be_measured()
    {
        var folder = Directory.CreateTempSubdirectory("mha-raw-");
        try
        {
            var raw = new RawNumbers(folder.FullName);
            raw.Add(new RawNumber(1, "single", "writes", "8", 2403.5));
            raw.Add(new RawNumber(1, "single", "writes", "32", null, "a\tb\nc"));
            var again = new RawNumbers(folder.FullName);
            Assert.Equal([new(1, "single", "writes", "8", 2403.5), new RawNumber(1, "single", "writes", "32", null, "a b c")], again.All);
            Assert.True(again.Has(1, "single", "writes", "8"));
            Assert.False(again.Has(1, "single", "writes", "32"));
            File.AppendAllText(Path.Combine(folder.FullName, RawNumbers.FileName), "x\n");
            var refusal = Assert.Throws<FormatException>(() => new RawNumbers(folder.FullName)).Message;
            Assert.Contains($"{RawNumbers.FileName}:4:", refusal, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_template_names_only_what_is_measured() =>
        Assert.DoesNotContain("{", BenchmarkReport.Fill(Template, "f", Machine, Raw), StringComparison.Ordinal);

    private static string Template => File.ReadAllText(Path.Combine(House.Repository.Root, "tests/Benchmarks/report.md"));
}
