using System.Globalization;
using System.Text.RegularExpressions;

namespace MySqlHa.Cli;

/// <summary>
/// When, as people write it. A span stays a span: the cluster counts it by its own clock. A time of day is the next one, by the zone of
/// this machine; any other time says its offset, so that nobody has to guess.
/// </summary>
/// <param name="At">Null where it is a span.</param>
/// <param name="In">Milliseconds; null where it is a time.</param>
internal sealed partial record AppointmentText(DateTimeOffset? At, long? In)
{
    public const string Allowed = "allowed: +15m, +1h30m, +90s; 14:00 or 14:00:30 (the next one, local time); "
        + "2026-03-01T14:00Z or 2026-03-01T14:00:00+01:00";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    private static readonly string[] Units = ["d", "h", "m", "s"];
    private static readonly string[] Clocks = ["H:mm", "H:mm:ss"];
    private static readonly string[] Formats =
    [
        .. from blank in new[] { "'T'", "' '" }
           from time in new[] { "HH:mm", "HH:mm:ss", "HH:mm:ss.FFF" }
           select $"yyyy-MM-dd{blank}{time}zzz",
    ];

    /// <summary>Null, with the reason, where it is no time, or is past.</summary>
    public static AppointmentText? Parse(string text, DateTimeOffset now, TimeZoneInfo zone, out string why)
    {
        (why, var given) = ("", text.Trim());
        if (Span().Match(given) is { Success: true } span)
        {
            var time = Units.Aggregate(TimeSpan.Zero, (sum, unit) => sum + Part(span, unit));
            why = time <= TimeSpan.Zero ? $"'{text}' is no time from now; {Allowed}"
                : time > Longest ? $"'{text}' is further away than {Longest.TotalDays:0} days, which is the most"
                : "";
            return why.Length > 0 ? null : new AppointmentText(null, (long)time.TotalMilliseconds);
        }

        if (TimeOnly.TryParseExact(given, Clocks, CultureInfo.InvariantCulture, DateTimeStyles.None, out var clock))
        {
            return Next(clock, now, zone, text, out why);
        }

        var written = given.EndsWith('Z') || given.EndsWith('z') ? $"{given[..^1]}+00:00" : given;
        if (!DateTimeOffset.TryParseExact(written, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
        {
            why = $"'{text}' is no time{(Undecided().IsMatch(given) ? " without its offset from UTC, or Z" : "")}; {Allowed}";
            return null;
        }

        why = at <= now ? $"'{text}' is past: it is {now.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z now" : "";
        return why.Length > 0 ? null : new AppointmentText(at, null);
    }

    private static AppointmentText? Next(TimeOnly clock, DateTimeOffset now, TimeZoneInfo zone, string text, out string why)
    {
        var here = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        var today = DateTime.SpecifyKind(here.Date + clock.ToTimeSpan(), DateTimeKind.Unspecified);
        foreach (var day in new[] { today, today.AddDays(1) })
        {
            if (zone.IsInvalidTime(day))
            {
                why = $"'{text}' is left out on {day:yyyy-MM-dd}, when the clocks here are set forwards; {Allowed}";
                return null;
            }

            // Where it comes twice, the first one: that with the larger offset.
            var offset = zone.IsAmbiguousTime(day) ? zone.GetAmbiguousTimeOffsets(day).Max() : zone.GetUtcOffset(day);
            var at = new DateTimeOffset(day, offset);
            if (at > now)
            {
                why = "";
                return new AppointmentText(at, null);
            }
        }

        why = $"'{text}' does not come within a day; {Allowed}";
        return null;
    }

    private static TimeSpan Part(Match span, string unit) =>
        span.Groups[unit].Success
            ? int.Parse(span.Groups[unit].ValueSpan, CultureInfo.InvariantCulture) * (unit switch
            {
                "d" => TimeSpan.FromDays(1),
                "h" => TimeSpan.FromHours(1),
                "m" => TimeSpan.FromMinutes(1),
                _ => TimeSpan.FromSeconds(1),
            })
            : TimeSpan.Zero;

    [GeneratedRegex(@"\A\+(?=[0-9])((?<d>[0-9]{1,6})d)?((?<h>[0-9]{1,6})h)?((?<m>[0-9]{1,6})m)?((?<s>[0-9]{1,7})s)?\z")]
    private static partial Regex Span();

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?\z")]
    private static partial Regex Undecided();
}
