using System.Text.Json.Serialization;

namespace MySqlHa.Api;

/// <summary>The documents for programs outside: Habitat's snake_case, nulls written out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CensusDocument))]
[JsonSerializable(typeof(ServiceDocument))]
[JsonSerializable(typeof(ServiceDocument[]))]
[JsonSerializable(typeof(ServiceHealthDocument))]
[JsonSerializable(typeof(DutyDocument))]
[JsonSerializable(typeof(RaftDocument))]
[JsonSerializable(typeof(IndexDocument))]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(OutcomeProblem))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonObject))]
internal sealed partial class ApiJson : JsonSerializerContext;
