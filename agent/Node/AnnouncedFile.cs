using System.Globalization;
using System.Text;

namespace MySqlHa.Node;

/// <summary>
/// The log index up to which this node's log tells what was applied, so that a restart does not tell it all again. Not synced: after a
/// power loss some lines may come twice.
/// </summary>
internal sealed class AnnouncedFile : IDisposable
{
    private readonly FileStream _file;
    private long _written;

    public AnnouncedFile(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Span<byte> bytes = stackalloc byte[32];
        var length = _file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        _ = long.TryParse(Encoding.ASCII.GetString(bytes[..length]), CultureInfo.InvariantCulture, out _written);
    }

    /// <summary>0 where nothing was told yet.</summary>
    public long Index => _written;

    public void Write(long index)
    {
        if (index > _written)
        {
            _file.Position = 0;
            _file.Write(Encoding.ASCII.GetBytes(index.ToString("D20", CultureInfo.InvariantCulture) + "\n"));
            _written = index;
        }
    }

    public void Dispose() => _file.Dispose();
}
