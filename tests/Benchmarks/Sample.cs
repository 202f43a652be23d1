using System.Globalization;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>The numbers of all runs for one thing, in order of size.</summary>
internal sealed class Sample(IEnumerable<double> values)
{
    public IReadOnlyList<double> Sorted { get; } = [.. values.Order()];

    public bool Empty => Sorted.Count == 0;

    /// <summary>The mean of the two in the middle where their number is even. Throws where there is none.</summary>
    public double Median => (Sorted[(Sorted.Count - 1) / 2] + Sorted[Sorted.Count / 2]) / 2;

    /// <summary>Median, and from the least to the largest where there are more: <c>0.48 (0.45–0.52)</c>. A dash: none.</summary>
    public override string ToString() =>
        Empty ? "–" : Sorted.Count == 1 ? Text(Median) : $"{Text(Median)} ({Text(Sorted[0])}–{Text(Sorted[^1])})";

    /// <summary>Three digits that say something; whole numbers from a hundred on.</summary>
    public static string Text(double value) => value.ToString(
        value switch { 0 => "0", < 1 => "0.000", < 10 => "0.00", < 100 => "0.0", _ => "0" },
        CultureInfo.InvariantCulture);
}
