using System.Text.Json;

namespace MySqlHa.Consensus;

/// <summary>
/// Messages of Raft as bytes (JSON). What <see cref="Decode"/> returns satisfies <see cref="WireRules"/>, so the core can
/// take it; anything else throws <see cref="FormatException"/> or <see cref="JsonException"/> and nothing else.
/// </summary>
public static class RaftMessageCodec
{
    /// <summary>Messages above this size are refused unread: 64 MiB.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    public static byte[] Encode(RaftMessage message) => JsonSerializer.SerializeToUtf8Bytes(message, RaftJson.Default.RaftMessage);

    public static RaftMessage Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            throw new FormatException($"a message of {bytes.Length} bytes; {MaxBytes} are the most");
        }

        var message = WireRead.Json(bytes, RaftJson.Default.RaftMessage);
        WireRules.Check(message);
        return message;
    }
}
