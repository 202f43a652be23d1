using System.Buffers.Binary;

namespace MySqlHa.Supervision;

/// <summary>The CRC-32 that MySQL ends its log events with (zlib's, IEEE 802.3). Eight bytes at a step: whole logs are summed up.</summary>
internal static class Crc32
{
    public const uint Start = uint.MaxValue;
    private const int Step = 8;
    private static readonly uint[][] Tables = MakeTables();

    /// <summary>Goes on from <see cref="Start"/>, or from what an earlier call returned; the sum of all is its complement.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var t = Tables;
        for (; bytes.Length >= Step; bytes = bytes[Step..])
        {
            var low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = t[7][(byte)low] ^ t[6][(byte)(low >> 8)] ^ t[5][(byte)(low >> 16)] ^ t[4][low >> 24]
                ^ t[3][(byte)high] ^ t[2][(byte)(high >> 8)] ^ t[1][(byte)(high >> 16)] ^ t[0][high >> 24];
        }

        foreach (var b in bytes)
        {
            crc = (crc >> 8) ^ t[0][(byte)crc ^ b];
        }

        return crc;
    }

    /// <summary>The first as everybody has it; each next one is what a byte does when one more zero follows.</summary>
    private static uint[][] MakeTables()
    {
        var tables = new uint[Step][];
        for (var step = 0; step < Step; step++)
        {
            tables[step] = new uint[256];
            for (var i = 0U; i < 256; i++)
            {
                tables[step][i] = step == 0 ? Entry(i) : (tables[step - 1][i] >> 8) ^ tables[0][(byte)tables[step - 1][i]];
            }
        }

        return tables;
    }

    private static uint Entry(uint entry)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            entry = (entry & 1) == 1 ? (entry >> 1) ^ 0xedb88320 : entry >> 1;
        }

        return entry;
    }
}
