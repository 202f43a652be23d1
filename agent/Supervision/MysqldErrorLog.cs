using System.Text;

namespace MySqlHa.Supervision;

/// <summary>What one run of mysqld wrote to its error log: everything after the size the file had at the start.</summary>
internal sealed class MysqldErrorLog(string path, long from)
{
    private const int LongestRead = 256 * 1024;

    public static MysqldErrorLog FromNow(string path) => new(path, File.Exists(path) ? new FileInfo(path).Length : 0);

    /// <summary>
    /// The last lines that mysqld itself calls errors, without their time stamps; oldest first. Empty where there is no log.
    /// </summary>
    public IReadOnlyList<string> LastErrors(int count) =>
        [.. Lines().Where(l => l.Contains("[ERROR]", StringComparison.Ordinal)).Select(WithoutStamp)
            .Where(l => !l.EndsWith("Aborting", StringComparison.Ordinal)).TakeLast(count)];

    /// <summary>The last lines of any kind: what there is to say where mysqld never came to write an error.</summary>
    public IReadOnlyList<string> LastLines(int count) => [.. Lines().TakeLast(count)];

    private static string WithoutStamp(string line) => line[line.IndexOf("[ERROR]", StringComparison.Ordinal)..];

    private List<string> Lines()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = Math.Max(Math.Min(from, file.Length), file.Length - LongestRead);
            using var reader = new StreamReader(file, Encoding.UTF8);
            return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
