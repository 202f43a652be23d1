using System.Text.Json;

namespace MySqlHa.Supervision;

/// <summary>What lies at the place of the data directory.</summary>
public enum DataDirectoryState
{
    Missing,
    Empty,

    /// <summary>Made (or adopted) by us, and complete.</summary>
    OurData,

    /// <summary>Something that we did not make: never touched.</summary>
    ForeignData,

    /// <summary>Ours, but its making or its cloning did not come to an end: may be made again, must not be served.</summary>
    HalfInitialised,
}

/// <summary>
/// The data directory and our mark in it (mysqlha.json). The mark tells our data from a stranger's, and whole data from
/// half a clone's. It is fsynced with its directory before the act it announces.
/// </summary>
public static class DataDirectory
{
    private const string MarkName = "mysqlha.json";

    public static DataDirectoryState Inspect(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return File.Exists(directory) ? DataDirectoryState.ForeignData
                : Directory.Exists(Building(directory)) ? DataDirectoryState.HalfInitialised : DataDirectoryState.Missing;
        }

        return ReadMark(directory) switch
        {
            { Complete: true } => DataDirectoryState.OurData,
            { Complete: false } => DataDirectoryState.HalfInitialised,
            null when Directory.EnumerateFileSystemEntries(directory).Any() => DataDirectoryState.ForeignData,
            null => Directory.Exists(Building(directory)) ? DataDirectoryState.HalfInitialised : DataDirectoryState.Empty,
        };
    }

    /// <summary>
    /// Says that the directory's content is about to be replaced (by a clone): until <see cref="MarkComplete"/> it is half made.
    /// </summary>
    public static void MarkIncomplete(string directory) => WriteMark(directory, new Mark(Complete: false));

    /// <summary>
    /// Says that the directory holds whole data of ours; also how a stranger's data is adopted, on an operator's word only.
    /// </summary>
    /// <param name="cluster">Whose data it is from here on.</param>
    /// <param name="node">Which of its nodes has it.</param>
    public static void MarkComplete(string directory, string cluster = "", string node = "") =>
        WriteMark(directory, new Mark(Complete: true, cluster, node));

    /// <summary>The cluster whose data it is, and the node; empty where the mark does not say.</summary>
    public static (string Cluster, string Node) OwnerOf(string directory) => ReadMark(directory) is { } mark ? (mark.Cluster ?? "", mark.Node ?? "") : ("", "");

    /// <summary>
    /// After a clone, before mysqld starts: it takes a new server_uuid then. With the old one it would number its
    /// transactions again from where the clone stands, and reuse the GTIDs of those that were thrown away.
    /// </summary>
    public static void ForgetServerUuid(string directory)
    {
        File.Delete(Path.Combine(directory, "auto.cnf"));
        DurableDirectory.Sync(directory);
    }

    /// <summary>The server_uuid that mysqld will have, without asking it; null before its first start.</summary>
    public static string? ServerUuid(string directory)
    {
        var file = Path.Combine(directory, "auto.cnf");
        const string key = "server-uuid=";
        return File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal))?[key.Length..].Trim()
            : null;
    }

    /// <summary>Where a data directory is built before it is renamed into its place.</summary>
    internal static string Building(string directory) => directory + ".initialising";

    private static Mark? ReadMark(string directory)
    {
        var file = Path.Combine(directory, MarkName);
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllText(file), SupervisionJson.Default.Mark) : null;
        }
        catch (JsonException)
        {
            return new Mark(Complete: false);
        }
    }

    private static void WriteMark(string directory, Mark mark)
    {
        var file = Path.Combine(directory, MarkName);
        SecretFile.Write(file + ".new", JsonSerializer.Serialize(mark, SupervisionJson.Default.Mark));
        File.Move(file + ".new", file, overwrite: true);
        DurableDirectory.Sync(directory);
    }

    internal sealed record Mark(bool Complete, string? Cluster = null, string? Node = null);
}
