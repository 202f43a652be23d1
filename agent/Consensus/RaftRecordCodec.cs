using System.Text.Json;

namespace MySqlHa.Consensus;

/// <summary>
/// The parts of <see cref="RaftPersistent"/> as bytes (JSON), for <c>Storage</c>. Decoding throws <see cref="FormatException"/>
/// or <see cref="JsonException"/> only.
/// </summary>
public static class RaftRecordCodec
{
    public static byte[] Encode(LogEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, RaftJson.Default.LogEntry);

    public static byte[] Encode(HardState hard) => JsonSerializer.SerializeToUtf8Bytes(hard, RaftJson.Default.HardState);

    public static byte[] Encode(RaftSnapshot snapshot) => JsonSerializer.SerializeToUtf8Bytes(snapshot, RaftJson.Default.RaftSnapshot);

    public static LogEntry DecodeEntry(ReadOnlySpan<byte> bytes)
    {
        var read = WireRead.Json(bytes, RaftJson.Default.LogEntry);
        WireRules.Check(read);
        return read;
    }

    public static HardState DecodeHard(ReadOnlySpan<byte> bytes)
    {
        var read = WireRead.Json(bytes, RaftJson.Default.HardState);
        WireRules.Check(read);
        return read;
    }

    public static RaftSnapshot DecodeSnapshot(ReadOnlySpan<byte> bytes)
    {
        var read = WireRead.Json(bytes, RaftJson.Default.RaftSnapshot);
        WireRules.Check(read);
        return read;
    }
}
