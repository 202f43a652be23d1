using System.Globalization;
using System.Text.RegularExpressions;

namespace MySqlHa.Infra.Plan;

/// <summary>What the name of an EC2 instance type tells: <c>m7g.large</c> is family m, generation 7, on Graviton (g), 8 GiB.</summary>
public static partial class InstanceTypeName
{
    /// <summary>Null: no name of an instance type.</summary>
    public static Architecture? ArchitectureOf(string name)
    {
        var match = Pattern().Match(name);
        // Graviton is a 'g' among the letters behind the generation; a1 was there before that rule. A 'g' before it means a GPU.
        return !match.Success ? null
            : name.StartsWith("a1.", StringComparison.Ordinal) || match.Groups["attributes"].ValueSpan.Contains('g') ? Architecture.Arm64
            : Architecture.X64;
    }

    /// <summary>Of the families for general use; null: not known. AWS publishes these sizes on its page of instance types.</summary>
    public static double? MemoryGb(string name)
    {
        var match = Pattern().Match(name);
        var size = match.Groups["size"].Value;
        double? sizes = size switch
        {
            "nano" => 1 / 16.0,
            "micro" => 1 / 8.0,
            "small" => 1 / 4.0,
            "medium" => 1 / 2.0,
            "large" => 1,
            "xlarge" => 2,
            _ when size.EndsWith("xlarge", StringComparison.Ordinal)
                && int.TryParse(size[..^6], NumberStyles.None, CultureInfo.InvariantCulture, out var times) => 2 * times,
            _ => null,
        };
        // GiB of a 'large'.
        double? large = match.Groups["family"].Value switch { "m" or "t" => 8, "c" => 4, "r" => 16, _ => null };
        return sizes * large;
    }

    [GeneratedRegex(@"\A(?<family>[a-z]+)(?<generation>\d+)(?<attributes>[a-z-]*)\.(?<size>[a-z0-9-]+)\z")]
    private static partial Regex Pattern();
}
