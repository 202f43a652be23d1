using System.CommandLine;
using System.Text.RegularExpressions;
using MySqlHa.Infra.Plan;
using MySqlHa.Machines.Commands;
using MySqlHa.Tests.Cli;
using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.Documents;

/// <summary>What documents tell people to type can be typed.</summary>
[Collection(CommandLineRun.Collection)]
public sealed partial class DocumentedCommandTests
{
    private static readonly RootCommand Machines = MachinesCommand.Build();

    [Fact]
    public void Every_command_that_a_document_shows_is_one_that_there_is()
    {
        var commands = DocumentedCommand.Files.SelectMany(f => DocumentedCommand.In(f, Repository.Lines(f))).ToList();

        Assert.True(commands.Count(c => c.Whole) > 30, "so few commands in blocks were found that the search itself is broken");
        Repository.None(commands.Select(c => c.Wrong(CommandLineRun.Root, Machines)).OfType<string>());
    }

    [Theory]
    [InlineData("$ mysqlha explode", "has no 'explode'")]
    [InlineData("   $ mysqlha explain --explode", "has no --explode")]
    [InlineData("$ mysqlha switchover --too node2", "has no --too")]
    [InlineData("$ mysqlha switchover now", "Unrecognized")]
    [InlineData("$ mysqlha reinit", "Required argument missing")]
    [InlineData("$ mysqlha reinit --nonsense", "has no --nonsense")]
    [InlineData("$ ./sandbox up --nodes 4", "3, 5 or 7")]
    [InlineData("$ ./sandbox kill leader --frozen   # thaws", "has no --frozen")]
    [InlineData("$ MYSQLHA_ADDRESS=db1 mysqlha wait --time 5s", "has no --time")]
    [InlineData("$ cd x && mysqlha ring turn | tail", "has no 'turn'")]
    [InlineData("eval \"$(mysqlha completion fish)\"", "fish")]
    public void A_line_that_is_wrong_in_a_block_is_seen(string line, string why) => Assert.Contains(why, WrongIn("```", line, "```"));

    [Theory]
    [InlineData("run `mysqlha switchover --too N`", "has no --too")]
    [InlineData("run `mysqlha voters 3\\|5\\|7 all`", "one word too many")]
    [InlineData("run `mysqlha election [begin\\|end] …`", "has no 'begin'")]
    [InlineData("run `./sandbox up --machines --knots 3`", "has no --knots")]
    [InlineData("run `./sandbox starts N`", "has no 'starts'")]
    public void A_line_that_is_wrong_in_a_sentence_is_seen(string line, string why) => Assert.Contains(why, WrongIn(line));

    [Theory]
    [InlineData("run `mysqlha switchover [--to N] [--dry-run]`, `./sandbox …`, or `mysqlha drill [--kind mysqld\\|switchover]`")]
    [InlineData("`mysqlha failover --to N --accept-data-loss` and `mysqlha top` (`./sandbox mysql leader -- --table -e 'SELECT 1'`)")]
    public void A_synopsis_is_read_as_one_way_to_write_it(string line) => Assert.Equal("", WrongIn(line));

    [Fact]
    public void Every_key_of_the_stack_that_a_document_sets_is_one_with_that_value()
    {
        var sets = Lines()
            .SelectMany(l => Setting().Matches(l.Text).Select(m => (l.Place, Key: m.Groups[1].Value, Value: m.Groups[2].Value)))
            .Where(s => s.Key is not ("aws:region" or "sshPrivateKey")).ToList();

        Assert.NotEmpty(sets);
        Repository.None(sets.Select(s => Problem(s.Place, s.Key, s.Value.Trim('\''))).OfType<string>());
        Assert.NotNull(Problem("here", "nodes", "4711"));
        Assert.NotNull(Problem("here", "knots", "3"));
    }

    [Fact]
    public void Every_link_leads_to_a_file_and_a_heading_that_there_are()
    {
        var links = Lines().Where(l => l.File.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(l => Link().Matches(l.Text).Select(m => (l.File, l.Place, To: m.Groups[1].Value))).ToList();

        Assert.True(links.Count > 40, "so few links were found that the search itself is broken");
        Repository.None(links.Select(l => Broken(l.File, l.Place, l.To)).OfType<string>());
        Assert.NotNull(Broken("docs/api.md", "here", "no-such.md"));
        Assert.NotNull(Broken("docs/api.md", "here", "security.md#no-such-heading"));
        Assert.Null(Broken("docs/api.md", "here", "../README.md"));
    }

    [Fact]
    public void Every_document_is_in_the_list_of_documents()
    {
        var list = string.Join('\n', Repository.Lines("docs/README.md"));
        Repository.None(DocumentedCommand.Files.Where(f => f.StartsWith("docs/", StringComparison.Ordinal) && f != "docs/README.md")
            .Where(f => !list.Contains($"({f["docs/".Length..]})", StringComparison.Ordinal))
            .Select(f => $"docs/README.md does not name {f}: add a row with a link to it"));
    }

    private static string WrongIn(params string[] lines) => string.Join(
        '\n', DocumentedCommand.In("here", lines).Select(c => c.Wrong(CommandLineRun.Root, Machines)).OfType<string>());

    private static IEnumerable<(string File, string Place, string Text)> Lines() =>
        DocumentedCommand.Files.SelectMany(f => Repository.Lines(f).Select((text, i) => (f, $"{f}:{i + 1}", text)));

    private static string? Problem(string place, string key, string value)
    {
        try
        {
            // Some keys want this one beside them.
            var values = new Dictionary<string, string> { ["clientsFrom"] = "[\"10.0.0.0/8\"]", [key] = value };
            _ = SettingsReader.Read("dev", "eu-central-1", values);
            return null;
        }
        catch (PlanException e)
        {
            return $"{place}: pulumi config set {key} {value}: {e.Message}";
        }
    }

    private static string? Broken(string file, string place, string to)
    {
        if (to.Contains("://", StringComparison.Ordinal))
        {
            return null;
        }

        var (path, heading) = to.Split('#', 2) is [var p, var h] ? (p, h) : (to, "");
        var folder = Path.GetDirectoryName(file) ?? "";
        var full = Path.GetFullPath(Path.Combine(Repository.Root, folder, path));
        var target = path.Length == 0 ? file : Path.GetRelativePath(Repository.Root, full);
        if (!Repository.Tracked.Any(f => f == target || f.StartsWith(target.TrimEnd('/') + "/", StringComparison.Ordinal)))
        {
            return $"{place}: the link leads to {target}, which there is not";
        }

        return heading.Length == 0 || Repository.Lines(target).Any(l => l.StartsWith('#') && Anchor(l) == heading)
            ? null
            : $"{place}: {target} has no heading #{heading}";
    }

    /// <summary>As it is made of a heading where these documents are shown.</summary>
    private static string Anchor(string heading) =>
        NoAnchor().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"pulumi config set (?:--secret )?(\S+) ([^\s`]+)")]
    private static partial Regex Setting();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
