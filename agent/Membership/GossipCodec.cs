using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MySqlHa.Membership;

/// <summary>
/// Gossip as JSON bytes and back. What is decoded is safe to step on: no null, every number and text within
/// <see cref="MemberLimits"/>. Decoding throws <see cref="FormatException"/> with a sentence, and nothing else.
/// </summary>
public static class GossipCodec
{
    /// <summary>No datagram is longer.</summary>
    private const int LongestDatagram = 65535;

    /// <summary>
    /// Nothing here is ever part of a page: escaping <c>+</c> and <c>&lt;</c> for HTML would make texts six times as long.
    /// </summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Encode(GossipMessage message) => Write(message, GossipJson.Default.GossipMessage).ToArray();

    public static byte[] Encode(StateExchange message) => Write(message, GossipJson.Default.StateExchange).ToArray();

    public static GossipMessage Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > LongestDatagram)
        {
            throw new FormatException($"gossip: {bytes.Length} bytes are more than a datagram holds");
        }

        var message = Read(bytes, GossipJson.Default.GossipMessage);
        Require(message.Sequence >= 0, $"sequence {message.Sequence} is negative");
        CheckMembers(message.Updates, MemberLimits.UpdatesPerMessage, "updates");
        if (message is PingRequest request)
        {
            var problem = MemberLimits.ProblemOfHost(request.Host) ?? MemberLimits.ProblemOfPort("port", request.Port);
            Require(problem is null, problem);
        }

        return message;
    }

    public static StateExchange DecodeExchange(ReadOnlySpan<byte> bytes)
    {
        var message = Read(bytes, GossipJson.Default.StateExchange);
        Require(Enum.IsDefined(message.Kind), $"exchange kind {(int)message.Kind} is unknown");
        CheckMembers(message.Members, MemberLimits.Members, "members");
        var compares = message.Kind is ExchangeKind.Compare or ExchangeKind.Difference;
        var problem = compares ? TableSums.Problem(message.Sums.IsDefault ? 0 : message.Sums.Length)
            : message.Sums.IsDefaultOrEmpty ? null : $"an exchange of kind {(int)message.Kind} has no sums";
        Require(problem is null, problem);
        return message;
    }

    /// <summary>Bytes of one update in a message, without the comma.</summary>
    internal static int Size(MemberUpdate update) => Write(update, GossipJson.Default.MemberUpdate).Length;

    /// <summary>Bytes of a message.</summary>
    internal static int Size(GossipMessage message) => Write(message, GossipJson.Default.GossipMessage).Length;

    private static ReadOnlySpan<byte> Write<T>(T value, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Plain);
        JsonSerializer.Serialize(writer, value, type);
        writer.Flush();
        return buffer.WrittenSpan;
    }

    private static T Read<T>(ReadOnlySpan<byte> bytes, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new FormatException("gossip: null is no message");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            // NotSupported: no kind, or an unknown one. The others: a value of another type than the field's.
            throw new FormatException($"gossip: {e.Message}", e);
        }
    }

    private static void CheckMembers<T>(ImmutableArray<T> members, int most, string key)
        where T : class
    {
        Require(!members.IsDefault, $"{key} is missing");
        Require(members.Length <= most, $"{members.Length} {key} are more than {most}");
        Require(members.All(m => m is not null), $"{key} holds null");
    }

    private static void Require(bool holds, string? sentence)
    {
        if (!holds)
        {
            throw new FormatException($"gossip: {sentence}");
        }
    }
}
