using System.Runtime.InteropServices;

namespace MySqlHa.Storage;

/// <summary>Makes a created or renamed name durable: on Linux that takes an fsync of the directory, which .NET does not offer.</summary>
internal static partial class DirectorySync
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;

    public static void Sync(string directory)
    {
        var descriptor = Open(directory, ReadOnly | CloseOnExec);
        if (descriptor < 0)
        {
            throw Failed("open", directory);
        }

        try
        {
            if (Fsync(descriptor) != 0)
            {
                throw Failed("fsync", directory);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static StorageException Failed(string call, string directory) =>
        new($"cannot make the names in directory {directory} durable: {call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
