namespace MySqlHa.Cli;

/// <summary>Columns as wide as they must be, two blanks between; the last one is not padded, so that long remarks cost nothing.</summary>
internal sealed class TextTable(params string[] heads)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(OneLine)]);

    public void WriteTo(TextWriter output)
    {
        var all = _rows.Prepend(heads).ToList();
        var widths = Enumerable.Range(0, heads.Length).Select(column => all.Max(row => row[column].Length)).ToArray();
        foreach (var row in all)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    // A name or reason comes from other machines: it must not move the cursor of this terminal.
    private static string OneLine(string cell) => string.Concat(cell.Select(c => char.IsControl(c) ? ' ' : c));
}
