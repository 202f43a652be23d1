using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MySqlHa.Tests.Api;

/// <summary>
/// Holds a value against a JSON schema. Strict: a property that an object's schema does not name is wrong, and a keyword that this does
/// not know is an error of the test.
/// </summary>
internal sealed class SchemaCheck(JsonElement document)
{
    private static readonly string[] Known =
    [
        "$ref", "type", "properties", "required", "items", "enum", "pattern", "anyOf", "additionalProperties", "minimum",
        "description", "format", "default", "minLength", "maxLength",
    ];

    /// <summary>What is wrong, each with the place; empty: nothing.</summary>
    public IReadOnlyList<string> Against(JsonElement schema, JsonElement value, string place = "$")
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            return [];
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            return Against(Resolve(reference.GetString()!), value, place);
        }

        if (schema.EnumerateObject().FirstOrDefault(p => !Known.Contains(p.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } odd)
        {
            throw new InvalidOperationException($"{place}: the check does not know '{odd.Name}'");
        }

        if (schema.TryGetProperty("anyOf", out var any))
        {
            return any.EnumerateArray().Any(one => Against(one, value, place).Count == 0) ? [] : [$"{place} is none of anyOf"];
        }

        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(w => JsonElement.DeepEquals(w, value)))
        {
            return [$"{place}: {value} is none of {words}"];
        }

        if (schema.TryGetProperty("type", out var type) && !Kinds(type).Any(k => Is(k, value)))
        {
            return [$"{place}: {value.ValueKind} is not {type}"];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => [.. OfObject(schema, value, place)],
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) =>
                [.. value.EnumerateArray().SelectMany((v, i) => Against(items, v, $"{place}[{i}]"))],
            JsonValueKind.String when schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(value.GetString()!, pattern.GetString()!) =>
                [$"{place}: {value} does not match {pattern}"],
            JsonValueKind.Number when schema.TryGetProperty("minimum", out var least) && value.GetDouble() < least.GetDouble() =>
                [$"{place}: {value} is below {least}"],
            _ => [],
        };
    }

    public JsonElement Resolve(string reference) =>
        reference[2..].Split('/').Aggregate(document, (at, step) => at.GetProperty(step));

    private IEnumerable<string> OfObject(JsonElement schema, JsonElement value, string place)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Where(r => !value.TryGetProperty(r.GetString()!, out _)))
            {
                yield return $"{place}: {name} is missing";
            }
        }

        var others = schema.TryGetProperty("additionalProperties", out var more) ? more : default;
        var named = schema.TryGetProperty("properties", out var properties);
        foreach (var property in value.EnumerateObject())
        {
            var known = default(JsonElement);
            if (named && properties.TryGetProperty(property.Name, out known))
            {
            }
            else if (others.ValueKind == JsonValueKind.Object)
            {
                known = others;
            }
            else
            {
                if (named)
                {
                    yield return $"{place}: {property.Name} is not in the schema";
                }

                continue;
            }

            foreach (var wrong in Against(known, property.Value, $"{place}.{property.Name}"))
            {
                yield return wrong;
            }
        }
    }

    private static IEnumerable<string> Kinds(JsonElement type) =>
        type.ValueKind == JsonValueKind.String ? [type.GetString()!] : type.EnumerateArray().Select(t => t.GetString()!);

    private static bool Is(string kind, JsonElement value) => kind switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() % 1 == 0,
        _ => throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"no type {kind}")),
    };
}
