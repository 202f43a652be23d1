using System.Globalization;
using System.Text.RegularExpressions;

namespace MySqlHa.Configuration;

/// <summary>Durations as people write them: <c>500ms</c>, <c>1s</c>, <c>1.5s</c>, <c>2m</c>. A number without a unit is none.</summary>
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
        var seconds = number * match.Groups["unit"].Value switch { "ms" => 0.001, "s" => 1, _ => 60 };
        if (seconds > TimeSpan.FromDays(1).TotalSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }

    [GeneratedRegex(@"\A(?<number>[0-9]{1,9}(\.[0-9]{1,6})?)(?<unit>ms|s|m)\z")]
    private static partial Regex Duration();
}
