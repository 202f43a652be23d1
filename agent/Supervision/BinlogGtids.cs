using System.Buffers.Binary;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Supervision;

/// <summary>Reads the identifiers in a log's events, with tags (since 8.3) and without.</summary>
internal static class BinlogGtids
{
    private const int UuidLength = 16;

    /// <summary>Of an event that begins a transaction: "uuid" or "uuid:tag", and the number. Null: written in an unknown way.</summary>
    public static (string Source, long Number)? Read(BinlogReader log) => log.Type switch
    {
        BinlogEvent.Gtid => ReadPlain(log.Body(1 + UuidLength + 8)),
        BinlogEvent.TaggedGtid => ReadTagged(log.Body()),
        _ => null,
    };

    /// <summary>MySQL's encoding of a set: how many sources, then of each its intervals [from, to). Null for an unknown encoding.</summary>
    public static GtidSet? ReadSet(ReadOnlySpan<byte> body)
    {
        try
        {
            var head = BinaryPrimitives.ReadUInt64LittleEndian(body);
            // The highest byte tells the format: 1 has tags, and the count in the six bytes between.
            var tagged = head >> 56 == 1;
            var sources = tagged ? (head >> 8) & 0xffff_ffff_ffff : head;
            if (sources > 1_000_000)
            {
                return null;
            }

            body = body[8..];
            var set = GtidSet.Empty;
            for (var i = 0UL; i < sources; i++)
            {
                var source = Uuid(body);
                body = body[UuidLength..];
                if (tagged && ReadNumber(ref body) is > 0 and <= 32 and var length)
                {
                    source = $"{source}:{Encoding.ASCII.GetString(body[..(int)length])}";
                    body = body[(int)length..];
                }

                set = set.Union(ReadIntervals(source, ref body));
            }

            return set;
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // it ends before it should
        }
    }

    private static GtidSet ReadIntervals(string source, ref ReadOnlySpan<byte> body)
    {
        var set = GtidSet.Empty;
        var intervals = BinaryPrimitives.ReadUInt64LittleEndian(body);
        body = body[8..];
        for (var i = 0UL; i < intervals; i++)
        {
            var (from, to) = (BinaryPrimitives.ReadInt64LittleEndian(body), BinaryPrimitives.ReadInt64LittleEndian(body[8..]));
            set = set.Union(GtidSet.Of(source, from, to - 1));
            body = body[16..];
        }

        return set;
    }

    /// <summary>Flags 1, uuid 16, number 8.</summary>
    private static (string, long)? ReadPlain(ReadOnlySpan<byte> body) =>
        body.Length < 1 + UuidLength + 8 ? null : (Uuid(body[1..]), BinaryPrimitives.ReadInt64LittleEndian(body[(1 + UuidLength)..]));

    /// <summary>
    /// Written as numbers of variable length: version, size, the last field that must be known; then fields, each behind its own number:
    /// 0 flags, 1 uuid (byte by byte), 2 number (with a sign in its lowest bit), 3 tag, and others that do not matter here.
    /// </summary>
    private static (string, long)? ReadTagged(ReadOnlySpan<byte> body)
    {
        try
        {
            var (version, _, _) = (ReadNumber(ref body), ReadNumber(ref body), ReadNumber(ref body));
            if (version != 1 || ReadNumber(ref body) != 0)
            {
                return null;
            }

            _ = ReadNumber(ref body);
            if (ReadNumber(ref body) != 1)
            {
                return null;
            }

            Span<byte> uuid = stackalloc byte[UuidLength];
            for (var i = 0; i < UuidLength; i++)
            {
                uuid[i] = checked((byte)ReadNumber(ref body));
            }

            if (ReadNumber(ref body) != 2 || ReadNumber(ref body) is var number && (number & 1) == 1)
            {
                return null;
            }

            if (ReadNumber(ref body) != 3)
            {
                return null;
            }

            var length = ReadNumber(ref body);
            var tag = Encoding.ASCII.GetString(body[..checked((int)length)]);
            return (tag.Length > 0 ? $"{Uuid(uuid)}:{tag}" : Uuid(uuid), (long)(number >> 1));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>As many low 1-bits in the first byte as bytes follow it; the rest, little-endian, is the number.</summary>
    private static ulong ReadNumber(ref ReadOnlySpan<byte> body)
    {
        var more = System.Numerics.BitOperations.TrailingZeroCount(~(uint)body[0]);
        var bytes = Math.Min(more, 8) + 1;
        Span<byte> wide = stackalloc byte[16];
        body[..bytes].CopyTo(wide);
        body = body[bytes..];
        return bytes == 9
            ? BinaryPrimitives.ReadUInt64LittleEndian(wide[1..])
            : BinaryPrimitives.ReadUInt64LittleEndian(wide) >> bytes;
    }

    private static string Uuid(ReadOnlySpan<byte> bytes) => new Guid(bytes[..UuidLength], bigEndian: true).ToString("D");
}
