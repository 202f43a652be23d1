using System.Text.Json.Serialization;

namespace MySqlHa.Sandbox;

/// <summary>What the sandbox keeps about itself.</summary>
[JsonSerializable(typeof(SandboxSettings))]
internal sealed partial class SandboxJson : JsonSerializerContext;
