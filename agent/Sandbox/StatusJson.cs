using System.Text.Json;
using System.Text.Json.Serialization;
using MySqlHa.Cluster;

namespace MySqlHa.Sandbox;

/// <summary><see cref="StatusDocument"/> as JSON: camelCase names, enums as camelCase words.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    WriteIndented = true,
    Converters = [typeof(CamelCaseEnum<MemberRole>), typeof(CamelCaseEnum<MemberHealth>)])]
[JsonSerializable(typeof(StatusDocument))]
internal sealed partial class StatusJson : JsonSerializerContext;
