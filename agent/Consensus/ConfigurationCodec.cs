using System.Text.Json;

namespace MySqlHa.Consensus;

/// <summary>
/// A configuration as the bytes of a log entry (JSON). Decode throws <see cref="FormatException"/> or <see cref="JsonException"/>
/// only.
/// </summary>
public static class ConfigurationCodec
{
    public const int MaxMembers = 1024;

    public static byte[] Encode(RaftConfiguration configuration) =>
        JsonSerializer.SerializeToUtf8Bytes(configuration, RaftJson.Default.RaftConfiguration);

    public static RaftConfiguration Decode(ReadOnlySpan<byte> bytes)
    {
        var read = WireRead.Json(bytes, RaftJson.Default.RaftConfiguration);
        WireRules.Check(read);
        return read;
    }
}
