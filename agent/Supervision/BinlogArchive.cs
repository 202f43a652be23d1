using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Supervision;

/// <summary>One file of an archive, byte for byte as it was.</summary>
public sealed record ArchivedFile(string Name, long Bytes, string Sha256);

/// <summary>What was put aside: the transactions, and the logs that hold them. Its JSON lies beside the files (manifest.json).</summary>
/// <param name="NotFound">Transactions of the set that no log was seen to hold (purged, or in a log that cannot be read).</param>
public sealed record ArchiveManifest(DateTimeOffset At, string? ServerUuid, GtidSet Transactions, GtidSet NotFound,
    ImmutableArray<ArchivedFile> Files);

/// <summary>
/// Puts transactions aside that have to be undone (I5), as log files that mysqlbinlog reads. Only with mysqld dead.
/// It is done when every file and name is on disk and each copy's hash equals its original's.
/// </summary>
public static class BinlogArchive
{
    /// <summary>
    /// Returns the archive's own directory under <paramref name="destination"/>. Throws <see cref="SupervisionException"/>.
    /// </summary>
    public static async Task<(string Directory, ArchiveManifest Manifest)> ArchiveAsync(
        string dataDirectory, GtidSet extra, string destination, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            var (paths, notFound) = Choose(dataDirectory, extra);
            var uuid = DataDirectory.ServerUuid(dataDirectory);
            var name = string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMdd'T'HHmmss.fff'Z'}-{Short(uuid)}");
            SecretFile.CreateDirectory(destination);
            var directory = Path.Combine(destination, name);
            SecretFile.CreateDirectory(directory);
            var files = ImmutableArray.CreateBuilder<ArchivedFile>();
            foreach (var path in paths)
            {
                files.Add(await CopyAsync(path, Path.Combine(directory, Path.GetFileName(path)), cancellation));
            }

            var manifest = new ArchiveManifest(now, uuid, extra, notFound, files.ToImmutable());
            SecretFile.Write(Path.Combine(directory, "manifest.json"), JsonSerializer.Serialize(manifest, SupervisionJson.Default.ArchiveManifest));
            DurableDirectory.Sync(directory);
            DurableDirectory.Sync(destination);
            return (directory, manifest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SupervisionException(
                SupervisionError.ArchiveFailed, $"The transactions could not be put aside, so they stay where they are: {e.Message}", e);
        }
    }

    /// <summary>Every log from the first that may hold one of them; relay logs only for what the binary logs lack.</summary>
    private static (List<string> Paths, GtidSet NotFound) Choose(string dataDirectory, GtidSet extra)
    {
        var binlogs = Logs(dataDirectory, "binlog");
        var first = binlogs.FindIndex(f => MayHold(f, extra));
        var chosen = first < 0 ? [] : binlogs[first..];
        var missing = Without(extra, chosen);
        if (!missing.IsEmpty)
        {
            var relays = Logs(dataDirectory, "relay").Where(f => MayHold(f, missing)).ToList();
            missing = Without(missing, relays);
            chosen = [.. chosen, .. relays];
        }

        return ([.. chosen.Select(f => f.Path)], missing);
    }

    /// <summary>For a name: what a damaged file gives for an id may be anything.</summary>
    private static string Short(string? uuid) => Guid.TryParseExact(uuid, "D", out _) ? uuid[..8] : "unknown";

    private static bool MayHold(BinlogFile file, GtidSet extra) =>
        file.Inside is null || file.Torn || !extra.Minus(file.Inside).Equals(extra);

    private static GtidSet Without(GtidSet set, IEnumerable<BinlogFile> files) =>
        files.Aggregate(set, (rest, f) => rest.Minus(f.Inside ?? GtidSet.Empty));

    /// <summary>Oldest first: name.000001, name.000002, …</summary>
    internal static IEnumerable<string> LogFiles(string directory, string name) =>
        Directory.EnumerateFiles(directory, $"{name}.*")
            .Select(f => (Path: f, Number: NumberOf(f))).Where(f => f.Number is not null).OrderBy(f => f.Number).Select(f => f.Path);

    /// <summary>Null: it is no log ("binlog", "binlog.", "binlog.index").</summary>
    private static int? NumberOf(string path) =>
        Path.GetExtension(path) is ['.', .. var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static List<BinlogFile> Logs(string directory, string name) => [.. LogFiles(directory, name).Select(BinlogFile.Read)];

    private static async Task<ArchivedFile> CopyAsync(string from, string to, CancellationToken cancellation)
    {
        await using (var source = File.OpenRead(from))
        await using (var target = new FileStream(to, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            await source.CopyToAsync(target, cancellation);
            target.Flush(flushToDisk: true);
        }

        var (hash, copied) = (await HashAsync(from, cancellation), await HashAsync(to, cancellation));
        return hash == copied
            ? new ArchivedFile(Path.GetFileName(to), new FileInfo(to).Length, hash)
            : throw new IOException($"the copy of '{from}' differs from it");
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }
}
