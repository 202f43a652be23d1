using System.Buffers.Binary;
using System.Text;

namespace MySqlHa.Tests.Fuzz;

/// <summary>Writes a binary log as a mysqld does that crashes while it leads: small, and with every kind of transaction in it.</summary>
internal sealed class LogWriter
{
    public const int HeaderLength = 19;
    public const int ChecksumLength = 4;
    private const int InUseAt = 4 + 17;
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(i =>
        Enumerable.Range(0, 8).Aggregate((uint)i, (crc, _) => (crc >> 1) ^ ((crc & 1) * 0xedb88320u)))];

    private readonly List<byte> _bytes = [0xfe, .. "bin"u8];

    /// <summary>Where each event begins.</summary>
    public List<int> Starts { get; } = [];

    public int Length => _bytes.Count;

    /// <summary>The log, not closed in order.</summary>
    public byte[] ToBytes()
    {
        var bytes = _bytes.ToArray();
        bytes[InUseAt] |= 1;
        return bytes;
    }

    /// <summary>The description of the log, and what came before it: numbers 1 to <paramref name="last"/> of one source.</summary>
    public LogWriter Head(Guid source, long last)
    {
        Event(15, [4, 0, .. Encoding.ASCII.GetBytes("9.7.4".PadRight(50, '\0')), 0, 0, 0, 0, HeaderLength, .. new byte[42], 1]);
        return Event(35, [.. Number(1), .. source.ToByteArray(bigEndian: true), .. Number(1), .. Number(1), .. Number(last + 1)]);
    }

    public LogWriter Rows(Guid source, long number, string? tag = null, int size = 40)
    {
        _ = Begin(source, number, tag);
        _ = Query("BEGIN", withXid: false);
        _ = Event(19, [.. Number(77), .. new byte[12]]);
        _ = Event(30, [.. Number(77), .. Enumerable.Range(0, size).Select(i => (byte)(i * 7))]);
        return Event(16, Number(number + 1000));
    }

    public LogWriter Definition(Guid source, long number, string text)
    {
        _ = Begin(source, number, tag: null);
        return Query(text, withXid: true);
    }

    private LogWriter Begin(Guid source, long number, string? tag)
    {
        var uuid = source.ToByteArray(bigEndian: true);
        return tag is null
            ? Event(33, [1, .. uuid, .. Number(number), 2, .. Number(number - 1), .. Number(number), .. new byte[16]])
            : Event(42,
            [
                .. Short(1), .. Short(60), .. Short(11), .. Short(0), .. Short(1), .. Short(1), .. uuid.SelectMany(b => Short(b)),
                .. Short(2), .. Short((ulong)number << 1), .. Short(3), .. Short((ulong)tag.Length), .. Encoding.ASCII.GetBytes(tag),
                .. new byte[20],
            ]);
    }

    private LogWriter Query(string text, bool withXid)
    {
        byte[] variables = [0, 0, 0, 0, 0, 1, .. new byte[8], .. withXid ? [17, .. Number(5)] : Array.Empty<byte>()];
        return Event(2,
            [9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, (byte)variables.Length, 0, .. variables, (byte)'t', 0, .. Encoding.UTF8.GetBytes(text)]);
    }

    private LogWriter Event(byte type, byte[] body)
    {
        var (start, length) = (_bytes.Count, HeaderLength + body.Length + ChecksumLength);
        Starts.Add(start);
        byte[] head = [0x10, 0x20, 0x30, 0x60, type, 1, 0, 0, 0, .. Word(length), .. Word(start + length), 0, 0, .. body];
        _bytes.AddRange([.. head, .. Word(unchecked((int)Sum(head)))]);
        return this;
    }

    /// <summary>The textbook's CRC-32: a table of what a byte does, a bit at a time.</summary>
    public static uint Sum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc = (crc >> 8) ^ Table[(byte)crc ^ b];
        }

        return ~crc;
    }

    private static byte[] Word(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }

    private static byte[] Number(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return bytes;
    }

    /// <summary>In as few bytes as hold it: below 128 one, below 16384 two.</summary>
    private static byte[] Short(ulong number) =>
        number < 128 ? [(byte)(number << 1)] : [(byte)((number << 2) | 1), (byte)(number >> 6)];
}
