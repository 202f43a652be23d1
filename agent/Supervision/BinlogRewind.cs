using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Supervision;

/// <summary>Which tail of a crashed leader's binary log to cut.</summary>
/// <param name="Epoch">The epoch that it led, as <paramref name="ServerUuid"/>, from <paramref name="Began"/> on.</param>
/// <param name="Keep">What the epoch after it began with: all else was acknowledged to nobody.</param>
public sealed record RewindOrder(long Epoch, string ServerUuid, GtidSet Began, GtidSet Keep);

/// <summary>How a rewind ended. A closed family.</summary>
public abstract record RewindOutcome
{
    /// <summary>The transactions are in the archive, and no more in the log.</summary>
    public sealed record Cut(string Archive, GtidSet Transactions) : RewindOutcome;

    public sealed record NothingToCut : RewindOutcome;

    /// <summary>Nothing was changed; the sentence says why it is not safe.</summary>
    public sealed record Refused(string Sentence) : RewindOutcome;
}

/// <summary>
/// Cuts a crashed leader's unacknowledged transactions from its last binary log, before mysqld starts and would commit them. InnoDB has
/// them prepared, and undoes what the log does not hold. The archive comes first (I5), and its directory has the epoch's name: a rewind
/// that was interrupted anywhere is simply done again. The server loses its uuid with them, for it gave their numbers away.
/// </summary>
public static class BinlogRewind
{
    private const string Index = "binlog.index";

