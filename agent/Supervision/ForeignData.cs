using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MySqlHa.Supervision;

/// <summary>
/// A data directory that no agent made, as it lies there: what can be known of it with no server started and nothing opened for
/// writing. What only a server can tell is looked at by the takeover itself.
/// </summary>
public static partial class ForeignData
{
    private const int MostNames = 10;

    // Tables of these are mysqld's own (the general and slow logs are CSV).
    private static readonly string[] SystemSchemas = ["mysql", "performance_schema", "sys", "information_schema"];

    /// <summary>
    /// Throws <see cref="SupervisionException"/> with everything that keeps a mysqld of this version from taking the directory over.
    /// </summary>
    public static void RequireFit(string directory, Version server)
    {
        var problems = Problems(directory, server).ToList();
        if (problems.Count > 0)
        {
            throw new SupervisionException(
                SupervisionError.ForeignData, $"adopt: '{directory}' cannot be taken over and is left as it is: {string.Join("; ", problems)}");
        }
    }

    private static IEnumerable<string> Problems(string directory, Version server)
    {
        if (!File.Exists(Path.Combine(directory, "ibdata1")) || !File.Exists(Path.Combine(directory, "mysql.ibd")))
        {
            yield return File.Exists(Path.Combine(directory, "aria_log_control"))
                ? "it is MariaDB's; load a dump through the leader instead"
                : "it is no data directory of MySQL 8 or newer (ibdata1 and mysql.ibd are not both there)";
            yield break;
        }

        if (DataInUse.By(directory) is { } user)
        {
            yield return $"{user} uses it; shut that mysqld down first";
            yield break; // the rest is only known of a directory that rests
        }

        if (WrongVersion(directory, server) is { } version)
        {
            yield return version;
        }

        var tables = OtherEngines(directory).ToList();
        if (tables.Count > 0)
        {
            yield return $"tables that are not InnoDB cannot be replicated safely (ALTER TABLE … ENGINE = InnoDB, or drop them): {Some(tables)}";
        }

        // With its binary log in its place, mysqld settles what was under way. Without, it would undo commits that clients were told of.
        if (!RedoLog.EndedCleanly(directory) && !File.Exists(Path.Combine(directory, "binlog.index")))
        {
            yield return "it was not shut down in order, and its binary log is not in it (as binlog.000001 and so on) to settle what was under way;"
                + " start it once more as it was, and shut it down";
        }
    }

    /// <summary>"mysqld wrote this version last": mysql_upgrade_history, since 8.4.</summary>
    internal static string? WrongVersion(string directory, Version server)
    {
        var file = Path.Combine(directory, "mysql_upgrade_history");
        if (!File.Exists(file) || VersionPattern().Matches(File.ReadAllText(file)).LastOrDefault() is not { } match)
        {
            return "it was last served by a MySQL older than 8.4 (it has no mysql_upgrade_history); upgrade it to 8.4 first";
        }

        int Number(int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
        var data = new Version(Number(1), Number(2), Number(3));
        return data < MysqldBinary.Oldest ? $"it is of MySQL {data}; upgrade it to 8.4 first"
            : data > server ? $"it is of MySQL {data}, and mysqld here is {server}: a server takes no data of a newer one"
            : null;
    }

    /// <summary>
    /// A table of an engine that keeps no description of itself has one beside it (*.sdi, JSON); InnoDB's tables have none there.
    /// </summary>
    internal static IEnumerable<string> OtherEngines(string directory)
    {
        var schemas = Directory.EnumerateDirectories(directory)
            .Where(d => !SystemSchemas.Contains(Path.GetFileName(d)) && !Path.GetFileName(d).StartsWith('#'));
        foreach (var file in schemas.SelectMany(d => Directory.EnumerateFiles(d, "*.sdi")).Order(StringComparer.Ordinal))
        {
            yield return Described(file);
        }
    }

    private static string Described(string file)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var table = json.RootElement.GetProperty("dd_object");
            return $"{table.GetProperty("schema_ref").GetString()}.{table.GetProperty("name").GetString()} ({table.GetProperty("engine").GetString()})";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return file;
        }
    }

    internal static string Some(List<string> names) =>
        string.Join(", ", names.Take(MostNames)) + (names.Count > MostNames ? $" and {names.Count - MostNames} more" : "");

    [GeneratedRegex(@"""version""\s*:\s*""([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})(?![0-9])")]
    private static partial Regex VersionPattern();
}
