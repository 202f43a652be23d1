using System.Globalization;
using MySqlHa.Cli;
using Xunit;

namespace MySqlHa.Tests.Cli;

public sealed class AppointmentTextTests
{
    private static readonly DateTimeOffset Now = At("2026-10-24T12:30:00Z");
    private static readonly TimeZoneInfo Berlin = ZoneWithSummerTime();

    [Theory]
    [InlineData("+15m", 900_000)]
    [InlineData("+1h30m", 5_400_000)]
    [InlineData(" +90s", 90_000)]
    [InlineData("+2d1s", 172_801_000)]
    public void A_span_stays_a_span(string text, long milliseconds) =>
        Assert.Equal(new AppointmentText(null, milliseconds), AppointmentText.Parse(text, Now, Berlin, out _));

    [Theory]
    [InlineData("2026-10-24T14:00Z", "2026-10-24T14:00:00Z")]
    [InlineData("2026-10-24T14:00:30.5+01:00", "2026-10-24T13:00:30.5Z")]
    [InlineData("2026-10-24 14:00:00-05:00", "2026-10-24T19:00:00Z")]
    [InlineData("14:31", "2026-10-24T12:31:00Z")]
    [InlineData("14:30", "2026-10-25T13:30:00Z")]
    [InlineData("2:30", "2026-10-25T00:30:00Z")]
    [InlineData("23:59:59", "2026-10-24T21:59:59Z")]
    public void A_time_is_the_one_that_is_meant(string text, string expected) =>
        Assert.Equal(new AppointmentText(At(expected), null), AppointmentText.Parse(text, Now, Berlin, out _));

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("+")]
    [InlineData("+0s")]
    [InlineData("+15")]
    [InlineData("+m")]
    [InlineData("-5m")]
    [InlineData("25:00")]
    [InlineData("14:61")]
    [InlineData("2026-13-01T00:00Z")]
    public void What_is_no_time_is_refused_with_what_is_allowed(string text)
    {
        Assert.Null(AppointmentText.Parse(text, Now, Berlin, out var why));
        Assert.StartsWith($"'{text}' is no time", why, StringComparison.Ordinal);
        Assert.Contains("+15m", why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-10-24T14:00:00", "without its offset from UTC, or Z")]
    [InlineData("2026-10-24T12:30:00Z", "is past: it is 2026-10-24 12:30:00Z now")]
    [InlineData("+32d", "further away than 31 days")]
    public void What_is_past_or_too_far_or_undecided_is_refused(string text, string says)
    {
        Assert.Null(AppointmentText.Parse(text, Now, Berlin, out var why));
        Assert.Contains(says, why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_the_clocks_leave_out_is_refused()
    {
        Assert.Null(AppointmentText.Parse("2:30", At("2026-03-28T12:00Z"), Berlin, out var why));
        Assert.Contains("left out on 2026-03-29", why, StringComparison.Ordinal);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>An hour ahead of UTC, and two from the last Sunday of March to that of October.</summary>
    private static TimeZoneInfo ZoneWithSummerTime()
    {
        var begin = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday);
        var end = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday);
        var rule = TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1), begin, end);
        return TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(1), "test", "test", "test summer", [rule]);
    }
}
