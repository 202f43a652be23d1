namespace MySqlHa.Supervision;

/// <summary>Whether some server works on a data directory now, whoever started it and however it was told of the directory.</summary>
internal static class DataInUse
{
    /// <summary>"process 4711 (mysqld)", or that it is somebody whom this user may not see; null: nobody.</summary>
    public static string? By(string directory)
    {
        var tablespace = Resolved(Path.Combine(directory, "ibdata1"));
        return LinuxProcess.All().FirstOrDefault(pid => Holds(pid, tablespace)) is > 0 and var pid
            ? $"process {pid} ({LinuxProcess.Name(pid)})"
            : IsLocked(tablespace) ? "a process of another user" : null;
    }

    private static bool Holds(int pid, string file)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Any(d => new FileInfo(d).LinkTarget == file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // gone meanwhile, or another user's
        }
    }

    /// <summary>InnoDB holds a lock (fcntl) on it as long as it runs.</summary>
    private static bool IsLocked(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
#pragma warning disable CA1416 // the agent runs on Linux
            stream.Lock(0, 1);
            stream.Unlock(0, 1);
#pragma warning restore CA1416
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>The kernel shows files by their real path.</summary>
    private static string Resolved(string path)
    {
        var directory = new DirectoryInfo(Path.GetDirectoryName(path)!);
        var real = Real(directory);
        var file = Path.Combine(real, Path.GetFileName(path));
        return new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file;
    }

    private static string Real(DirectoryInfo directory)
    {
        var target = directory.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? directory.FullName;
        var parent = Path.GetDirectoryName(target);
        return parent is null ? target : Path.Combine(Real(new DirectoryInfo(parent)), Path.GetFileName(target));
    }
}
