using System.Text;

namespace MySqlHa.Guard;

/// <summary>
/// One line that another process reads while it is written anew in place. It is in the file twice: a read in the middle of a write
/// sees two different ones. Not synced: what is in it means nothing after a boot.
/// </summary>
internal sealed class LineFile : IDisposable
{
    private const int Width = 192;
    private readonly FileStream _file;

    /// <summary>Made where it is missing, for its owner alone.</summary>
    public LineFile(string path)
    {
        Path = path;
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public string Path { get; }

    public void Write(string line)
    {
        var padded = line.PadRight(Width - 1) + "\n";
        RandomAccess.Write(_file.SafeFileHandle, Encoding.ASCII.GetBytes(padded + padded), 0);
    }

    /// <summary>Null: nothing was written yet, or it is damaged.</summary>
    public string? Read()
    {
        Span<byte> bytes = stackalloc byte[2 * Width];
        for (var tries = 0; tries < 3; tries++)
        {
            var length = RandomAccess.Read(_file.SafeFileHandle, bytes, 0);
            if (length == bytes.Length && bytes[..Width].SequenceEqual(bytes[Width..]))
            {
                return Encoding.ASCII.GetString(bytes[..Width]).TrimEnd();
            }
        }

        return null;
    }

    public void Dispose() => _file.Dispose();
}
