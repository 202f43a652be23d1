namespace MySqlHa.Storage;

/// <summary>
/// Only one process at a time works in a directory. The kernel holds the lock (flock) and drops it with the process, however
/// that ends; the file itself means nothing and stays.
/// </summary>
public sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <summary>
    /// Takes the lock of a directory, which is created where it is missing. Throws <see cref="StorageException"/> naming it where
    /// another holds it.
    /// </summary>
    public static DirectoryLock Take(string directory)
    {
        var full = Path.GetFullPath(directory);
        var path = Path.Combine(full, "lock");
        try
        {
            Directory.CreateDirectory(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new DirectoryLock(new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,

                // On Unix this is flock(LOCK_EX | LOCK_NB); children do not inherit it.
                Share = FileShare.None,
                UnixCreateMode = DurableFile.Private,
            }));
        }
        catch (UnauthorizedAccessException bad)
        {
            throw new StorageException($"cannot open {path}: {bad.Message}", bad);
        }
        catch (IOException bad)
        {
            const int wouldBlock = 11;
            throw new StorageException(
                bad.HResult == wouldBlock
                    ? $"another process works in {full} (it holds {path}): stop that agent first, "
                        + "or give this one a data directory of its own"
                    : $"cannot open {path}: {bad.Message}",
                bad);
        }
    }

    public void Dispose() => _file.Dispose();
}
