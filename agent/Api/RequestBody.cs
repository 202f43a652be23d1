using System.Text;
using System.Text.Json;

namespace MySqlHa.Api;

/// <summary>
/// Reads the bodies of requests. What is not wholly understood is no request: every property is one that is known, named once, and none
/// is left out that would mean something by itself. A refusal is a <see cref="FormatException"/> with one sentence for people, which
/// names the property, its value and what is allowed.
/// </summary>
internal static class RequestBody
{
    private const int LongestShown = 60;

    public static T Read<T>(ReadOnlyMemory<byte> body, string whole, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4 });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException($"it is {Shown(json.RootElement)}; allowed: {whole}");
            }

            var given = new HashSet<string>();
            return json.RootElement.EnumerateObject().Select(p => p.Name).FirstOrDefault(n => !given.Add(n)) is { } twice
                ? throw new FormatException($"the property '{Shown(twice)}' is there twice")
                : read(json.RootElement);
        }
        catch (JsonException e)
        {
            throw new FormatException(
                $"it is no JSON, or too deep, at byte {e.BytePositionInLine ?? 0} of line {(e.LineNumber ?? 0) + 1}; allowed: {whole}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("a text in it is not Unicode", e); // half a character, or none at all
        }
    }

    /// <summary>Every property is one of these.</summary>
    /// <param name="besides">A property that was read already.</param>
    public static void Check(JsonElement root, string verb, IReadOnlyCollection<BodyProperty> known, string besides = "")
    {
        var given = root.EnumerateObject().Where(p => p.Name != besides).ToList();
        foreach (var property in given)
        {
            var one = known.FirstOrDefault(k => k.Name == property.Name) ?? throw new FormatException(
                $"{verb} knows no property '{Shown(property.Name)}'; allowed: {string.Join(", ", known.Select(k => k.Name))}");
            if (!one.Fits(property.Value))
            {
                throw new FormatException($"{one.Name}: {Shown(property.Value)} is not allowed; allowed: {one.Allowed}");
            }
        }

        if (known.FirstOrDefault(k => k.Needed && given.All(g => g.Name != k.Name)) is { } missing)
        {
            throw new FormatException($"{verb} needs the property '{missing.Name}'; allowed: {missing.Allowed}");
        }
    }

    public static string Shown(JsonElement element) => Shown(element.GetRawText());

    /// <summary>So much of it that it is known again, in one line.</summary>
    private static string Shown(string text)
    {
        var shown = string.Concat(text.EnumerateRunes().Take(LongestShown).Select(r => Rune.IsControl(r) ? " " : r.ToString()));
        return text.EnumerateRunes().Skip(LongestShown).Any() ? shown + "…" : shown;
    }
}
