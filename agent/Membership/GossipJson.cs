using System.Text.Json;
using System.Text.Json.Serialization;
using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// The generated readers and writers of gossip: camel case, enums as numbers, records flat and with short names (five fit into a datagram).
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(MemberRecordConverter), typeof(MemberUpdateConverter)])]
[JsonSerializable(typeof(GossipMessage))]
[JsonSerializable(typeof(StateExchange))]
[JsonSerializable(typeof(FlatUpdate))]
internal sealed partial class GossipJson : JsonSerializerContext;

/// <summary>A record as it is sent.</summary>
/// <param name="From">Null where the member said it itself.</param>
internal sealed record FlatUpdate(
    [property: JsonPropertyName("i")] NodeId Id,
    [property: JsonPropertyName("h")] string Host,
    [property: JsonPropertyName("r")] int RingPort,
    [property: JsonPropertyName("w")] int HttpPort,
    [property: JsonPropertyName("m")] int MysqlPort,
    [property: JsonPropertyName("n")] long Incarnation,
    [property: JsonPropertyName("s")] MemberStatus Status,
    [property: JsonPropertyName("g")] string Group,
    [property: JsonPropertyName("a")] string Name,
    [property: JsonPropertyName("c")] string ClusterId,
    [property: JsonPropertyName("v")] string AgentVersion,
    [property: JsonPropertyName("f"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] NodeId? From = null,
    [property: JsonPropertyName("d"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Adopts = false,
    [property: JsonPropertyName("l"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Leads = 0)
{
    public static FlatUpdate Of(MemberRecord record, NodeId? from) => new(
        record.Id,
        record.Address.Host,
        record.Address.RingPort,
        record.Address.HttpPort,
        record.Address.MysqlPort,
        record.Incarnation,
        record.Status,
        record.Facts.Group,
        record.Facts.Name,
        record.Facts.ClusterId,
        record.Facts.AgentVersion,
        from == record.Id ? null : from,
        record.Facts.Adopts,
        record.Facts.Leads);

    /// <summary>The record; throws <see cref="JsonException"/> where a part of it is not allowed.</summary>
    public MemberRecord ToRecord()
    {
        var address = new NodeAddress(Host, RingPort, HttpPort, MysqlPort);
        var facts = new MemberFacts(Group, Name, ClusterId, AgentVersion, Adopts, Leads);
        var record = new MemberRecord(Id, address, Incarnation, Status, facts);
        return MemberLimits.Problem(record) is { } problem ? throw new JsonException($"member {Id}: {problem}") : record;
    }
}

internal sealed class MemberRecordConverter : JsonConverter<MemberRecord>
{
    public override MemberRecord? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, GossipJson.Default.FlatUpdate)?.ToRecord();

    public override void Write(Utf8JsonWriter writer, MemberRecord value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, FlatUpdate.Of(value, from: null), GossipJson.Default.FlatUpdate);
}

internal sealed class MemberUpdateConverter : JsonConverter<MemberUpdate>
{
    public override MemberUpdate? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, GossipJson.Default.FlatUpdate) is { } flat
            ? new MemberUpdate(flat.ToRecord(), flat.From ?? flat.Id)
            : null;

    public override void Write(Utf8JsonWriter writer, MemberUpdate value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, FlatUpdate.Of(value.Record, value.From), GossipJson.Default.FlatUpdate);
}
