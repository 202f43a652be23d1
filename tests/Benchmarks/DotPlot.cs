using System.Globalization;
using System.Text;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// A picture as SVG: panels one below the other, a line for each contender, each run a dot, their median a stroke with its number. It
/// has a background of its own, for a dark page and for a light one.
/// </summary>
/// <param name="unit">Behind each number of the axis: s, or nothing.</param>
/// <param name="logarithmic">Each step of the axis ten times the one before; else it begins at nought, and medians have bars.</param>
internal sealed class DotPlot(string title, string unit, bool logarithmic)
{
    private const int Width = 780;
    private const int Left = 210;
    private const int Right = 700;
    private const int Row = 24;
    private const int Heading = 34;
    private const int Top = 62;
    private const string Style =
        """
        svg { background: #ffffff; font: 13px system-ui, sans-serif; }
        text { fill: #24292f; }
        .title { font-size: 16px; font-weight: 600; }
        .panel { font-weight: 600; }
        .faint { fill: #656d76; font-size: 12px; }
        .grid { stroke: #d8dee4; stroke-width: 1; }
        .ours { fill: #0969da; }
        .group { fill: #bc4c00; }
        .alone { fill: #656d76; }
        .dot { fill-opacity: 0.5; }
        .bar { fill-opacity: 0.18; }
        @media (prefers-color-scheme: dark) {
          svg { background: #0d1117; }
          text { fill: #e6edf3; }
          .faint { fill: #9198a1; }
          .grid { stroke: #30363d; }
          .ours { fill: #58a6ff; }
          .group { fill: #f0883e; }
          .alone { fill: #9198a1; }
          .dot { fill-opacity: 0.65; }
          .bar { fill-opacity: 0.3; }
        }
        """;

    private readonly List<(string Name, List<(Contender Contender, Sample Sample)> Lines)> _panels = [];

    /// <summary>Adds a panel; contenders without a number are left out of it.</summary>
    public void Add(string name, IEnumerable<(Contender Contender, Sample Sample)> lines) =>
        _panels.Add((name, [.. lines.Where(l => !l.Sample.Empty)]));

    public string Draw()
    {
        var all = _panels.SelectMany(p => p.Lines).SelectMany(l => l.Sample.Sorted).DefaultIfEmpty(1).ToList();
        var ticks = logarithmic ? Decades(all.Min(), all.Max()) : Steps(all.Max());
        double At(double value)
        {
            var share = logarithmic
                ? (Math.Log10(value) - Math.Log10(ticks[0])) / (Math.Log10(ticks[^1]) - Math.Log10(ticks[0]))
                : value / ticks[^1];
            return Left + (share * (Right - Left));
        }

        var body = new StringBuilder();
        var y = Top;
        foreach (var (name, lines) in _panels.Where(p => p.Lines.Count > 0))
        {
            _ = body.Append(Text(16, y + 20, "panel", name));
            y += Heading;
            foreach (var tick in ticks)
            {
                var end = y + (lines.Count * Row);
                _ = body.Append(Tag($"<line class='grid' x1='{At(tick):0.#}' x2='{At(tick):0.#}' y1='{y - 4}' y2='{end}'/>\n"));
            }

            foreach (var (contender, sample) in lines)
            {
                _ = body.Append(Line(contender, sample, y + (Row / 2), At));
                y += Row;
            }

            y += 8;
        }

        foreach (var tick in ticks)
        {
            _ = body.Append(Text(At(tick), y + 14, "faint", Short(tick), "middle"));
        }

        return Tag(
            $"""
            <svg xmlns='http://www.w3.org/2000/svg' width='{Width}' height='{y + 30}' viewBox='0 0 {Width} {y + 30}' role='img'>
            <title>{title}</title>
            <style>
            {Style}
            </style>
            {Text(16, 28, "title", title)}{Text(16, 48, "faint", Caption)}{body}</svg>

            """);
    }

    private string Caption => $"each dot a run, the stroke and the number their median{(logarithmic ? "; logarithmic" : "")}";

    private string Line(Contender contender, Sample sample, int y, Func<double, double> at)
    {
        var line = new StringBuilder(Text(Left - 10, y + 4, "", contender.Name, "end"));
        var median = at(sample.Median);
        if (!logarithmic)
        {
            var width = median - Left;
            _ = line.Append(Tag($"<rect class='{contender.Colour} bar' x='{Left}' y='{y - 8}' width='{width:0.#}' height='16'/>\n"));
        }

        foreach (var value in sample.Sorted)
        {
            _ = line.Append(Tag($"<circle class='{contender.Colour} dot' cx='{at(value):0.#}' cy='{y}' r='4'/>\n"));
        }

        _ = line.Append(Tag($"<rect class='{contender.Colour}' x='{median - 1.5:0.#}' y='{y - 9}' width='3' height='18' rx='1'/>\n"));
        return line.Append(Text(at(sample.Sorted[^1]) + 10, y + 4, "faint", Sample.Text(sample.Median) + unit)).ToString();
    }

    private static string Text(double x, int y, string style, string text, string anchor = "start") =>
        Tag($"<text class='{style}' x='{x:0.#}' y='{y}' text-anchor='{anchor}'>{text}</text>\n");

    private string Short(double tick) => tick.ToString("0.###", CultureInfo.InvariantCulture) + unit;

    private static List<double> Decades(double least, double most)
    {
        var first = (int)Math.Floor(Math.Log10(Math.Max(least, 0.001)));
        var last = Math.Max((int)Math.Ceiling(Math.Log10(Math.Max(most, 0.001))), first + 1);
        return [.. Enumerable.Range(first, last - first + 1).Select(power => Math.Pow(10, power))];
    }

    /// <summary>From nought in four to eight equal steps of 1, 2 or 5 times a power of ten.</summary>
    private static List<double> Steps(double most)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(most, 1) / 4)));
        var step = power * ((double[])[1, 2, 5, 10]).First(s => Math.Max(most, 1) / (s * power) <= 8);
        return [.. Enumerable.Range(0, (int)Math.Ceiling(Math.Max(most, 1) / step) + 1).Select(i => i * step)];
    }

    private static string Tag(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
