using System.Text.Json.Serialization;

namespace MySqlHa.Supervision;

/// <summary>What lies beside a mysqld and its archives, as JSON.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(ArchiveManifest))]
[JsonSerializable(typeof(DataDirectory.Mark))]
[JsonSerializable(typeof(MysqldProcess.ProcessRecord))]
internal sealed partial class SupervisionJson : JsonSerializerContext;
