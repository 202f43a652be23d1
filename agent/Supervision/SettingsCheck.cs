using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MySqlHa.Supervision;

/// <summary>Asks the server program whether it would start with some settings: no server runs for it, and no data is touched.</summary>
public static partial class SettingsCheck
{
    private const string UnknownVariable = "MY-000067";

    // That it ends now.
    private static readonly string[] Endings = ["MY-010119", "MY-010746"];

    // That it took another value than it was given.
    private static readonly string[] Adjustments = ["MY-000076", "MY-000079", "MY-000080", "MY-000081"];

    /// <summary>
    /// What mysqld finds wrong, a sentence each; empty: nothing. A value that it would only adjust, or take for another, is wrong too.
    /// Throws <see cref="SupervisionException"/> where the program cannot be run.
    /// </summary>
    public static async Task<ImmutableArray<string>> RunAsync(
        MysqldOptions options, IReadOnlyDictionary<string, string> settings, CancellationToken cancellation)
    {
        MysqldSettings.Check(settings);
        var file = Path.Combine(options.RunDirectory, $"check-{Guid.NewGuid():N}.cnf");
        try
        {
            SecretFile.CreateDirectory(options.RunDirectory);
            SecretFile.Write(file, MysqldSettings.RenderAlone(settings));
            var start = new ProcessStartInfo(options.Command) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add($"--defaults-file={file}");
            start.ArgumentList.Add("--validate-config");
            if (Environment.UserName == "root")
            {
                start.ArgumentList.Add("--user=root");
            }

            using var process = Process.Start(start)!;
            await using var late = cancellation.Register(() => End(process));
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return Judge(process.ExitCode, await output + await error, settings.Keys);
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new SupervisionException(SupervisionError.WrongBinary, $"'{options.Command} --validate-config' cannot be run: {e.Message}", e);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
    }

    /// <summary>Separate from running it, so that it can be tried on any text.</summary>
    internal static ImmutableArray<string> Judge(int exitCode, string output, IEnumerable<string> names)
    {
        var found = (from line in Line().Matches(output)
                     let code = line.Groups["code"].Value
                     where line.Groups["level"].Value == "ERROR" ? !Endings.Contains(code) : Adjustments.Contains(code)
                     select (code, Text: Program().Replace(line.Groups["text"].Value.Trim(), "").TrimEnd('.'))).Distinct().ToList();
        // Behind a bad value it says, too, that it knows no such variable.
        var causes = found.Any(f => f.code != UnknownVariable) ? found.Where(f => f.code != UnknownVariable) : found;
        return exitCode != 0 && found.Count == 0
            ? [$"mysqld --validate-config ended with {exitCode}: {LastLine(output)}"]
            : [.. causes.Select(c => names.FirstOrDefault(n => Names(c.Text, n)) is { } name ? $"{name}: {c.Text}" : c.Text).Distinct()];
    }

    private static bool Names(string text, string name) =>
        text.Contains(name, StringComparison.OrdinalIgnoreCase) || text.Contains(name.Replace('_', '-'), StringComparison.OrdinalIgnoreCase);

    private static string LastLine(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it said nothing";

    [GeneratedRegex(@"\[(?<level>ERROR|Warning)\] \[(?<code>MY-[0-9]+)\] \[[^\]]*\] (?<text>[^\n]*)")]
    private static partial Regex Line();

    [GeneratedRegex(@"^\S*/\S*: ")]
    private static partial Regex Program();
}
