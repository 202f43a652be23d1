using Xunit;

namespace MySqlHa.Tests.Elections;

public sealed class BeliefCheckTests
{
    private static readonly Belief[] Good =
    [
        new("s", "a", 1, 0, 100), new("s", "a", 1, 50, 150), new("s", "b", 2, 150, 250), new("s", "a", 3, 400, 500),
        new("t", "b", 1, 0, 900),
    ];

    [Fact]
    public void One_after_the_other_with_growing_terms_is_good() => Assert.Empty(BeliefCheck.Violations(Good));

    [Theory]
    [InlineData("b", 4, 450, 600, "both believed")]
    [InlineData("b", 4, 100, 120, "both believed")]
    [InlineData("b", 3, 500, 600, "term 3 was a's and b's")]
    [InlineData("b", 2, 500, 600, "behind it term 2")]
    [InlineData("a", 2, 500, 600, "behind it term 2")]
    public void Each_clause_can_fail(string candidate, long term, long from, long until, string said) =>
        Assert.Contains(
            BeliefCheck.Violations([.. Good, new Belief("s", candidate, term, from, until)]),
            v => v.Contains(said, StringComparison.Ordinal));
}
