using System.Globalization;

namespace MySqlHa.Tests.Simulation;

/// <summary>How often what happened, in one run or in many.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public long this[string what] => _counts.GetValueOrDefault(what);

    public void Count(string what, long times = 1) => _counts[what] = this[what] + times;

    public void Add(Tally other)
    {
        foreach (var (what, times) in other._counts)
        {
            Count(what, times);
        }
    }

    /// <summary>A line for each, most first.</summary>
    public IEnumerable<string> Lines() => _counts.Where(c => c.Value > 0).OrderByDescending(c => c.Value)
        .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Value,14:N0}  {c.Key}"));
}
