using System.Buffers.Binary;

namespace MySqlHa.Supervision;

/// <summary>What an event of a binary or relay log is; the numbers are MySQL's. Only those that matter here have a name.</summary>
internal enum BinlogEvent : byte
{
    Query = 2,
    Stop = 3,
    Rotate = 4,
    FormatDescription = 15,
    Xid = 16,
    Incident = 26,
    Gtid = 33,
    AnonymousGtid = 34,
    PreviousGtids = 35,
    XaPrepare = 38,
    TransactionPayload = 40,
    TaggedGtid = 42,
}

/// <summary>Walks over the events of one binary or relay log by their headers.</summary>
internal sealed class BinlogReader : IDisposable
{
    /// <summary>In the format description: the log was not closed in order.</summary>
    public const ushort InUse = 1;

    private const int HeaderLength = 19;
    private const int ChecksumLength = 4;
    private const int NextAt = 13;
    private const int FlagsAt = 17;
    private readonly FileStream _file;
    private readonly byte[] _header = new byte[HeaderLength];
    private readonly byte[] _part = new byte[1 << 16];
    private int _read;

    private BinlogReader(FileStream file) => _file = file;

    public BinlogEvent Type => (BinlogEvent)_header[4];

    public ushort Flags => BinaryPrimitives.ReadUInt16LittleEndian(_header.AsSpan(FlagsAt));

    /// <summary>Where the event begins and ends in the file, in bytes.</summary>
    public long Start { get; private set; }

    public long End { get; private set; } = Magic.Length;

    /// <summary>The log ends within an event, or what stands there is none.</summary>
    public bool Torn { get; private set; }

    /// <summary>
    /// The event says that it ends where it does: none is missing before it. In binary logs alone; what a relay log holds tells of places
    /// at its source.
    /// </summary>
    public bool InPlace => EndsAt(End);

    public static ReadOnlySpan<byte> Magic => [0xfe, (byte)'b', (byte)'i', (byte)'n'];

    /// <summary>Null: it is encrypted, or no log.</summary>
    public static BinlogReader? Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        Span<byte> magic = stackalloc byte[4];
        if (file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual(Magic))
        {
            return new BinlogReader(file);
        }

        file.Dispose();
        return null;
    }

    /// <summary>The next event; false at the end, torn or not.</summary>
    public bool Next()
    {
        Start = End;
        _file.Position = Start;
        _read = _file.ReadAtLeast(_header, HeaderLength, throwOnEndOfStream: false);
        // time 4, type 1, server 4, length 4 (with the header), next position 4, flags 2
        if (Length < HeaderLength || Start + Length > _file.Length)
        {
            Torn = _read > 0;
            return false;
        }

        End = Start + Length;
        return true;
    }

    /// <summary>
    /// Asked of a torn log: it ends as one that was being written, by part of an event that has its place there, or by zeros. Else
    /// something is damaged, and what follows may be anything.
    /// </summary>
    public bool EndedWhileWritten()
    {
        if (_read < HeaderLength || (Length >= HeaderLength && EndsAt(Start + Length)))
        {
            return true;
        }

        _file.Position = Start;
        while (_file.Read(_part) is > 0 and var count)
        {
            if (_part.AsSpan(0, count).ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What is behind the header, checksum included; at most so many bytes of it: a length may be damaged.</summary>
    public byte[] Body(int most)
    {
        var body = new byte[Math.Min(End - Start - HeaderLength, most)];
        _file.Position = Start + HeaderLength;
        _file.ReadExactly(body);
        return body;
    }

    /// <summary>Whether the event is as it was written. Only in logs with checksums (<see cref="HasChecksums"/>).</summary>
    public bool IsIntact()
    {
        var left = End - Start - HeaderLength - ChecksumLength;
        if (left < 0)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        _header.CopyTo(header);
        if (Type == BinlogEvent.FormatDescription)
        {
            header[FlagsAt] &= unchecked((byte)~InUse); // set and cleared in place, so it is summed up as cleared
        }

        var crc = Crc32.Append(Crc32.Start, header);
        _file.Position = Start + HeaderLength;
        while (left > 0)
        {
            var part = _part.AsSpan(0, (int)Math.Min(left, _part.Length));
            _file.ReadExactly(part);
            crc = Crc32.Append(crc, part);
            left -= part.Length;
        }

        _file.ReadExactly(_part.AsSpan(0, ChecksumLength));
        return ~crc == BinaryPrimitives.ReadUInt32LittleEndian(_part);
    }

    /// <summary>Asked of the format description: the byte before its own checksum names the kind; 1 is CRC-32.</summary>
    public bool HasChecksums()
    {
        _file.Position = End - ChecksumLength - 1;
        return End - Start > HeaderLength + ChecksumLength && _file.ReadByte() == 1;
    }

    public void Dispose() => _file.Dispose();

    private uint Length => _read == HeaderLength ? BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(9)) : 0;

    /// <summary>Only the lower half is written.</summary>
    private bool EndsAt(long end) => BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(NextAt)) == unchecked((uint)end);
}
