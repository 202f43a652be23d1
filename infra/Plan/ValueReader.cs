using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MySqlHa.Infra.Plan;

/// <summary>Reads values one by one and collects what is wrong with them. A value that cannot be read counts as its default.</summary>
internal sealed class ValueReader(IReadOnlyDictionary<string, string> values)
{
    private readonly List<string> _problems = [];

    /// <summary>One sentence each: key, value, what is allowed.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public bool Has(string key) => values.ContainsKey(key);

    public string? Raw(string key) => values.GetValueOrDefault(key);

    public void Refuse(string key, string value, string allowed) => _problems.Add($"{key} {value}: {allowed}");

    public void CheckKeys(IReadOnlyList<string> known)
    {
        foreach (var key in values.Keys.Except(known).Order(StringComparer.Ordinal))
        {
            _problems.Add($"{key}: there is no such key; there are {string.Join(", ", known)}");
        }
    }

    public string Required(string key, string? value, Regex pattern, string allowed)
    {
        if (value is null)
        {
            _problems.Add($"{key} is missing: {allowed} is needed (`pulumi config set {key} …`)");
            return "";
        }

        return Matching(key, value, pattern, allowed) ?? "";
    }

    public string Text(string key, Regex pattern, string allowed, string standard) =>
        Raw(key) is { } text ? Matching(key, text, pattern, allowed) ?? standard : standard;

    public string? Optional(string key, Regex pattern, string allowed) =>
        Raw(key) is { } text ? Matching(key, text, pattern, allowed) : null;

    public string Word(string key, string[] words, string standard) =>
        Named(key, text => words.Contains(text) ? text : null, $"{string.Join(", ", words[..^1])} or {words[^1]}", standard);

    public bool Switch(string key, bool standard) =>
        Named(key, text => text is "true" or "false" ? text : null, "true or false", standard ? "true" : "false") == "true";

    public T Named<T>(string key, Func<string, T?> parse, string allowed, T standard)
        where T : class
    {
        if (Raw(key) is not { } text)
        {
            return standard;
        }

        if (parse(text) is { } value)
        {
            return value;
        }

        Refuse(key, $"'{text}'", $"{allowed} is allowed");
        return standard;
    }

    public int Number(string key, int least, int most, int standard)
    {
        if (Raw(key) is not { } text)
        {
            return standard;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Refuse(key, $"'{text}'", $"a whole number from {least} to {most} is allowed");
        return standard;
    }

    public IReadOnlyList<Cidr> Ranges(string key, IReadOnlyList<Cidr> standard)
    {
        const string Allowed = "a list of IPv4 ranges, like [\"198.51.100.0/24\"]";
        var texts = List(key, text => text, Allowed, null);
        if (texts is null)
        {
            return standard;
        }

        foreach (var text in texts.Where(t => Cidr.Parse(t) is null))
        {
            Refuse(key, $"'{text}'", $"{Allowed}, is allowed, no bits set beyond the length");
        }

        return [.. texts.Select(Cidr.Parse).OfType<Cidr>()];
    }

    public IReadOnlyList<string> List(string key, Func<string, string> each, string allowed, IReadOnlyList<string>? standard)
    {
        if (Raw(key) is not { } text)
        {
            return standard!;
        }

        if (Json(text) is { ValueKind: JsonValueKind.Array } array && array.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String))
        {
            return [.. array.EnumerateArray().Select(e => each(e.GetString()!))];
        }

        Refuse(key, $"'{text}'", $"{allowed} is allowed");
        return standard!;
    }

    public IReadOnlyDictionary<string, string> MysqlSettings(string key)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!Has(key))
        {
            return settings;
        }

        if (Mapping(key, "a mapping of mysqld settings to their values is allowed") is not { } map)
        {
            return settings;
        }

        foreach (var property in map.EnumerateObject())
        {
            var name = $"{key}.{property.Name}";
            var value = property.Value.ValueKind switch
            {
                JsonValueKind.String => property.Value.GetString()!,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => property.Value.GetRawText(),
                _ => null,
            };
            if (!MysqlSettingRules.IsName(property.Name))
            {
                Refuse(name, "is no name of a setting", "letters, digits, _ and -, like max_connections, are allowed");
            }
            else if (MysqlSettingRules.IsOwned(property.Name))
            {
                Refuse(
                    name,
                    "is for the agent alone to set",
                    "settings that do not touch replication, durability, ports or files are allowed");
            }
            else if (value is null || value.Any(char.IsControl))
            {
                Refuse(name, $"'{property.Value.GetRawText()}'", "one line of text, a number, true or false is allowed");
            }
            else if (MysqlSettingRules.Unsafe(property.Name, value) is { } safe)
            {
                Refuse(name, $"'{value}' leaves out syncs that commits rest on", $"{safe} is allowed");
            }
            else if (!settings.TryAdd(MysqlSettingRules.Normal(property.Name), value))
            {
                Refuse(name, "is set twice, with - and with _", "each setting once is allowed");
            }
        }

        return settings;
    }

    /// <summary>Null where it is none, which is refused.</summary>
    public JsonElement? Mapping(string key, string allowed)
    {
        if (Json(Raw(key) ?? "") is { ValueKind: JsonValueKind.Object } map)
        {
            return map;
        }

        Refuse(key, $"'{Raw(key)}'", allowed);
        return null;
    }

    private string? Matching(string key, string text, Regex pattern, string allowed)
    {
        if (pattern.IsMatch(text))
        {
            return text;
        }

        Refuse(key, $"'{text}'", $"{allowed} is allowed");
        return null;
    }

    private static JsonElement? Json(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
