using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>Columns as wide as they must be, two blanks between; the last one is not padded, so that long remarks cost nothing,
/// and none for the sake of one that is absurdly long. In a terminal that is too narrow some columns are left out, and what is in
/// the last one goes on below; to a pipe or a file everything goes as it is.</summary>
internal sealed class TextTable(params string[] heads)
{
    private const int MostPadding = 200;
    private const int Indent = 4;

    /// <summary>Columns; below it the last column has lines of its own.</summary>
    private const int LeastRoom = 30;

    private readonly List<string[]> _rows = [];

    /// <summary>Heads of columns that are left out, one after the other, until the others fit.</summary>
    public IReadOnlyList<string> Spare { get; init; } = [];

    /// <summary>What is in the last column is there to be copied: it is never broken.</summary>
    public bool Whole { get; init; }

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(PlainText.OneLine)]);

    public void WriteTo(TextWriter output)
    {
        foreach (var line in Lines(Whole ? null : TerminalRoom.WidthOf(output)))
        {
            output.WriteLine(line);
        }
    }

    /// <param name="width">Of the terminal; null: there is none.</param>
    internal IEnumerable<string> Lines(int? width)
    {
        var all = _rows.Prepend(heads).ToList();
        var widths = Enumerable.Range(0, heads.Length).Select(column => Math.Min(MostPadding, all.Max(row => row[column].Length)))
            .ToArray();
        var last = heads.Length - 1;
        var shown = Enumerable.Range(0, last).ToList();

        // A long last column can go below, a short one stays where it is.
        var needed = widths[last] <= LeastRoom ? widths[last] : 0;
        foreach (var head in Spare)
        {
            if (width < shown.Sum(column => widths[column] + 2) + needed)
            {
                _ = shown.Remove(Array.IndexOf(heads, head));
            }
        }

        foreach (var row in all)
        {
            var line = string.Concat(shown.Select(column => row[column].PadRight(widths[column]) + "  "));
            if (width is not { } columns || line.Length + row[last].Length <= columns)
            {
                yield return (line + row[last]).TrimEnd();
                continue;
            }

            var below = columns - line.Length < Math.Min(LeastRoom, row[last].Length);
            var pieces = PlainText.Wrapped(row[last], below ? columns - Indent : columns - line.Length);
            if (below && !string.IsNullOrWhiteSpace(line))
            {
                yield return line.TrimEnd();
            }

            for (var piece = 0; piece < pieces.Count; piece++)
            {
                yield return (below ? new string(' ', Indent) : piece == 0 ? line : new string(' ', line.Length)) + pieces[piece];
            }
        }
    }
}
