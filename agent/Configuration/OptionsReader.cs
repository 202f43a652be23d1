using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace MySqlHa.Configuration;

internal delegate bool ParseText<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>Takes raw values out of one mapping by key and writes down what is wrong, instead of stopping at the first mistake.</summary>
/// <param name="prefix">Of the keys in messages: empty, or <c>ports.</c></param>
internal sealed class OptionsReader(IReadOnlyDictionary<string, RawValue> values, List<ConfigurationProblem> problems, string prefix = "")
{
    public bool Has(string key) => values.ContainsKey(key);

    public bool IsMapping(string key) => values.TryGetValue(key, out var raw) && raw is RawMap;

    public bool IsList(string key) => values.TryGetValue(key, out var raw) && raw is RawList;

    public bool IsEmptyList(string key) => values.TryGetValue(key, out var raw) && raw is RawList { Items.IsEmpty: true };

    /// <summary>The value, or the fallback where the key is missing or its value is refused (which is a problem).</summary>
    public T Optional<T>(string key, ParseText<T> parse, string allowed, T fallback) =>
        values.TryGetValue(key, out var raw) && Parse(prefix + key, raw, parse, allowed, out var value) ? value : fallback;

    /// <summary>The value; a missing key is a problem.</summary>
    public T Required<T>(string key, ParseText<T> parse, string allowed, T fallback)
    {
        if (!Has(key))
        {
            problems.Add(new ConfigurationProblem(prefix + key, "", "is missing", allowed));
        }

        return Optional(key, parse, allowed, fallback);
    }

    /// <summary>
    /// An absolute path; a relative one counts from the file's directory (from a flag: from the working directory). Null where missing.
    /// </summary>
    public string? Path(string key, string allowed) =>
        values.TryGetValue(key, out var raw) && Parse<string>(prefix + key, raw, NotEmpty, allowed, out var path)
            ? System.IO.Path.GetFullPath(path, ((RawText)raw).Directory)
            : null;

    public ImmutableArray<T> List<T>(string key, ParseText<T> parse, string allowed)
    {
        if (!values.TryGetValue(key, out var raw))
        {
            return [];
        }

        if (raw is not RawList list)
        {
            problems.Add(new ConfigurationProblem(prefix + key, raw.Shown, "is not a list", $"a list, each: {allowed}", raw.Where));
            return [];
        }

        var items = ImmutableArray.CreateBuilder<T>();
        for (var i = 0; i < list.Items.Length; i++)
        {
            if (Parse($"{prefix}{key}[{i}]", list.Items[i], parse, allowed, out var item))
            {
                items.Add(item);
            }
        }

        return items.ToImmutable();
    }

    /// <summary>
    /// A reader for the mapping under a key; null where the key is missing or is no mapping. Null <paramref name="known"/>: any key.
    /// </summary>
    public OptionsReader? Map(string key, string[]? known, string allowed)
    {
        if (!values.TryGetValue(key, out var raw))
        {
            return null;
        }

        if (raw is RawMap map)
        {
            return new OptionsReader(Checked(map, known, problems, $"{prefix}{key}."), problems, $"{prefix}{key}.");
        }

        problems.Add(new ConfigurationProblem(prefix + key, raw.Shown, "is not a mapping", allowed, raw.Where));
        return null;
    }

    /// <summary>A reader for each mapping of a list; empty where the key is missing or is no list. What is wrong is not shown.</summary>
    public IReadOnlyList<OptionsReader> HiddenMaps(string key, string[] known, string allowed)
    {
        if (!values.TryGetValue(key, out var raw))
        {
            return [];
        }

        if (raw is not RawList list)
        {
            problems.Add(new ConfigurationProblem(prefix + key, "", "is not a list", $"a list, each: {allowed}", raw.Where));
            return [];
        }

        var readers = new List<OptionsReader>();
        foreach (var (item, where) in list.Items.Select((item, i) => (item, $"{prefix}{key}[{i}]")))
        {
            if (item is RawMap map)
            {
                readers.Add(new OptionsReader(Checked(map, known, problems, $"{where}."), problems, $"{where}."));
            }
            else
            {
                problems.Add(new ConfigurationProblem(where, "", "is not a mapping", allowed, item.Where));
            }
        }

        return readers;
    }

    /// <summary>As <see cref="Required"/>, of what may be a secret: a value that is refused is not shown.</summary>
    public T RequiredHidden<T>(string key, ParseText<T> parse, string allowed, T fallback)
    {
        if (values.GetValueOrDefault(key) is RawText { Text: var text } && text.Length > 0 && parse(text, out var value))
        {
            return value;
        }

        var wrong = Has(key) ? "is not allowed" : "is missing";
        problems.Add(new ConfigurationProblem(prefix + key, "", wrong, allowed, values.GetValueOrDefault(key)?.Where ?? ""));
        return fallback;
    }

    public IEnumerable<string> Keys => values.Keys;

    public void Refuse(string key, string wrong, string allowed)
    {
        var raw = values.GetValueOrDefault(key);
        problems.Add(new ConfigurationProblem(prefix + key, raw?.Shown ?? "", wrong, allowed, raw?.Where ?? ""));
    }

    /// <summary>The entries by key; unknown keys become problems that name the nearest known one.</summary>
    public static Dictionary<string, RawValue> Checked(RawMap map, string[]? known, List<ConfigurationProblem> problems, string prefix = "")
    {
        var values = new Dictionary<string, RawValue>(StringComparer.Ordinal);
        foreach (var (key, value) in map.Entries)
        {
            if (known is not null && !known.Contains(key, StringComparer.Ordinal))
            {
                var meant = NearestWord.Of(key, known) is { } word ? $", '{prefix}{word}' is near" : "";
                problems.Add(new ConfigurationProblem(prefix + key, "", $"is no key{meant}", string.Join(", ", known), value.Where));
            }
            else
            {
                values[key] = value;
            }
        }

        return values;
    }

    private static bool NotEmpty(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return text.Length > 0;
    }

    private bool Parse<T>(string key, RawValue raw, ParseText<T> parse, string allowed, [MaybeNullWhen(false)] out T value)
    {
        if (raw is RawText { Text: var text } && text.Length > 0 && parse(text, out value))
        {
            return true;
        }

        value = default;
        var wrong = raw switch
        {
            RawText { Text.Length: 0 } => "has no value",
            RawText => "is not allowed",
            RawList => "is a list where one value belongs",
            _ => "is a mapping where one value belongs",
        };
        problems.Add(new ConfigurationProblem(key, raw.Shown, wrong, allowed, raw.Where));
        return false;
    }
}
