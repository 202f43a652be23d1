using System.Text.Json.Serialization;

namespace MySqlHa.Supervision;

/// <summary>What lies beside a mysqld and its archives, as JSON. What lacks a part, or has nothing for it, is not taken.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ArchiveManifest))]
[JsonSerializable(typeof(DataDirectory.Mark))]
[JsonSerializable(typeof(MysqldProcess.ProcessRecord))]
internal sealed partial class SupervisionJson : JsonSerializerContext;
