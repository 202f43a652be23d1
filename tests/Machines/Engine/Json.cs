using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pulumi;

namespace MySqlHa.Machines.Engine;

/// <summary>Between what mocks see (numbers as double, immutable lists and maps, assets) and what a state file keeps.</summary>
internal static class Json
{
    /// <summary>The marks of an asset in a state file: its text or path, and the hash of its content.</summary>
    public const string AssetText = "asset:text";
    public const string AssetPath = "asset:path";
    public const string AssetHash = "asset:hash";

    public static JsonNode? From(object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        bool flag => JsonValue.Create(flag),
        double number => JsonValue.Create(number),
        int number => JsonValue.Create((double)number),
        AssetOrArchive asset => FromAsset(asset),
        IDictionary map => FromMap(map),
        IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(From)]),
        _ => throw new InvalidOperationException($"{value.GetType().FullName} is nothing that a state can keep"),
    };

    public static JsonObject FromInputs(ImmutableDictionary<string, object> inputs) => FromMap(inputs);

    public static object? To(JsonNode? node) => node switch
    {
        null => null,
        JsonObject map => To(map),
        JsonArray list => list.Select(item => To(item)!).ToImmutableArray(),
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        JsonValue value => value.GetValue<double>(),
        _ => throw new InvalidOperationException($"not JSON: {node}"),
    };

    public static ImmutableDictionary<string, object> To(JsonObject map) =>
        map.Where(p => p.Value is not null).ToImmutableDictionary(p => p.Key, p => To(p.Value)!);

    /// <summary>Top-level keys whose values differ. An asset is its content: the path does not count.</summary>
    public static IReadOnlyList<string> Changed(JsonObject one, JsonObject other) =>
        [.. one.Select(p => p.Key).Union(other.Select(p => p.Key)).Order(StringComparer.Ordinal)
            .Where(key => !JsonNode.DeepEquals(WithoutPaths(one[key]), WithoutPaths(other[key])))];

    private static JsonNode? WithoutPaths(JsonNode? node)
    {
        if (node is not JsonObject map || !map.ContainsKey(AssetPath))
        {
            return node;
        }

        var copy = map.DeepClone().AsObject();
        _ = copy.Remove(AssetPath);
        return copy;
    }

    private static JsonObject FromMap(IDictionary map)
    {
        var node = new JsonObject();
        foreach (DictionaryEntry entry in map)
        {
            node[(string)entry.Key] = From(entry.Value);
        }

        return node;
    }

    private static JsonObject FromAsset(AssetOrArchive asset)
    {
        // The SDK keeps it to itself, under this name; a provider gets it by the wire.
        var value = (string)typeof(AssetOrArchive).GetProperty("Value", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(asset)!;
        return asset is StringAsset
            ? new JsonObject { [AssetText] = value, [AssetHash] = Hash(Encoding.UTF8.GetBytes(value)) }
            : new JsonObject { [AssetPath] = Path.GetFullPath(value), [AssetHash] = HashPath(value) };
    }

    private static string HashPath(string path)
    {
        if (!Directory.Exists(path))
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }

        var all = Directory.GetFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => $"{Path.GetRelativePath(path, f)} {HashPath(f)}\n");
        return Hash(Encoding.UTF8.GetBytes(string.Concat(all)));
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
