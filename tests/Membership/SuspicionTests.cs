using MySqlHa.Cluster;
using MySqlHa.Membership;
using Xunit;

namespace MySqlHa.Tests.Membership;

public sealed class SuspicionTests
{
    [Theory]
    // The table of Lifeguard's reference implementation: min 2 s, max 30 s, three further accusers expected.
    [InlineData(0, 3, 0, 30)]
    [InlineData(1, 3, 2, 14)]
    [InlineData(2, 3, 3, 4.811)]
    [InlineData(3, 3, 4, -2)]
    [InlineData(4, 3, 5, -3)]
    [InlineData(5, 3, 10, -8)]
    [InlineData(0, 0, 0, 2)] // nobody else is there to find the same
    [InlineData(0, 0, 2.5, -0.5)]
    public void The_time_left_to_object_shrinks_with_each_accuser(int n, int k, double elapsed, double left)
    {
        var remaining = Suspicion.Remaining(n, k, TimeSpan.FromSeconds(elapsed), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));
        Assert.Equal(left, remaining.TotalSeconds, 0.001);
    }

    [Fact]
    public void An_accuser_counts_once_and_no_more_than_expected_count()
    {
        var ids = Enumerable.Range(1, 5).Select(i => NodeId.Parse(i.ToString("x32", null))).ToArray();
        var suspicion = new Suspicion(Instant.Zero, ids[0], 2, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(12));
        Assert.Equal(12, (suspicion.Deadline - Instant.Zero).TotalSeconds, 0.001);
        Assert.False(suspicion.Accuse(ids[0]));
        Assert.True(suspicion.Accuse(ids[1]));
        Assert.False(suspicion.Accuse(ids[1]));
        Assert.True(suspicion.Accuse(ids[2]));
        Assert.Equal(2, (suspicion.Deadline - Instant.Zero).TotalSeconds, 0.001);
        Assert.False(suspicion.Accuse(ids[3]));
        Assert.Equal(3, suspicion.Accusers);
    }
}
