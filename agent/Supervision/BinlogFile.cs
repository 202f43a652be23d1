using System.Buffers.Binary;
using MySqlHa.Cluster;

namespace MySqlHa.Supervision;

/// <summary>
/// What a binary or relay log says of its transactions: those before it and those in it. Read from the event headers
/// alone. Null where the file is encrypted or written in a way this does not know: then it may hold anything.
/// </summary>
internal sealed record BinlogFile(string Path, GtidSet? Before, GtidSet? Inside)
{
    private static ReadOnlySpan<byte> Magic => [0xfe, (byte)'b', (byte)'i', (byte)'n'];

    private const int HeaderLength = 19;
    private const byte PreviousGtids = 35;
    private const byte Gtid = 33;
    private const byte TaggedGtid = 42;

    public static BinlogFile Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        Span<byte> magic = stackalloc byte[4];
        if (file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) < 4 || !magic.SequenceEqual(Magic))
        {
            return new BinlogFile(path, null, null);
        }

        GtidSet? before = GtidSet.Empty, inside = GtidSet.Empty;
        var header = new byte[HeaderLength];
        while (file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) == HeaderLength)
        {
            // time 4, type 1, server 4, length 4 (with the header), next position 4, flags 2
            var body = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(9)) - (long)HeaderLength;
            if (body < 0 || file.Position + body > file.Length)
            {
                break; // the torn end of a crash
            }

            var next = file.Position + body;
            switch (header[4])
            {
                case PreviousGtids:
                    before = ReadSet(ReadBody(file, body));
                    break;
                case Gtid:
                    var gtid = ReadBody(file, Math.Min(body, 25));
                    inside = inside?.Union(GtidSet.Of(Uuid(gtid.AsSpan(1)), BinaryPrimitives.ReadInt64LittleEndian(gtid.AsSpan(17))));
                    break;
                case TaggedGtid:
                    inside = null;
                    break;
            }

            file.Position = next;
        }

        return new BinlogFile(path, before, inside);
    }

    private static byte[] ReadBody(FileStream file, long length)
    {
        var body = new byte[length];
        file.ReadExactly(body);
        return body;
    }

    /// <summary>MySQL's Gtid_set encoding without tags: count, then per uuid its intervals [from, to). Null for another encoding.</summary>
    private static GtidSet? ReadSet(ReadOnlySpan<byte> body)
    {
        var sources = BinaryPrimitives.ReadUInt64LittleEndian(body);
        if (sources > 1_000_000)
        {
            return null; // the high byte tells a format with tags
        }

        body = body[8..];
        var set = GtidSet.Empty;
        for (var source = 0UL; source < sources; source++)
        {
            var uuid = Uuid(body);
            var intervals = BinaryPrimitives.ReadUInt64LittleEndian(body[16..]);
            body = body[24..];
            for (var i = 0UL; i < intervals; i++)
            {
                set = set.Union(GtidSet.Of(uuid, BinaryPrimitives.ReadInt64LittleEndian(body),
                    BinaryPrimitives.ReadInt64LittleEndian(body[8..]) - 1));
                body = body[16..];
            }
        }

        return set;
    }

    private static string Uuid(ReadOnlySpan<byte> bytes) => new Guid(bytes[..16], bigEndian: true).ToString("D");
}
