using System.Globalization;
using System.Text.RegularExpressions;

namespace MySqlHa.Cluster;

/// <summary>Durations as people write them: <c>500ms</c>, <c>1s</c>, <c>1.5s</c>, <c>2m</c>, <c>8h</c>, <c>3d</c>; 31 days at most. A number without a unit is none.</summary>
public static partial class DurationText
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var match = Duration().Match(text);
        if (!match.Success)
        {
            return false;
        }

        var number = double.Parse(match.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        var seconds = number * match.Groups["unit"].Value switch { "ms" => 0.001, "s" => 1, "m" => 60, "h" => 3600, _ => 86_400 };
        if (seconds > TimeSpan.FromDays(31).TotalSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }

    [GeneratedRegex(@"\A(?<number>[0-9]{1,9}(\.[0-9]{1,6})?)(?<unit>ms|s|m|h|d)\z")]
    private static partial Regex Duration();
}
