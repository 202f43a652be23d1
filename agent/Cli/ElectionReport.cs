using System.Text.Json;
using System.Text.Json.Serialization;
using MySqlHa.Election;

namespace MySqlHa.Cli;

/// <summary>What <c>mysqlha election status --json</c> prints.</summary>
internal sealed record ElectionReport(IReadOnlyList<ServiceLease> Services);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(ElectionReport))]
[JsonSerializable(typeof(ForcedLeader))]
internal sealed partial class ElectionJson : JsonSerializerContext;
