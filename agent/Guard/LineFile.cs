using System.Security.Cryptography;
using System.Text;

namespace MySqlHa.Guard;

/// <summary>
/// One line that another process reads while it is written anew in place. It is in the file twice: a read in the middle of a write
/// sees two different ones, or, where two writes tore both alike, one that its sum does not fit. Not synced: what is in it means nothing
/// after a boot.
/// </summary>
internal sealed class LineFile : IDisposable
{
    private const int Width = 256;
    private const int SumWidth = 16;
    private const int TextWidth = Width - SumWidth - 1;
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
        var text = line.PadRight(TextWidth);
        var whole = $"{text}{SumOf(Encoding.ASCII.GetBytes(text))}\n";
        RandomAccess.Write(_file.SafeFileHandle, Encoding.ASCII.GetBytes(whole + whole), 0);
    }

    /// <summary>Null: nothing was written yet, or it is damaged.</summary>
    public string? Read()
    {
        Span<byte> bytes = stackalloc byte[2 * Width];
        for (var tries = 0; tries < 3; tries++)
        {
            var length = RandomAccess.Read(_file.SafeFileHandle, bytes, 0);
            if (length == bytes.Length && bytes[..Width].SequenceEqual(bytes[Width..])
                && Encoding.ASCII.GetString(bytes[TextWidth..(TextWidth + SumWidth)]) == SumOf(bytes[..TextWidth]))
            {
                return Encoding.ASCII.GetString(bytes[..TextWidth]).TrimEnd();
            }
        }

        return null;
    }

    private static string SumOf(ReadOnlySpan<byte> text) => Convert.ToHexString(SHA256.HashData(text).AsSpan(0, SumWidth / 2));

    public void Dispose() => _file.Dispose();
}
