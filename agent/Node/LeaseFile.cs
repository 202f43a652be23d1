using System.Buffers.Binary;
using MySqlHa.Cluster;
using MySqlHa.Supervision;

namespace MySqlHa.Node;

/// <summary>
/// Until when this node may lead, by this boot's clock: so that an agent that is restarted within its lease knows how long it
/// still has. Not synced: after a reboot the clock starts anew and the file's boot id no longer matches.
/// </summary>
internal sealed class LeaseFile : IDisposable
{
    private readonly FileStream _file;
    private Instant _written = Instant.Never;

    public LeaseFile(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <param name="latest">No lease ends later: what says so is damaged, and counts as none.</param>
    public Instant Read(Instant latest)
    {
        Span<byte> bytes = stackalloc byte[8 + 64];
        _file.Position = 0;
        var length = _file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var boot = length > 8 ? System.Text.Encoding.ASCII.GetString(bytes[8..length]).TrimEnd('\0') : "";
        var until = boot == BootClock.BootId ? new Instant(BinaryPrimitives.ReadInt64LittleEndian(bytes)) : Instant.Zero;
        return until >= Instant.Zero && until <= latest ? until : Instant.Zero;
    }

    public void Write(Instant until)
    {
        if (until == _written)
        {
            return;
        }

        var bytes = new byte[8 + 64];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, until.Micros);
        _ = System.Text.Encoding.ASCII.GetBytes(BootClock.BootId, bytes.AsSpan(8));
        _file.Position = 0;
        _file.Write(bytes);
        _written = until;
    }

    public void Dispose() => _file.Dispose();
}
