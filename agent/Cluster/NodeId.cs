using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MySqlHa.Cluster;

/// <summary>
/// Who a node is, for all time: 128 random bits, made once and kept on the node's disk, written as
/// 32 lower-case hex digits. An address may change hands; an id does not.
/// </summary>
[JsonConverter(typeof(NodeIdJsonConverter))]
public readonly record struct NodeId : IComparable<NodeId>
{
    private readonly UInt128 _bits; // ids are compared all the time, and seldom written

    private NodeId(UInt128 bits) => _bits = bits;

    /// <summary>The 32 digits; 32 zeros for <c>default</c>.</summary>
    public string Hex => _bits.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>The first eight digits, for people.</summary>
    public string Short => Hex[..8];

    /// <summary>Reads 32 hex digits. Throws <see cref="FormatException"/> naming the text where it is anything else.</summary>
    public static NodeId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a node id: 32 hex digits are");

    /// <summary>Reads 32 hex digits; false where the text is anything else.</summary>
    public static bool TryParse(string? text, out NodeId id)
    {
        id = default;
        if (text is not { Length: 32 }
            || !UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits))
        {
            return false;
        }

        id = new NodeId(bits);
        return true;
    }

    /// <summary>An id from 16 bytes of a random source that the caller owns.</summary>
    public static NodeId From(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 16
            ? new NodeId(BinaryPrimitives.ReadUInt128BigEndian(bytes))
            : throw new ArgumentException($"a node id has 16 bytes, not {bytes.Length}", nameof(bytes));

    public int CompareTo(NodeId other) => _bits.CompareTo(other._bits);

    public override string ToString() => Short;

    public static bool operator <(NodeId left, NodeId right) => left.CompareTo(right) < 0;

    public static bool operator >(NodeId left, NodeId right) => left.CompareTo(right) > 0;

    public static bool operator <=(NodeId left, NodeId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(NodeId left, NodeId right) => left.CompareTo(right) >= 0;
}

/// <summary>A node id as a JSON string or property name.</summary>
public sealed class NodeIdJsonConverter : JsonConverter<NodeId>
{
    public override NodeId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        NodeId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("not a node id");

    public override void Write(Utf8JsonWriter writer, NodeId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Hex);

    public override NodeId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader, typeToConvert, options);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, NodeId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Hex);
}
