using System.Text.Json.Serialization;

namespace MySqlHa.Failover;

/// <summary>The replicated state, its commands, reports and the local record as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ClusterState))]
[JsonSerializable(typeof(ClusterCommand))]
[JsonSerializable(typeof(MemberReport))]
[JsonSerializable(typeof(LocalRecord))]
[JsonSerializable(typeof(Pledge))]
[JsonSerializable(typeof(MySqlHa.Cluster.OperatorRequest))]
[JsonSerializable(typeof(MySqlHa.Cluster.OperatorAnswer))]
public sealed partial class FailoverJson : JsonSerializerContext;
