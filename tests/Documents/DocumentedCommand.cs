using System.CommandLine;
using System.Text.RegularExpressions;
using MySqlHa.Tests.House;

namespace MySqlHa.Tests.Documents;

/// <summary>A command line that a document shows.</summary>
/// <param name="Place">File and line, for messages.</param>
/// <param name="Words">Behind the program's name; brackets and alternatives of a synopsis are resolved to one way to write it.</param>
/// <param name="Whole">It stands in a block of code, so that it is typed as it is; else it may lack words.</param>
internal sealed partial record DocumentedCommand(string Place, string Program, IReadOnlyList<string> Words, bool Whole)
{
    public const string Mysqlha = "mysqlha";
    public const string Sandbox = "./sandbox";

    /// <summary>Of the stack on machines of this host, which has a tree of commands of its own.</summary>
    public bool OnMachines => Words.TakeWhile(w => w != "--").Contains("--machines");

    public override string ToString() => $"{Place}: {Program} {string.Join(' ', Words)}";

    /// <summary>What people read, and what the alert rules tell them to run.</summary>
    public static IEnumerable<string> Files => Repository.Tracked.Where(f =>
        f is "README.md" or "CHANGELOG.md" or "CONTRIBUTING.md" or "docs/prometheus/mysqlha-alerts.yml"
        || (f.StartsWith("docs/", StringComparison.Ordinal) && f.EndsWith(".md", StringComparison.Ordinal)));

    public static IEnumerable<DocumentedCommand> In(string file, IReadOnlyList<string> lines)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            var place = $"{file}:{i + 1}";
            if (!IsFence(lines[i]))
            {
                foreach (var span in Span().Matches(lines[i]).Select(m => m.Groups[1].Value))
                {
                    foreach (var command in Of(place, span, whole: false))
                    {
                        yield return command;
                    }
                }

                continue;
            }

            var end = i + 1;
            while (end < lines.Count && !IsFence(lines[end]))
            {
                end++;
            }

            // Where a prompt is shown, only what stands behind one is typed; the rest is output.
            var prompts = lines.Skip(i + 1).Take(end - i - 1).Any(IsPrompt);
            for (var at = i + 1; at < end; at++)
            {
                var typed = !prompts ? lines[at] : IsPrompt(lines[at]) ? lines[at].TrimStart()[2..] : "";
                foreach (var command in Of($"{file}:{at + 1}", typed, whole: true))
                {
                    yield return command;
                }
            }

            i = end;
        }
    }

    private static bool IsFence(string line) => line.TrimStart().StartsWith("```", StringComparison.Ordinal);

    private static bool IsPrompt(string line) => line.TrimStart().StartsWith("$ ", StringComparison.Ordinal);

    /// <summary>What is wrong with it by the programs' own trees of commands; null: nothing.</summary>
    public string? Wrong(RootCommand agents, RootCommand machines)
    {
        var root = OnMachines ? machines : agents;
        IReadOnlyList<string> words = OnMachines ? [.. Words.Where(w => w != "--machines")]
            : Program == Sandbox ? ["sandbox", .. Words]
            : Words;
        Command command = root;
        var given = words.TakeWhile(w => w != "--").ToList();
        var options = new List<Option>(root.Options);
        while (given.Count > 0 && command.Subcommands.FirstOrDefault(c => c.Name == given[0] || c.Aliases.Contains(given[0])) is { } next)
        {
            command = next;
            options.AddRange(next.Options.Where(o => o.Recursive || next.Subcommands.Count == 0));
            given.RemoveAt(0);
        }

        if (given.Count > 0 && command.Subcommands.Count > 0 && !given[0].StartsWith('-'))
        {
            return $"{this}: '{NameOf(command)}' has no '{given[0]}'; it has {string.Join(", ", command.Subcommands.Select(c => c.Name))}";
        }

        foreach (var word in given.Where(w => w.StartsWith('-') && w.Length > 1).Select(w => w.Split('=')[0]))
        {
            if (word is not ("--help" or "-h") && !options.Any(o => o.Name == word || o.Aliases.Contains(word)))
            {
                return $"{this}: '{NameOf(command)}' has no {word}; it has {string.Join(", ", options.Select(o => o.Name).Order())}";
            }
        }

        var parse = root.Parse(words);
        if (words.Contains("--help"))
        {
            return null;
        }

        return Whole && parse.Errors is [var error, ..] ? $"{this}: {error.Message}"
            : parse.UnmatchedTokens is [var extra, ..] ? $"{this}: '{extra}' is one word too many"
            : null;
    }

    // That of a root is of the process it is in.
    private string NameOf(Command command) => command is RootCommand ? Program : command.Name;

    private static IEnumerable<DocumentedCommand> Of(string place, string line, bool whole)
    {
        var plain = line.Replace(@"\|", "|", StringComparison.Ordinal);
        foreach (var part in whole ? Between().Split(Comment().Replace(plain, "")) : [plain])
        {
            var words = Word().Matches(Before().Replace(part, "")).Select(m => m.Value).ToList();
            if (words is not [Mysqlha or Sandbox, ..])
            {
                continue;
            }

            var program = words[0];
            var rest = words.Skip(1).TakeWhile(w => w[0] is not ('>' or '<')).Select(w => OneOf(w)).Where(w => w.Length > 0).ToList();
            if (rest.Count > 0)
            {
                yield return new DocumentedCommand(place, program, rest, whole);
            }
        }
    }

    /// <summary>Of <c>[--to N]</c> and <c>3|5|7</c>, what one would type; nothing of an ellipsis.</summary>
    private static string OneOf(string word) => word[0] is '"' or '\'' ? word[1..^1] : word.Trim('[', ']', '…', '"').Split('|')[0];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Span();

    [GeneratedRegex(@"\s#\s.*$")]
    private static partial Regex Comment();

    // A pipe has room around it; the bars of a synopsis have not.
    [GeneratedRegex(@"&&|;|\s\|\s|\$\(|\)""?|\s&$")]
    private static partial Regex Between();

    // Variables before a command, and what else may lead to it.
    [GeneratedRegex(@"^\s*((sudo|time|while|do|if|!)\s+|[A-Z_]+=\S+\s+)*")]
    private static partial Regex Before();

    [GeneratedRegex("""'[^']*'|"[^"]*"|[^\s"']+""")]
    private static partial Regex Word();
}
