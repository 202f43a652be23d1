using System.Globalization;
using System.Text.Json;

namespace Pulumi;

/// <summary>
/// Stands in for the SDK's class of this name, as far as it is used: values of one bag (the project's), read from PULUMI_CONFIG,
/// a JSON object of strings with keys <c>bag:key</c>.
/// </summary>
public sealed class Config
{
    private readonly string _bag;
    private readonly Dictionary<string, string> _values;

    public Config(string? name = null)
    {
        _bag = name ?? Environment.GetEnvironmentVariable("PULUMI_PROJECT") ?? "project";
        _values = JsonSerializer.Deserialize<Dictionary<string, string>>(Environment.GetEnvironmentVariable("PULUMI_CONFIG") ?? "{}") ?? [];
    }

    public string? Get(string key) => _values.GetValueOrDefault($"{_bag}:{key}");

    public int? GetInt32(string key) => Get(key) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    public T RequireObject<T>(string key) =>
        JsonSerializer.Deserialize<T>(Get(key)
            ?? throw new InvalidOperationException($"Missing required configuration variable '{_bag}:{key}'"))!;
}
