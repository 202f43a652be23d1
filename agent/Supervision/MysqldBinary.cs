using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MySqlHa.Supervision;

/// <summary>
/// A mysqld program that was asked for its version and is one we can run: MySQL 8.4, 9.x or a calendar
/// version (26.7). Anything else never becomes a value of this type.
/// </summary>
public sealed partial record MysqldBinary(string Path, Version Version, string VersionText)
{
    /// <summary>The oldest server whose statements and variables this agent speaks.</summary>
    public static readonly Version Oldest = new(8, 4);

    /// <summary>Runs the program once with --version. Throws <see cref="SupervisionException"/> with a sentence for a person.</summary>
    public static async Task<MysqldBinary> InspectAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            throw new SupervisionException(
                SupervisionError.WrongBinary, $"There is no mysqld at '{path}': name an existing MySQL 8.4 or 9.x server program.");
        }

        var (exitCode, output) = await RunAsync(path, cancellation);
        return exitCode == 0
            ? Judge(path, output.Trim())
            : throw new SupervisionException(
                SupervisionError.WrongBinary, $"'{path} --version' failed with {exitCode}: {FirstLine(output)}");
    }

    /// <summary>What a program that calls itself this is worth. Separate from running it, so that it can be tried on any text.</summary>
    internal static MysqldBinary Judge(string path, string text)
    {
        if (text.Contains("MariaDB", StringComparison.OrdinalIgnoreCase))
        {
            throw new SupervisionException(
                SupervisionError.WrongBinary,
                $"'{path}' is MariaDB ({FirstLine(text)}): its GTIDs and its semi-synchronous replication are different from MySQL's and"
                + " cannot hold this cluster's promises. Use MySQL 8.4 or 9.x.");
        }

        var match = VersionPattern().Match(text);
        if (!match.Success)
        {
            throw new SupervisionException(SupervisionError.WrongBinary, $"'{path}' does not say that it is mysqld: {FirstLine(text)}");
        }

        var version = new Version(Number(match, 1), Number(match, 2), Number(match, 3));
        return version >= Oldest
            ? new MysqldBinary(path, version, match.Groups[0].Value[4..].Trim())
            : throw new SupervisionException(
                SupervisionError.WrongBinary, $"'{path}' is MySQL {version}: it is too old, this agent needs 8.4, 9.x or later.");
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private static string FirstLine(string text) => text.Trim().Split('\n')[0].Trim();

    private static async Task<(int ExitCode, string Output)> RunAsync(string path, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(path) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("--no-defaults");
        start.ArgumentList.Add("--version");
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output + await error);
        }
        catch (Win32Exception e)
        {
            throw new SupervisionException(SupervisionError.WrongBinary, $"'{path}' cannot be run: {e.Message}.", e);
        }
    }

    [GeneratedRegex(@"Ver ([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})(?![0-9])[^\s]*")]
    private static partial Regex VersionPattern();
}
