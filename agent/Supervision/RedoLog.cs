using System.Buffers.Binary;

namespace MySqlHa.Supervision;

/// <summary>
/// Whether InnoDB was shut down cleanly, told from its files alone: mysqld writes the log's last position into the system tablespace
/// only when it ends in order, and after that no record follows the log's checkpoint. Formats: MySQL 8.0.30 and later
/// (storage/innobase/include/log0constants.h, fil0types.h).
/// </summary>
internal static class RedoLog
{
    private const int Block = 512;
    private const int Head = 4 * Block;
    private const uint KnownFormat = 6;
    private const int FlushLsn = 26; // in the first page of the system tablespace
    private const int StartLsn = 8; // in a log file's head
    private const int CheckpointLsn = 8; // in each of the two checkpoint blocks
    private const int DataLength = 4; // in the head of a log block

    /// <summary>False where it was not, or where that cannot be told.</summary>
    public static bool EndedCleanly(string dataDirectory)
    {
        var tablespace = ReadAt(Path.Combine(dataDirectory, "ibdata1"), FlushLsn, sizeof(long));
        var logs = Path.Combine(dataDirectory, "#innodb_redo");
        if (tablespace is null || !Directory.Exists(logs))
        {
            return false;
        }

        var files = Directory.EnumerateFiles(logs, "#ib_redo*").Where(f => !f.EndsWith("_tmp", StringComparison.Ordinal))
            .Select(path => (Path: path, Head: ReadAt(path, 0, Head))).ToList();
        if (files.Count == 0 || files.Any(f => f.Head is null || BinaryPrimitives.ReadUInt32BigEndian(f.Head) != KnownFormat))
        {
            return false;
        }

        var checkpoint = files.Max(f => Math.Max(Number(f.Head!, Block + CheckpointLsn), Number(f.Head!, (3 * Block) + CheckpointLsn)));
        var last = files.Where(f => Number(f.Head!, StartLsn) <= checkpoint).OrderByDescending(f => Number(f.Head!, StartLsn))
            .FirstOrDefault();
        if (last.Head is null || Number(tablespace, 0) != checkpoint)
        {
            return false;
        }

        var block = (checkpoint - Number(last.Head, StartLsn)) / Block * Block;
        return ReadAt(last.Path, Head + block + DataLength, sizeof(ushort)) is { } length
            && BinaryPrimitives.ReadUInt16BigEndian(length) == checkpoint % Block;
    }

    private static long Number(byte[] bytes, int at) => BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(at));

    /// <summary>Null where the file is missing or ends before, or there is no such place.</summary>
    private static byte[]? ReadAt(string path, long offset, int length)
    {
        if (!File.Exists(path) || offset < 0)
        {
            return null;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var bytes = new byte[length];
        file.Position = offset;
        return file.ReadAtLeast(bytes, length, throwOnEndOfStream: false) == length ? bytes : null;
    }
}
