using MySqlHa.Tests.House;

namespace MySqlHa.Tests.Documents;

/// <summary>The tables of a document: the rows below each heading, as they are written.</summary>
internal sealed class Reference(string file, IReadOnlyList<string> all)
{
    private readonly IReadOnlyList<string> _lines = WithoutCode(all);

    public static Reference Of(string file) => new(file, Repository.Lines(file));

    /// <summary>As many lines, those of blocks of code empty: in an output '#' begins no heading.</summary>
    public static IReadOnlyList<string> WithoutCode(IEnumerable<string> lines)
    {
        var within = false;
        return
        [
            .. lines.Select(line =>
            {
                var fence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
                within ^= fence;
                return within || fence ? "" : line;
            }),
        ];
    }

    /// <summary>Rows below the heading, up to the next one; heads of tables left out.</summary>
    /// <param name="deep">Those below its subheadings too.</param>
    public IReadOnlyList<string> Rows(string heading, bool deep = false)
    {
        var rows = new List<string>();
        var rank = 0;
        for (var i = 0; i < _lines.Count; i++)
        {
            var own = _lines[i].TakeWhile(c => c == '#').Count();
            if (own > 0 && rank > 0 && (own <= rank || !deep))
            {
                break;
            }

            rank = own > 0 && _lines[i][own..].Trim() == heading ? own : rank;
            var isHead = IsRule(_lines[i]) || (i + 1 < _lines.Count && IsRule(_lines[i + 1]));
            if (rank > 0 && _lines[i].StartsWith("| ", StringComparison.Ordinal) && !isHead)
            {
                rows.Add(_lines[i]);
            }
        }

        return rows;
    }

    /// <summary>The cells of a row; a bar within one is written <c>\|</c>.</summary>
    public static string[] Cells(string row) =>
        [.. row.Trim()[1..^1].Replace(@"\|", "\u0001", StringComparison.Ordinal).Split('|').Select(c => c.Trim().Replace('\u0001', '|'))];

    public static string Row(params string[] cells) =>
        $"| {string.Join(" | ", cells.Select(c => c.Replace("|", @"\|", StringComparison.Ordinal)))} |";

    /// <summary>What to do so that the table has exactly these rows.</summary>
    public IEnumerable<string> Against(string heading, IEnumerable<string> expected) => Against(heading, expected, row => row);

    /// <summary>The same of rows of which only a part is fixed, which <paramref name="part"/> gives; the rest is for people.</summary>
    public IEnumerable<string> Against(string heading, IEnumerable<string> expected, Func<string, string> part)
    {
        var (there, wanted) = (Rows(heading), expected.ToList());
        var (parts, wantedParts) = (there.Select(part).ToList(), wanted.Select(part).ToHashSet());
        foreach (var row in wanted.Where(w => !parts.Contains(part(w))))
        {
            yield return $"{file}, '{heading}': add this row: {row}";
        }

        foreach (var row in there.Where(t => !wantedParts.Contains(part(t))))
        {
            yield return $"{file}, '{heading}': take this row out: {row}";
        }

        foreach (var twice in parts.GroupBy(p => p).Where(g => g.Count() > 1))
        {
            yield return $"{file}, '{heading}': there twice: {twice.Key}";
        }
    }

    private static bool IsRule(string line) => line.StartsWith("| ---", StringComparison.Ordinal);
}
