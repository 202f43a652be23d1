using System.Globalization;
using System.Text;

namespace MySqlHa.Storage;

/// <summary>
/// Small files that are replaced as a whole. After <see cref="WriteAtomically"/> returned, a crash of the machine leaves the new
/// content; before, the old or the new, never a mixture. One writer per path.
/// </summary>
public static class DurableFile
{
    /// <summary>Whoever may read it could impersonate the node: the default for everything the agent keeps.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string Magic = "crc32c";

    /// <summary>
    /// Replaces a file durably. Throws <see cref="StorageException"/> naming the file; the old content is then still there.
    /// </summary>
    public static void WriteAtomically(string path, ReadOnlySpan<byte> bytes, UnixFileMode mode)
    {
        var full = Path.GetFullPath(path);
        var directory = Path.GetDirectoryName(full)
            ?? throw new ArgumentException($"'{path}' names no file in a directory", nameof(path));
        var temporary = full + ".new";
        try
        {
            // A leftover of a crash may have another mode; the mode only counts where the file is created.
            File.Delete(temporary);
            using (var file = Create(temporary, mode))
            {
                RandomAccess.Write(file.SafeFileHandle, bytes, 0);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception bad) when (bad is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"cannot write {full}: {bad.Message}", bad);
        }

        DirectorySync.Sync(directory);
    }

    /// <summary>
    /// As <see cref="WriteAtomically"/>, with a checksum that <see cref="ReadChecked"/> verifies: for what a person would not
    /// notice to be wrong.
    /// </summary>
    public static void WriteChecked(string path, ReadOnlySpan<byte> bytes, UnixFileMode mode)
    {
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Magic} {Crc32C.Of(bytes):x8} {bytes.Length}\n"));
        WriteAtomically(path, [.. head, .. bytes], mode);
    }

    /// <summary>The content; null where there is no such file. Throws <see cref="StorageException"/> where it cannot be read.</summary>
    public static byte[]? Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception bad) when (bad is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"cannot read {Path.GetFullPath(path)}: {bad.Message}", bad);
        }
    }

    /// <summary>
    /// What <see cref="WriteChecked"/> wrote; null where there is no such file. Throws <see cref="StorageCorruptException"/>
    /// where it is anything else.
    /// </summary>
    public static byte[]? ReadChecked(string path)
    {
        if (Read(path) is not { } bytes)
        {
            return null;
        }

        var end = Array.IndexOf(bytes, (byte)'\n');
        var words = end is > 0 and < 64 ? Encoding.ASCII.GetString(bytes, 0, end).Split(' ') : [];
        if (words is not [Magic, var crcText, var lengthText]
            || crcText.Length != 8
            || !uint.TryParse(crcText, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var crc)
            || !int.TryParse(lengthText, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            throw new StorageCorruptException(Path.GetFullPath(path), 0, "its first line is no checksum");
        }

        var body = bytes[(end + 1)..];
        return body.Length == length && Crc32C.Of(body) == crc
            ? body
            : throw new StorageCorruptException(Path.GetFullPath(path), end + 1, "its content does not match its checksum");
    }

    private static FileStream Create(string path, UnixFileMode mode) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.Read,
        UnixCreateMode = mode,
        BufferSize = 0,
    });
}
