using System.Text.Json.Serialization;

namespace MySqlHa.Consensus;

/// <summary>JSON of the values of Raft, generated at compile time. Bytes are base64.</summary>
[JsonSourceGenerationOptions(
    AllowOutOfOrderMetadataProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    MaxDepth = 16)]
[JsonSerializable(typeof(RaftMessage))]
[JsonSerializable(typeof(RaftConfiguration))]
[JsonSerializable(typeof(LogEntry))]
[JsonSerializable(typeof(HardState))]
[JsonSerializable(typeof(RaftSnapshot))]
internal sealed partial class RaftJson : JsonSerializerContext;
