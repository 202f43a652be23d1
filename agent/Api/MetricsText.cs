using System.Globalization;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// Prometheus' text format 0.0.4: for each family HELP and TYPE once, then its samples. Names and label names are ours and valid;
/// help texts and label values are escaped.
/// </summary>
internal sealed class MetricsText
{
    private readonly StringBuilder _text = new();

    /// <summary>A value that goes up and down; null: not known now, and then not written at all.</summary>
    public void Gauge(string name, string help, double? value)
    {
        if (value is not null)
        {
            Family(name, "gauge", help, [([], value)]);
        }
    }

    public void Gauges(string name, string help, IEnumerable<((string Label, string Value)[] Labels, double? Value)> samples) =>
        Family(name, "gauge", help, samples);

    public void Counters(string name, string help, IEnumerable<((string Label, string Value)[] Labels, double? Value)> samples) =>
        Family(name, "counter", help, samples);

    /// <summary>Seconds: cumulative buckets, as the format has them, then sum and count.</summary>
    public void Histograms(string name, string help, IEnumerable<((string Label, string Value)[] Labels, TimeHistogram Times)> samples)
    {
        Head(name, "histogram", help);
        foreach (var (labels, times) in samples)
        {
            var below = 0L;
            for (var i = 0; i < times.Counts.Length; i++)
            {
                below += times.Counts[i];
                var bound = i < TimeHistogram.Bounds.Length ? Number(TimeHistogram.Bounds[i] / 1000.0) : "+Inf";
                Sample(name + "_bucket", [.. labels, ("le", bound)], below);
            }

            Sample(name + "_sum", labels, times.SumMilliseconds / 1000.0);
            Sample(name + "_count", labels, below);
        }
    }

    public override string ToString() => _text.ToString();

    private void Family(string name, string type, string help, IEnumerable<((string Label, string Value)[] Labels, double? Value)> samples)
    {
        var known = samples.Where(s => s.Value is not null).ToList();
        if (known.Count == 0)
        {
            return;
        }

        Head(name, type, help);
        foreach (var (labels, value) in known)
        {
            Sample(name, labels, value!.Value);
        }
    }

    private void Head(string name, string type, string help) =>
        _text.Append("# HELP ").Append(name).Append(' ').Append(Escaped(help, quotes: false)).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private void Sample(string name, (string Label, string Value)[] labels, double value)
    {
        _ = _text.Append(name);
        if (labels.Length > 0)
        {
            _ = _text.Append('{').AppendJoin(',', labels.Select(l => $"{l.Label}=\"{Escaped(l.Value, quotes: true)}\"")).Append('}');
        }

        _ = _text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Escaped(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
