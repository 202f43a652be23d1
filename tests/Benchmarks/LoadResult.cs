using System.Globalization;
using System.Text.RegularExpressions;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>What sysbench said at its end.</summary>
/// <param name="Queries">All of its run.</param>
/// <param name="PerSecond">Of these.</param>
/// <param name="Half">Milliseconds within which half of the queries were answered.</param>
/// <param name="Most">Milliseconds within which 99 of 100 were.</param>
internal sealed partial record LoadResult(long Queries, double PerSecond, double Half, double Most)
{
    /// <summary>
    /// From what it prints with <c>--percentile=99 --histogram</c>. Throws <see cref="FormatException"/> with its last line.
    /// </summary>
    public static LoadResult Parse(string text)
    {
        var queries = QueriesPattern().Match(text);
        var most = MostPattern().Match(text);
        var steps = StepPattern().Matches(text).Select(m => (Value: Number(m.Groups[1]), Count: Number(m.Groups[2]))).ToList();
        if (!queries.Success || !most.Success || steps.Count == 0)
        {
            throw new FormatException($"sysbench said: {text.TrimEnd().Split('\n')[^1]}");
        }

        var (half, seen) = (steps.Sum(s => s.Count) / 2, 0.0);
        var median = steps.First(s => (seen += s.Count) >= half).Value;
        return new LoadResult((long)Number(queries.Groups[1]), Number(queries.Groups[2]), median, Number(most.Groups[1]));
    }

    private static double Number(Capture digits) => double.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s+queries:\s+(\d+)\s+\(([\d.]+) per sec\.\)", RegexOptions.Multiline)]
    private static partial Regex QueriesPattern();

    [GeneratedRegex(@"^\s+99th percentile:\s+([\d.]+)", RegexOptions.Multiline)]
    private static partial Regex MostPattern();

    [GeneratedRegex(@"^\s*([\d.]+) \|\**\s+(\d+)\s*$", RegexOptions.Multiline)]
    private static partial Regex StepPattern();
}
