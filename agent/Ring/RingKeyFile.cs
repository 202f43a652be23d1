using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>The file that a node's ring keys are in: read only where nobody else may, replaced as a whole.</summary>
public static partial class RingKeyFile
{
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Bytes; three keys have less than a tenth of it.</summary>
    private const int Longest = 64 * 1024;

    private const int AtWorkingDirectory = -100;
    private const uint UserAndGroup = 0x8 | 0x10;
    private const int UserAt = 20;
    private const int GroupAt = 24;

    /// <summary>
    /// The text. Throws <see cref="RingKeyException"/> naming the path where it is missing, open to others, empty or far too long.
    /// </summary>
    public static string Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
#pragma warning disable CA1416 // the agent runs on Linux
            var mode = File.GetUnixFileMode(file.SafeFileHandle);
#pragma warning restore CA1416
            if ((mode & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
            {
                throw new RingKeyException($"ring key {path} is open to other users (mode {Octal(mode)}): chmod 600 {path}");
            }

            if (file.CanSeek && file.Length > Longest)
            {
                throw new RingKeyException($"ring key {path} has {file.Length} bytes; allowed: {Longest}");
            }

            using var reader = new StreamReader(file, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RingKeyException($"ring key {path} does not exist", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RingKeyException($"ring key {path} cannot be read: {FileTrouble.Of(e)}", e);
        }
    }

    /// <summary>
    /// Replaces the file: mode 0600, with the owner and group that it had; behind a link, the file that the link names. Who reads
    /// it meanwhile sees all of the old or all of the new. Throws <see cref="RingKeyException"/>; the old file is then still there.
    /// </summary>
    public static void Replace(string path, RingKeys keys)
    {
        var temporary = "";
        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
            temporary = $"{target}.new";
            File.Delete(temporary);
#pragma warning disable CA1416 // the agent runs on Linux
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
#pragma warning restore CA1416
            using (var file = new FileStream(temporary, options))
            {
                var owner = OwnerOf(target);
                if (owner != OwnerOf(temporary) && ChangeOwner(temporary, owner.User, owner.Group) != 0)
                {
                    throw new IOException($"it cannot be given to its owner, user {owner.User}: {Marshal.GetLastPInvokeErrorMessage()}");
                }

                file.Write(Encoding.ASCII.GetBytes(keys.ToFileText()));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (temporary.Length > 0)
            {
                File.Delete(temporary);
            }

            throw new RingKeyException($"ring key {path} cannot be written: {FileTrouble.Of(e)}", e);
        }
    }

    /// <summary>What <paramref name="parse"/> makes of the text; its <see cref="FormatException"/> gets the path's name.</summary>
    internal static T Parse<T>(string path, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            throw new RingKeyException($"ring key {path}: {e.Message}", e);
        }
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');

    private static (uint User, uint Group) OwnerOf(string path)
    {
        var status = new byte[256];
        return Status(AtWorkingDirectory, path, 0, UserAndGroup, status) == 0
            ? (BinaryPrimitives.ReadUInt32LittleEndian(status.AsSpan(UserAt)), BinaryPrimitives.ReadUInt32LittleEndian(status.AsSpan(GroupAt)))
            : throw new IOException($"its owner cannot be told: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    // Its structure is the same on every machine, unlike stat's.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int directory, string path, int flags, uint mask, [Out] byte[] status);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