    /// <summary>Throws <see cref="SupervisionException"/> where a server uses the data, or a file cannot be read or written.</summary>
    public static async Task<RewindOutcome> RunAsync(
        string dataDirectory, RewindOrder order, string archives, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            var log = LastLog(dataDirectory, out var refusal);
            var name = string.Create(CultureInfo.InvariantCulture, $"epoch-{order.Epoch}-{order.ServerUuid[..8]}");
            var archive = Path.Combine(archives, name);
            var made = ReadManifest(archive);
            refusal ??= WhyNot(dataDirectory, order, made);
            if (log is null || refusal is not null)
            {
                return new RewindOutcome.Refused($"the binary log is not cut: {refusal}");
            }

            var tail = BinlogTail.Find(log, order.Keep, order.Began);
            if (tail.Refusal is not null)
            {
                return new RewindOutcome.Refused($"{Path.GetFileName(log)} is not cut, {tail.Refusal}");
            }

            if (tail.Transactions.IsEmpty)
            {
                return made is null ? new RewindOutcome.NothingToCut() : Done(dataDirectory, archive, made);
            }

            if (made is null)
            {
                await ArchiveAsync(log, tail, order, archive, now, cancellation);
            }
            else if (!made.Transactions.Equals(tail.Transactions))
            {
                return new RewindOutcome.Refused(
                    $"the binary log is not cut: {archive} holds {made.Transactions}, and not {tail.Transactions}");
            }

            return Cut(dataDirectory, log, tail, archive);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new SupervisionException(
                SupervisionError.ArchiveFailed, $"The unacknowledged transactions could not be put aside and cut: {e.Message}", e);
        }
    }

    /// <summary>The first half, by itself: a log of its own with the tail in it, whole under its name or not there at all.</summary>
    internal static async Task ArchiveAsync(
        string log, BinlogTail tail, RewindOrder order, string archive, DateTimeOffset now, CancellationToken cancellation)
    {
        var building = archive + ".building";
        if (Directory.Exists(building))
        {
            Directory.Delete(building, recursive: true);
        }

        SecretFile.CreateDirectory(Path.GetDirectoryName(archive)!);
        SecretFile.CreateDirectory(building);
        var copy = Path.Combine(building, Path.GetFileName(log));
        var written = await CopyAsync(log, tail, copy, cancellation);
        var (hash, length) = (await HashAsync(copy, cancellation), new FileInfo(copy).Length);
        if (hash != written || BinlogFile.Read(copy).Inside is not { } inside || !inside.Contains(tail.Transactions))
        {
            throw new IOException($"'{copy}' does not hold what was written to it");
        }

        var manifest = new ArchiveManifest(
            now, order.ServerUuid, tail.Transactions, GtidSet.Empty, [new ArchivedFile(Path.GetFileName(copy), length, hash)]);
        SecretFile.Write(ManifestOf(building), JsonSerializer.Serialize(manifest, SupervisionJson.Default.ArchiveManifest));
        DurableDirectory.Sync(building);
        Directory.Move(building, archive);
        DurableDirectory.Sync(Path.GetDirectoryName(archive)!);
    }

    internal static string? LastLog(string dataDirectory, out string? refusal)
    {
        var index = Path.Combine(dataDirectory, Index);
        var last = File.Exists(index) ? File.ReadLines(index).LastOrDefault(l => l.Length > 0) : null;
        var path = last is null ? null : Path.Combine(dataDirectory, Path.GetFileName(last));
        refusal = path is null ? $"{Index} names none"
            : !File.Exists(path) ? $"{Path.GetFileName(path)}, the last that {Index} names, is not there"
            : BinlogArchive.LogFiles(dataDirectory, "binlog").LastOrDefault() != path
                ? $"there are later ones than {Path.GetFileName(path)}, the last that {Index} names"
                : null;
        return refusal is null ? path : null;
    }

    private static string? WhyNot(string dataDirectory, RewindOrder order, ArchiveManifest? made)
    {
        if (DataInUse.By(dataDirectory) is { } user)
        {
            throw new SupervisionException(SupervisionError.DataInUse, $"The data directory '{dataDirectory}' is in use by {user}.");
        }

        // An interrupted rewind may have taken the uuid away already: then there is its archive.
        var uuid = DataDirectory.ServerUuid(dataDirectory);
        if (uuid != order.ServerUuid && (uuid is not null || made is null))
        {
            return $"the data is not that of {order.ServerUuid}, which led epoch {order.Epoch}, but of {uuid ?? "nobody"}";
        }

        var tables = ForeignData.OtherEngines(dataDirectory).ToList();
        return tables.Count > 0 ? $"tables that are not InnoDB are not undone: {ForeignData.Some(tables)}" : null;
    }

    private static RewindOutcome.Cut Cut(string dataDirectory, string log, BinlogTail tail, string archive)
    {
        DataDirectory.ForgetServerUuid(dataDirectory);
        using var file = new FileStream(log, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        file.SetLength(tail.From);
        file.Flush(flushToDisk: true);
        return new RewindOutcome.Cut(archive, tail.Transactions);
    }

    /// <summary>An earlier rewind was interrupted when all was done but to say so.</summary>
    private static RewindOutcome.Cut Done(string dataDirectory, string archive, ArchiveManifest made)
    {
        DataDirectory.ForgetServerUuid(dataDirectory);
        return new RewindOutcome.Cut(archive, made.Transactions);
    }

    /// <summary>The log's head, then the tail. Returns the hash of what was read.</summary>
    private static async Task<string> CopyAsync(string log, BinlogTail tail, string copy, CancellationToken cancellation)
    {
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var source = File.OpenRead(log);
        await using var target = new FileStream(copy, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        var buffer = new byte[1 << 20];
        foreach (var (from, to) in ImmutableArray.Create((0L, tail.HeadEnd), (tail.From, tail.Length)))
        {
            source.Position = from;
            for (var left = to - from; left > 0;)
            {
                var read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellation);
                if (read == 0)
                {
                    throw new IOException($"'{log}' is shorter than it was");
                }

                sum.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
                left -= read;
            }
        }

        target.Flush(flushToDisk: true);
        return Convert.ToHexStringLower(sum.GetHashAndReset());
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }

    private static ArchiveManifest? ReadManifest(string archive) =>
        File.Exists(ManifestOf(archive))
            ? JsonSerializer.Deserialize(File.ReadAllText(ManifestOf(archive)), SupervisionJson.Default.ArchiveManifest)
            : null;

    private static string ManifestOf(string archive) => Path.Combine(archive, "manifest.json");
}
