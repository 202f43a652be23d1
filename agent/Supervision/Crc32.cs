namespace MySqlHa.Supervision;

/// <summary>The CRC-32 that MySQL ends its log events with (zlib's, IEEE 802.3).</summary>
internal static class Crc32
{
    public const uint Start = uint.MaxValue;
    private static readonly uint[] Table = MakeTable();

    /// <summary>Goes on from <see cref="Start"/>, or from what an earlier call returned; the sum of all is its complement.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            crc = (crc >> 8) ^ Table[(byte)crc ^ b];
        }

        return crc;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0U; i < table.Length; i++)
        {
            var entry = i;
            for (var bit = 0; bit < 8; bit++)
            {
                entry = (entry & 1) == 1 ? (entry >> 1) ^ 0xedb88320 : entry >> 1;
            }

            table[i] = entry;
        }

        return table;
    }
}
