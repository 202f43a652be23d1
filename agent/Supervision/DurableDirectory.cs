using System.Runtime.InteropServices;

namespace MySqlHa.Supervision;

/// <summary>
/// Makes names durable: a new, renamed or deleted file is only so after its directory is fsynced. .NET opens no directory.
/// </summary>
internal static partial class DurableDirectory
{
    private const int DirectoryForReading = 0x80000; // O_RDONLY | O_CLOEXEC, the same on x86-64 and arm64

    public static void Sync(string directory)
    {
        var descriptor = open(directory, DirectoryForReading);
        if (descriptor < 0)
        {
            throw Failure(directory);
        }

        try
        {
            if (fsync(descriptor) != 0)
            {
                throw Failure(directory);
            }
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static IOException Failure(string directory) =>
        new($"'{directory}' cannot be made durable: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}",
            Marshal.GetLastPInvokeError());

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
