using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>Columns as wide as they must be, two blanks between; the last one is not padded, so that long remarks cost nothing,
/// and none for the sake of one that is absurdly long.</summary>
internal sealed class TextTable(params string[] heads)
{
    private const int MostPadding = 200;
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(PlainText.OneLine)]);

    public void WriteTo(TextWriter output)
    {
        var all = _rows.Prepend(heads).ToList();
        var widths = Enumerable.Range(0, heads.Length).Select(column => Math.Min(MostPadding, all.Max(row => row[column].Length)))
            .ToArray();
        foreach (var row in all)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
