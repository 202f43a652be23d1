namespace MySqlHa.Api;

/// <summary>Small files that people keep.</summary>
internal static class FilePiece
{
    /// <summary>All of it. Throws <see cref="IOException"/> where it is longer than that.</summary>
    public static byte[] Read(string path, int longest)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (file.Length > longest)
        {
            throw new IOException($"it has more than {longest} bytes");
        }

        var bytes = new byte[file.Length];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
