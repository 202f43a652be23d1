using System.Globalization;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// All numbers of a benchmark, in one file of tab-separated lines to which each is appended as soon as it is known: a benchmark that was
/// broken off goes on where it was.
/// </summary>
internal sealed class RawNumbers
{
    public const string FileName = "raw.tsv";
    private const string Head = "run\tsystem\tkind\tof\tvalue\tnote";
    private readonly string _file;
    private readonly List<RawNumber> _all;

    /// <summary>Reads what is there. Throws <see cref="FormatException"/> naming the first line that is none.</summary>
    public RawNumbers(string folder)
    {
        _ = Directory.CreateDirectory(folder);
        _file = Path.Combine(folder, FileName);
        if (!File.Exists(_file))
        {
            File.WriteAllText(_file, Head + "\n");
        }

        _all = [.. File.ReadLines(_file).Index().Skip(1).Select(line => Parse(line.Item, line.Index + 1))];
    }

    public IReadOnlyList<RawNumber> All => _all;

    public bool Has(int run, string system, string kind, string of) =>
        _all.Any(n => n.Value is not null && n.Run == run && n.System == system && n.Kind == kind && n.Of == of);

    public void Add(RawNumber number)
    {
        _all.Add(number);
        File.AppendAllText(_file, Text(number) + "\n");
        BenchmarkPlan.Tell(Text(number).Replace("\t", "  ", StringComparison.Ordinal));
    }

    private static string Text(RawNumber number) => string.Join(
        '\t',
        number.Run.ToString(CultureInfo.InvariantCulture),
        number.System,
        number.Kind,
        number.Of,
        number.Value?.ToString("0.####", CultureInfo.InvariantCulture) ?? "",
        number.Note.ReplaceLineEndings(" ").Replace('\t', ' '));

    private RawNumber Parse(string line, int at)
    {
        var cells = line.Split('\t');
        var value = 0.0;
        return cells.Length == 6 && int.TryParse(cells[0], NumberStyles.None, CultureInfo.InvariantCulture, out var run)
            && (cells[4].Length == 0 || double.TryParse(cells[4], NumberStyles.Float, CultureInfo.InvariantCulture, out value))
            ? new RawNumber(run, cells[1], cells[2], cells[3], cells[4].Length == 0 ? null : value, cells[5])
            : throw new FormatException(
                $"{FileName}:{at}: six cells with tabs between, the first a whole number, the fifth a number: {line}");
    }
}
