using System.Text.RegularExpressions;
using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.Documents;

/// <summary>A number that a document says was measured is one of the benchmark's.</summary>
public sealed partial class MeasuredNumberTests
{
    private static readonly string[] Places = ["docs/comparison.md", "docs/limits.md"];

    [Fact]
    public void Each_number_that_was_measured_is_in_the_benchmark()
    {
        var lines = Places.SelectMany(f => Repository.Lines(f).Select((text, i) => (Place: $"{f}:{i + 1}", text))).ToList();

        Assert.True(lines.Sum(l => Measured(l.text).Count()) > 20, "so few numbers were found that the search itself is broken");
        var known = Numbers(Repository.Lines("docs/benchmark-2026-11-23.md"));
        Repository.None(lines.SelectMany(l => Strange(l.text, known).Select(n => $"{l.Place}: {n} is not in the benchmark")));
    }

    [Theory]
    [InlineData("| killed | 21.9 s; 7.76 s [m] | 0.226 s [m] |", "0.226")]
    [InlineData("writes stopped for 0.989 s ([benchmark](benchmark-2026-11-23.md#x))", "0.989")]
    [InlineData("| writes | 660 and 704 [m] | |", "704")]
    [InlineData("after 30 s, and 5 s by default [r]", null)]
    public void Another_number_is_seen(string line, string? number) =>
        Assert.Equal(number, Strange(line, Numbers(["| ours | 21.9 | 7.76 (7.08–7.81) |", "1234 and 660"])).SingleOrDefault());

    private static IEnumerable<string> Strange(string line, HashSet<string> known) => Measured(line).Where(n => !known.Contains(n));

    private static HashSet<string> Numbers(IEnumerable<string> lines) =>
        lines.SelectMany(l => Number().Matches(l)).Select(m => m.Value).ToHashSet();

    /// <summary>Of three digits and more, in a line that says whence they are.</summary>
    private static IEnumerable<string> Measured(string line) =>
        line.Contains("[m]", StringComparison.Ordinal) || line.Contains("](benchmark-", StringComparison.Ordinal)
            ? Number().Matches(Link().Replace(line, "")).Select(m => m.Value).Where(n => n.Count(char.IsAsciiDigit) >= 3)
            : [];

    [GeneratedRegex(@"(?<![\w.,])[0-9]+(\.[0-9]+)?(?![\w]|[.,][0-9])")]
    private static partial Regex Number();

    [GeneratedRegex(@"\]\([^)]*\)")]
    private static partial Regex Link();
}
