using MySqlHa.Cluster;
using MySqlHa.Guard;
using Xunit;

namespace MySqlHa.Tests.Guard;

public sealed class GuardWatchTests
{
    private static readonly Timing Timing = Timing.Lan;

    [Theory]
    [InlineData(0, true, true, 60, "None")]
    [InlineData(1.4, true, true, 60, "None")]
    [InlineData(1.6, true, true, 60, "Kill")] // frozen, or of a release that speaks otherwise
    [InlineData(1.6, true, false, 60, "Kill")] // the service manager starts it again
    [InlineData(0, false, true, 60, "Start")]
    [InlineData(9, false, true, 1, "None")] // one was started a moment ago
    [InlineData(9, false, true, 3, "Start")]
    [InlineData(9, false, false, 60, "None")]
    public void A_guard_is_started_or_killed(double silence, bool lives, bool own, double sinceStart, string care) =>
        Assert.Equal(care, GuardWatch.Care(Seconds(silence), lives, own, Seconds(sinceStart), Timing).ToString());

    [Theory]
    [InlineData(2.9, false)]
    [InlineData(3.1, true)]
    public void A_guard_that_is_silent_for_three_leases_is_missing(double silence, bool missing) =>
        Assert.Equal(missing, GuardWatch.IsMissing(Seconds(silence), Timing));

    [Fact]
    public void The_next_leader_waits_longer_than_a_guard_on_any_clock_may_take()
    {
        foreach (var timing in new[] { Timing.Fast, Timing.Lan, Timing.Balanced, Timing.Wan })
        {
            // The slowest clock that is allowed beside the fastest one, and the time to be woken.
            var guard = timing.GuardMargin / (1 - timing.ClockDrift);
            var controller = timing.GuardMarginOfController / (1 + timing.ClockDrift);
            Assert.True(controller - guard > TimeSpan.FromMilliseconds(10), $"{timing.Lease}: {controller - guard}");
        }
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
