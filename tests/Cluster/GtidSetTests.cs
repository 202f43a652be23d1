using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Cluster;

public sealed class GtidSetTests
{
    private static readonly string[] Sources =
        ["00000001-0000-0000-0000-000000000001", "00000001-0000-0000-0000-000000000001:tag", "00000002-0000-0000-0000-000000000001"];

    /// <summary>Beside sets of single transactions, which are too simple to be wrong.</summary>
    [Fact]
    public void Sets_are_united_subtracted_and_compared_as_sets_of_transactions_are()
    {
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var (a, plainA) = Draw(random);
            var (b, plainB) = Draw(random);
            Same(plainA.Union(plainB), a.Union(b));
            Same(plainA.Except(plainB), a.Minus(b));
            Assert.Equal(plainB.IsSubsetOf(plainA), a.Contains(b));
            Assert.Equal(plainA.SetEquals(plainB), a.Equals(b));
            Assert.Equal(plainA.Count, a.Count);
            Assert.All(plainB, t => Assert.Equal(plainA.Contains(t), a.Contains(t.Source, t.Number)));
            Same(plainA.Where(t => !t.Source.StartsWith(Sources[0], StringComparison.Ordinal)), a.WithoutServer(Sources[0]));
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(
        "00000002-0000-0000-0000-000000000001:5:1-2:3, 00000001-0000-0000-0000-000000000001:7",
        "00000001-0000-0000-0000-000000000001:7,00000002-0000-0000-0000-000000000001:1-3:5")]
    [InlineData(
        "00000001-0000-0000-0000-00000000000A:1:TAG:4-5:2\n",
        "00000001-0000-0000-0000-00000000000a:1,00000001-0000-0000-0000-00000000000a:tag:2:4-5")]
    public void Its_text_is_the_same_for_equal_sets(string text, string canonical) =>
        Assert.Equal(canonical, GtidSet.Parse(text).ToString());

    private static void Same(IEnumerable<(string Source, long Number)> expected, GtidSet actual)
    {
        var rebuilt = expected.Reverse().Aggregate(GtidSet.Empty, (set, t) => set.Union(GtidSet.Of(t.Source, t.Number)));
        Assert.Equal(rebuilt, actual);
        Assert.Equal(rebuilt.ToString(), actual.ToString());
        Assert.Equal(rebuilt.GetHashCode(), actual.GetHashCode());
        Assert.Equal(actual, GtidSet.Parse(actual.ToString()));
    }

    /// <summary>MySQL gives no higher one, and at the end of all numbers there is no next one to join or to divide by.</summary>
    [Fact]
    public void Numbers_end_one_before_the_last_that_there_is()
    {
        const string Uuid = "11111111-1111-1111-1111-111111111111";
        var all = GtidSet.Parse($"{Uuid}:1-{GtidSet.LastNumber}");
        Assert.Equal($"{Uuid}:1-4:6-{GtidSet.LastNumber}", all.Minus(GtidSet.Of(Uuid, 5)).ToString());
        Assert.True(all.Minus(all).IsEmpty);
        Assert.Equal(all, all.Union(GtidSet.Of(Uuid, 7, 9)));
        Assert.Equal(long.MaxValue, all.Union(GtidSet.Of($"{Uuid}:tag", 1, GtidSet.LastNumber)).Count);
        _ = Assert.Throws<FormatException>(() => GtidSet.Parse($"{Uuid}:5-{long.MaxValue}"));
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => GtidSet.Of(Uuid, long.MaxValue));
        Assert.True(GtidSet.Of(Uuid, []).IsEmpty);
    }

    private static (GtidSet Set, HashSet<(string Source, long Number)> Plain) Draw(Random random)
    {
        var (set, plain) = (GtidSet.Empty, new HashSet<(string, long)>());
        for (var part = random.Next(4); part > 0; part--)
        {
            var (source, first) = (Sources[random.Next(Sources.Length)], random.Next(1, 12));
            var last = first + random.Next(4);
            set = set.Union(GtidSet.Of(source, first, last));
            plain.UnionWith(Enumerable.Range(first, last - first + 1).Select(n => (source, (long)n)));
        }

        return (set, plain);
    }
}
