using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Configuration;

/// <summary>Timing as configured: the name of a preset, or a lease and a clock drift. Everything else is derived from the lease.</summary>
internal static class TimingText
{
    public const string Presets = "fast (lease 500ms), lan (1s), balanced (3s), wan (10s)";
    public const string Leases = "a duration from 300ms to 60s, like 500ms or 1.5s";
    public const string Drifts = "a share from 0 to 0.1, like 0.01";

    public static bool TryParsePreset(string text, out Timing timing)
    {
        var preset = text switch
        {
            "fast" => Timing.Fast,
            "lan" => Timing.Lan,
            "balanced" => Timing.Balanced,
            "wan" => Timing.Wan,
            _ => null,
        };
        timing = preset ?? Timing.Lan;
        return preset is not null;
    }

    public static bool TryParseLease(string text, out TimeSpan lease) =>
        DurationText.TryParse(text, out lease) && lease >= Timing.ShortestLease && lease <= Timing.LongestLease;

    public static bool TryParseDrift(string text, out double drift) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out drift) && drift is >= 0 and <= 0.1;
}
