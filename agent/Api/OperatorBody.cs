using System.Text;
using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// Reads the body of <c>POST /operator</c>. What is not wholly understood is no request: every property is one of its verb's, named once,
/// and none is left out that would mean something by itself. A refusal names the property, its value and what is allowed.
/// </summary>
internal static class OperatorBody
{
    private const int LongestShown = 60;
    private const string Whole = "an object with the properties 'verb' and 'seenEpoch'";

    private static readonly Property SeenEpoch =
        new("seenEpoch", IsEpoch, "an epoch's number, or 0 for whichever is current", Needed: true);
    private static readonly Property To =
        new("to", e => IsNull(e) || IsNode(e), "the 32 hex digits of a node, or null for whoever is best");
    private static readonly Property Node = new("node", IsNode, "the 32 hex digits of a node", Needed: true);
    private static readonly Property DryRun = Flag("dryRun");
    private static readonly Property AcceptDataLoss = Flag("acceptDataLoss");
    private static readonly Property Paused = Flag("paused") with { Needed = true };
    private static readonly Property Count = new("count", e => IsNumber(e) && e.TryGetInt32(out _), "3, 5 or 7", Needed: true);
    private static readonly Property At =
        new("at", e => IsNull(e) || (IsText(e) && e.TryGetDateTimeOffset(out _)), "a time like 2026-03-01T14:00:00+01:00");
    private static readonly Property InMilliseconds =
        new("inMilliseconds", e => IsNull(e) || (IsNumber(e) && e.TryGetInt64(out _)), "a whole number of milliseconds");

    private static readonly Property ForMilliseconds =
        new("forMilliseconds", e => IsNull(e) || (IsNumber(e) && e.TryGetInt64(out _)), "a whole number of milliseconds, or null: it is over", Needed: true);
    private static readonly Property Reason =
        new("reason", e => IsNull(e) || (IsText(e) && IsLine(e.GetString()!)), "one line of at most 200 characters");

    private static readonly Dictionary<string, Property[]> Verbs = new()
    {
        ["switchover"] = [SeenEpoch, To],
        ["switchover-check"] = [SeenEpoch, To],
        ["failover"] = [SeenEpoch, To, AcceptDataLoss],
        ["step-down"] = [SeenEpoch],
        ["pause"] = [SeenEpoch, Paused],
        ["reinit"] = [SeenEpoch, Node],
        ["voters"] = [SeenEpoch, Count],
        ["remove"] = [SeenEpoch, Node],
        ["plan-switchover"] = [SeenEpoch, To, At, InMilliseconds, DryRun],
        ["cancel-switchover"] = [SeenEpoch],
        ["drill"] = [SeenEpoch, DryRun],
        ["maintenance"] = [SeenEpoch, Node, ForMilliseconds, Reason],
    };

    /// <summary>Throws <see cref="FormatException"/> with one sentence for people.</summary>
    public static OperatorRequest Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4 });
            return Read(json.RootElement, body.Span);
        }
        catch (JsonException e)
        {
            throw new FormatException(
                $"it is no JSON, or too deep, at byte {e.BytePositionInLine ?? 0} of line {(e.LineNumber ?? 0) + 1}; allowed: {Whole}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("a text in it is not Unicode", e); // half a character, or none at all
        }
    }

    private static OperatorRequest Read(JsonElement root, ReadOnlySpan<byte> body)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"it is {Shown(root)}; allowed: {Whole}");
        }

        var given = new HashSet<string>();
        if (root.EnumerateObject().Select(p => p.Name).FirstOrDefault(n => !given.Add(n)) is { } twice)
        {
            throw new FormatException($"the property '{Shown(twice)}' is there twice");
        }

        var verbs = string.Join(", ", Verbs.Keys);
        if (!root.TryGetProperty("verb", out var named))
        {
            throw new FormatException($"the property 'verb' is missing; allowed: {verbs}");
        }

        if (!IsText(named) || named.GetString() is not { } verb || !Verbs.TryGetValue(verb, out var known))
        {
            throw new FormatException($"verb: {Shown(named)} is none; allowed: {verbs}");
        }

        foreach (var property in root.EnumerateObject().Where(p => p.Name != "verb"))
        {
            var one = Array.Find(known, k => k.Name == property.Name)
                ?? throw new FormatException(
                    $"{verb} knows no property '{Shown(property.Name)}'; allowed: {string.Join(", ", known.Select(k => k.Name))}");
            if (!one.Fits(property.Value))
            {
                throw new FormatException($"{one.Name}: {Shown(property.Value)} is not allowed; allowed: {one.Allowed}");
            }
        }

        if (Array.Find(known, k => k.Needed && !given.Contains(k.Name)) is { } missing)
        {
            throw new FormatException($"{verb} needs the property '{missing.Name}'; allowed: {missing.Allowed}");
        }

        var request = JsonSerializer.Deserialize(body, OperatorJson.Default.OperatorRequest)!;
        return request is PlanSwitchoverRequest plan && plan.At is null == plan.InMilliseconds is null
            ? throw new FormatException("plan-switchover needs one of the properties 'at' and 'inMilliseconds', and not both")
            : request;
    }

    private static Property Flag(string name) =>
        new(name, e => e.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false");

    private static bool IsNull(JsonElement element) => element.ValueKind == JsonValueKind.Null;

    private static bool IsText(JsonElement element) => element.ValueKind == JsonValueKind.String;

    private static bool IsLine(string text) => text.Length <= 200 && !text.Any(char.IsControl);

    private static bool IsNumber(JsonElement element) => element.ValueKind == JsonValueKind.Number;

    private static bool IsNode(JsonElement element) => IsText(element) && NodeId.TryParse(element.GetString(), out _);

    private static bool IsEpoch(JsonElement element) => IsNumber(element) && element.TryGetInt64(out var epoch) && epoch >= 0;

    private static string Shown(JsonElement element) => Shown(element.GetRawText());

    /// <summary>So much of it that it is known again, in one line.</summary>
    private static string Shown(string text)
    {
        var shown = string.Concat(text.EnumerateRunes().Take(LongestShown).Select(r => Rune.IsControl(r) ? " " : r.ToString()));
        return text.EnumerateRunes().Skip(LongestShown).Any() ? shown + "…" : shown;
    }

    /// <param name="Needed">Without it the request would mean what nobody wrote.</param>
    private sealed record Property(string Name, Func<JsonElement, bool> Fits, string Allowed, bool Needed = false);
}
