using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>One property that a body may have: what is taken, in code, in words, and as a schema.</summary>
/// <param name="Needed">Without it the request would mean what nobody wrote.</param>
internal sealed record BodyProperty(string Name, Func<JsonElement, bool> Fits, string Allowed, string Schema, bool Needed = false)
{
    private const int MostSettings = 100;

    public static BodyProperty Flag(string name) => new(
        name, e => e.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false", """{"type":"boolean"}""");

    public static BodyProperty SeenEpoch { get; } = new(
        "seenEpoch", IsEpoch, "an epoch's number, or 0 for whichever is current", """{"type":"integer","minimum":0}""");

    public static BodyProperty At { get; } = new(
        "at", e => IsNull(e) || (IsText(e) && e.TryGetDateTimeOffset(out _) && SaysWhere(e.GetString()!)),
        "a time with its offset, like 2026-03-01T14:00:00+01:00 or 2026-03-01T13:00:00Z",
        """{"type":["string","null"],"format":"date-time"}""");

    public static BodyProperty InMilliseconds { get; } = new(
        "inMilliseconds", e => IsNull(e) || (IsNumber(e) && e.TryGetInt64(out _)), "a whole number of milliseconds",
        """{"type":["integer","null"]}""");

    public static BodyProperty Count { get; } = new(
        "count", e => IsNumber(e) && e.TryGetInt32(out _), "3, 5 or 7", """{"type":"integer","enum":[3,5,7]}""", Needed: true);

    /// <summary>By id only.</summary>
    public static BodyProperty To { get; } = new(
        "to", e => IsNull(e) || IsNode(e), "the 32 hex digits of a node, or null for whoever is best", """{"type":["string","null"]}""");

    /// <summary>However a person names a member.</summary>
    public static BodyProperty ToMember { get; } = new(
        "to", e => IsNull(e) || (IsText(e) && e.GetString()!.Length is > 0 and <= 200),
        "a member's number, name, address or id, or null for whoever is best",
        """{"type":["string","null"],"minLength":1,"maxLength":200}""");

    public static BodyProperty Node { get; } = new(
        "node", IsNode, "the 32 hex digits of a node", """{"type":"string"}""", Needed: true);

    public static BodyProperty Host { get; } = new(
        "host", e => IsText(e) && IPAddress.TryParse(e.GetString(), out _), "an IP address", """{"type":"string"}""", Needed: true);

    public static BodyProperty Port { get; } = new(
        "port", e => IsNumber(e) && e.TryGetInt32(out var port) && port is >= 1 and <= 65535, "1 to 65535",
        """{"type":"integer","minimum":1,"maximum":65535}""", Needed: true);

    /// <summary>An IP address, with the ring's port where it is not the usual one.</summary>
    public static BodyProperty Address { get; } = new(
        "address", e => IsText(e) && TryRing(e.GetString()!, out _), "an IP address, or one with a port, like 10.0.0.14 or 10.0.0.14:9638",
        """{"type":"string","minLength":2,"maxLength":60}""", Needed: true);

    public static BodyProperty Votes { get; } = Flag("votes") with { Needed = true };

    public static BodyProperty VotesOrNot { get; } = new(
        "votes", e => IsNull(e) || e.ValueKind is JsonValueKind.True or JsonValueKind.False, "true, false, or null: as it is needed",
        """{"type":["boolean","null"]}""");

    /// <summary>Port 9638 where the text has none.</summary>
    public static bool TryRing(string text, [NotNullWhen(true)] out IPEndPoint? place)
    {
        var good = IPEndPoint.TryParse(text, out place) && text.Length <= 60 && (text.Contains('.') || text.Contains(':'));
        if (good && place!.Port == 0)
        {
            place.Port = new NodeAddress("").RingPort;
        }

        return good;
    }

    public static BodyProperty ForMilliseconds { get; } = new(
        "forMilliseconds", e => IsNumber(e) && e.TryGetInt64(out _), "a whole number of milliseconds", """{"type":"integer"}""", Needed: true);

    public static BodyProperty Reason { get; } = new(
        "reason", e => IsNull(e) || (IsText(e) && IsLine(e.GetString()!)), "one line of at most 200 characters",
        """{"type":["string","null"],"maxLength":200}""");

    public static BodyProperty Set { get; } = new(
        "set", IsSettings,
        "an object of at most 100 settings of mysqld and their values, as texts of at most 500 characters: {\"max_connections\":\"500\"}",
        """{"type":["object","null"],"additionalProperties":{"type":"string","maxLength":500},"maxProperties":100}""");

    public static BodyProperty Unset { get; } = new(
        "unset", e => IsNull(e) || (e.ValueKind == JsonValueKind.Array && e.GetArrayLength() <= MostSettings && e.EnumerateArray().All(IsText)),
        "a list of at most 100 names of settings", """{"type":["array","null"],"items":{"type":"string"},"maxItems":100}""");

    public static BodyProperty IfVersion { get; } = new(
        "ifVersion", e => IsNull(e) || IsEpoch(e), "a version of the configuration, or null for whichever it is",
        """{"type":["integer","null"],"minimum":0}""");

    public JsonNode SchemaNode => JsonNode.Parse(Schema)!;

    public static bool IsNull(JsonElement element) => element.ValueKind == JsonValueKind.Null;

    public static bool IsText(JsonElement element) => element.ValueKind == JsonValueKind.String;

    private static bool IsSettings(JsonElement element) => IsNull(element) || (element.ValueKind == JsonValueKind.Object
        && element.EnumerateObject().ToList() is { Count: <= MostSettings } all
        && all.All(s => IsText(s.Value) && s.Name.Length is > 0 and <= 64 && s.Value.GetString()!.Length <= 500)
        && all.Select(s => s.Name).Distinct().Count() == all.Count);

    /// <summary>Without an offset it would be the local time of whichever node is asked.</summary>
    private static bool SaysWhere(string time) => time.LastIndexOfAny(['Z', '+', '-']) > time.IndexOf('T', StringComparison.Ordinal)
        && time.Contains('T', StringComparison.Ordinal);

    private static bool IsLine(string text) => text.Length <= 200 && !text.Any(char.IsControl);

    private static bool IsNumber(JsonElement element) => element.ValueKind == JsonValueKind.Number;

    private static bool IsNode(JsonElement element) => IsText(element) && NodeId.TryParse(element.GetString(), out _);

    private static bool IsEpoch(JsonElement element) => IsNumber(element) && element.TryGetInt64(out var epoch) && epoch >= 0;
}
