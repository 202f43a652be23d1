using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MySqlHa.Supervision;

/// <summary>Asks the server program whether it would start with some settings: no server runs for it, and no data is touched.</summary>
public static partial class SettingsCheck
{
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
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return Judge(process.ExitCode, await output + await error);
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

    /// <summary>Separate from running it, so that it can be tried on any text.</summary>
    internal static ImmutableArray<string> Judge(int exitCode, string output)
    {
        var found = Line().Matches(output).Where(m => m.Groups["level"].Value == "ERROR" || m.Groups["code"].Value is "MY-000076" or "MY-000079" or "MY-000080" or "MY-000081")
            .Where(m => m.Groups["code"].Value is not ("MY-010119" or "MY-010746")) // that it ends now
            .Select(m => Program().Replace(m.Groups["text"].Value.Trim(), "").TrimEnd('.')).Distinct().ToImmutableArray();
        return exitCode != 0 && found.IsEmpty ? [$"mysqld --validate-config ended with {exitCode}: {LastLine(output)}"] : found;
    }

    private static string LastLine(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it said nothing";

    [GeneratedRegex(@"\[(?<level>ERROR|Warning)\] \[(?<code>MY-[0-9]+)\] \[[^\]]*\] (?<text>[^\n]*)")]
    private static partial Regex Line();

    [GeneratedRegex(@"^\S*/\S*: ")]
    private static partial Regex Program();
}
