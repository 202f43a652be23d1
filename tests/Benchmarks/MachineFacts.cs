using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using MySqlHa.Tests.RealMysqld;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>What a machine is, as far as the numbers depend on it; no name of it. Kept beside the raw numbers.</summary>
internal static partial class MachineFacts
{
    public const string FileName = "machine.tsv";

    /// <summary>As they were when the numbers were measured; looked up where nothing was yet.</summary>
    public static IReadOnlyList<(string Name, string Value)> LoadOrLook(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
        {
            File.WriteAllLines(file, Look().Select(fact => $"{fact.Name}\t{fact.Value}"));
        }

        return [.. File.ReadLines(file).Select(line => line.Split('\t', 2)).Select(cells => (cells[0], cells[^1]))];
    }

    private static IEnumerable<(string Name, string Value)> Look()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1073741824.0;
        yield return ("date", DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        yield return ("processor", $"{Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.ProcessArchitecture}");
        yield return ("memory", string.Create(CultureInfo.InvariantCulture, $"{memory:0} GiB"));
        // Without what a distribution or a provider adds to it.
        yield return ("kernel", $"Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim().Split('-')[0]}");
        yield return ("MySQL", Version());
        yield return (".NET", Environment.Version.ToString());
    }

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").Where(l => l.StartsWith("model name", StringComparison.Ordinal))
            .Select(l => l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()).FirstOrDefault() ?? "unknown";

    private static string Version()
    {
        var start = new ProcessStartInfo(MysqldOnThisMachine.Mysqld) { RedirectStandardOutput = true };
        start.ArgumentList.Add("--no-defaults");
        start.ArgumentList.Add("--version");
        using var mysqld = Process.Start(start)!;
        var text = mysqld.StandardOutput.ReadToEnd();
        mysqld.WaitForExit();
        return VersionPattern().Match(text) is { Success: true } match ? match.Groups[1].Value : text.Trim();
    }

    [GeneratedRegex(@"Ver (\d+\.\d+\.\d+)")]
    private static partial Regex VersionPattern();
}
