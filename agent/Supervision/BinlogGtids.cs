using System.Buffers.Binary;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Supervision;

/// <summary>Reads the identifiers in a log's events, with tags (since 8.3) and without.</summary>
internal static class BinlogGtids
{
    private const int UuidLength = 16;
    private const int ChecksumLength = 4;
    private const int LongestTag = 32;

    /// <summary>More than any identifier takes, its tag included.</summary>
    private const int Longest = 256;

    /// <summary>Of an event that begins a transaction: "uuid" or "uuid:tag", and the number. Null: written in an unknown way.</summary>
    public static (string Source, long Number)? Read(BinlogReader log) => log.Type switch
    {
        BinlogEvent.Gtid => ReadPlain(WithoutChecksum(log.Body(Longest))),
        BinlogEvent.TaggedGtid => ReadTagged(WithoutChecksum(log.Body(Longest))),
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
                if (tagged && ReadNumber(ref body) is > 0 and var length)
                {
                    if (length > LongestTag || Tag(body[..(int)length]) is not { } tag)
                    {
                        return null;
                    }

                    source = $"{source}:{tag}";
                    body = body[(int)length..];
                }

                set = set.Union(ReadIntervals(source, ref body));
            }

            return set;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            return null; // it ends before it should, or holds what are no intervals
        }
    }

    private static GtidSet ReadIntervals(string source, ref ReadOnlySpan<byte> body)
    {
        var intervals = new List<GtidInterval>();
        var count = BinaryPrimitives.ReadUInt64LittleEndian(body);
        body = body[8..];
        for (var i = 0UL; i < count; i++)
        {
            var (from, to) = (BinaryPrimitives.ReadInt64LittleEndian(body), BinaryPrimitives.ReadInt64LittleEndian(body[8..]));
            intervals.Add(new GtidInterval(from, unchecked(to - 1)));
            body = body[16..];
        }

        return GtidSet.Of(source, intervals);
    }

    /// <summary>Nor the last bytes where there is none: times and versions stand there, which do not matter here.</summary>
    private static ReadOnlySpan<byte> WithoutChecksum(byte[] body) => body.AsSpan(0, Math.Max(0, body.Length - ChecksumLength));

    /// <summary>Flags 1, uuid 16, number 8.</summary>
    private static (string, long)? ReadPlain(ReadOnlySpan<byte> body) =>
        body.Length < 1 + UuidLength + 8 ? null
        : Numbered(Uuid(body[1..]), BinaryPrimitives.ReadInt64LittleEndian(body[(1 + UuidLength)..]));

    /// <summary>Null for a number that MySQL gives no transaction.</summary>
    private static (string, long)? Numbered(string source, long number) =>
        number is >= 1 and <= GtidSet.LastNumber ? (source, number) : null;

    /// <summary>Letters, digits and _, no digit first, as MySQL keeps them. Null: no tag.</summary>
    private static string? Tag(ReadOnlySpan<byte> bytes)
    {
        foreach (var c in bytes)
        {
            if (!char.IsAsciiLetterLower((char)c) && !char.IsAsciiDigit((char)c) && c != '_')
            {
                return null;
            }
        }

        return bytes.Length <= LongestTag && (bytes.IsEmpty || !char.IsAsciiDigit((char)bytes[0])) ? Encoding.ASCII.GetString(bytes) : null;
    }

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
            return Tag(body[..checked((int)length)]) is { } tag
                ? Numbered(tag.Length > 0 ? $"{Uuid(uuid)}:{tag}" : Uuid(uuid), (long)(number >> 1))
                : null;
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
