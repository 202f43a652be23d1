using System.Text.RegularExpressions;
using MySqlHa.Tests.House;
using MySqlHa.Tests.Prometheus;
using Xunit;

namespace MySqlHa.Tests.Documents;

/// <summary>docs/operations.md says of each reason what it means and what to do.</summary>
public sealed partial class ReasonCodeTests
{
    private const string Heading = "Reasons, by code";

    private static readonly string[] Parts = ["What it means", "What to look at", "What to do"];
    private static readonly string[] Rooms = ["agent/Failover/", "agent/Core/", "agent/Node/"];

    // What a node does when nothing is in its way; no member reports these (NodeCore.Reports), they are in its log alone.
    private static readonly string[] OrderOfTheDay =
    [
        "access", "busy", "checked", "events", "follow", "following", "forget-source", "leading", "marker", "open", "promise", "promised",
        "promote", "start", "whole",
    ];

    [Fact]
    public void Every_reason_that_is_given_is_told_with_what_to_do()
    {
        var document = Reference.Of("docs/operations.md");
        var rows = document.Rows(Heading, deep: true);
        var told = rows.SelectMany(r => Quoted().Matches(Reference.Cells(r)[0])).Select(m => m.Groups[1].Value).ToHashSet();
        var given = Given().Except(OrderOfTheDay).Order(StringComparer.Ordinal).ToList();
        Repository.None(
        [
            .. given.Where(c => !told.Contains(c))
                .Select(c => $"docs/operations.md, '{Heading}': add this row: {Reference.Row($"`{c}`", "WHAT IT MEANS", "WHAT TO DO")}"),
            .. told.Where(c => !given.Contains(c)).Select(c => $"docs/operations.md, '{Heading}': take out `{c}`, which nothing gives"),
            .. rows.Where(r => Reference.Cells(r) is not { Length: 3 } cells || cells.Any(c => c.Length == 0))
                .Select(r => $"not three cells: {r}"),
        ]);
    }

    [Fact]
    public void Each_alarm_says_what_it_means_what_to_look_at_and_what_to_do()
    {
        var sections = SectionsOf(Repository.Lines("docs/operations.md"));
        Assert.NotEmpty(AlertRules.All);
        Repository.None(
            from alert in AlertRules.All
            from part in Parts
            where !sections.GetValueOrDefault(alert.Name, "").Contains($"**{part}.**", StringComparison.Ordinal)
            select $"docs/operations.md, '{alert.Name}': says nothing under **{part}.**");
        string[] sample = ["## A", "**What it means.** x", "```", "# NAME", "```", "**What to do.** y", "## B", "**What to look at.** z"];
        Assert.Equal("## A\n**What it means.** x\n\n\n\n**What to do.** y\n", SectionsOf(sample)["A"]);
    }

    [Fact]
    public void Codes_are_found_however_they_are_written()
    {
        Assert.Equal(
            ["a-b", "c", "d", "e", "f"],
            Codes("new Reason(\"a-b\", x); Hold(\n  \"c\", x); Failed(\"d\", x); new(p.Q ? \"e\" : \"f\", x); Kill(name, x)")
                .Order());
        var given = Given().ToHashSet();
        Assert.Superset(
            new HashSet<string> { "waiting-for-quorum", "not-attached", "not-the-leader", "lease-lapsed", "clone-failed" }, given);
    }

    private static Dictionary<string, string> SectionsOf(string[] lines)
    {
        var (sections, name) = (new Dictionary<string, string>(), "");
        foreach (var line in Reference.WithoutCode(lines))
        {
            var rank = line.TakeWhile(c => c == '#').Count();
            name = rank is 1 or 2 ? line[rank..].Trim() : name;
            sections[name] = sections.GetValueOrDefault(name, "") + line + "\n";
        }

        return sections;
    }

    /// <summary>By the pure rooms, by steps on mysqld that fail, and by what answers load balancers and operators.</summary>
    private static IEnumerable<string> Given() =>
        from file in Repository.Sources
        where Rooms.Any(r => file.StartsWith(r, StringComparison.Ordinal))
            || file is "agent/Api/NodeDuty.cs" or "agent/Api/OperatorDoor.cs"
        from code in Codes(string.Join('\n', Repository.Lines(file)))
        select code;

    private static IEnumerable<string> Codes(string source) =>
        Made().Matches(source).SelectMany(m => Literal().Matches(m.Groups[1].Value)).Select(m => m.Groups[1].Value).Distinct();

    [GeneratedRegex("""\b(?:new|Reason|Refused|Done|Hold|Kill|Failed)\(\s*((?:[\w.]+ \? )?"[a-z]+(?:-[a-z]+)*"(?: : "[a-z-]+")?)\s*,""")]
    private static partial Regex Made();

    [GeneratedRegex("`([a-z-]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex("\"([a-z-]+)\"")]
    private static partial Regex Literal();
}
