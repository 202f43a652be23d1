using System.Globalization;
using System.Text.Json;

namespace Pulumi;

/// <summary>
/// Values of one bag (the project's, if none is named), from PULUMI_CONFIG: a JSON object of strings with keys <c>bag:key</c>.
/// PULUMI_CONFIG_SECRET_KEYS, a JSON array of such keys, says which are secret. Read anew for each deployment.
/// </summary>
public sealed class Config
{
    private readonly string _bag;
    private readonly Dictionary<string, string> _values = [];

    public Config(string? name = null)
    {
        _bag = name ?? Deployment.Instance.ProjectName;
        var given = JsonSerializer.Deserialize<Dictionary<string, string>>(Environment.GetEnvironmentVariable("PULUMI_CONFIG") ?? "{}");
        foreach (var (key, value) in given ?? [])
        {
            var parts = key.Split(':');
            _values[parts is [_, "config", _] ? $"{parts[0]}:{parts[2]}" : key] = value;
        }
    }

    public string? Get(string key) => _values.GetValueOrDefault($"{_bag}:{key}");

    public string Require(string key) => Get(key) ?? throw new RunException(
        $"Missing required configuration variable '{_bag}:{key}'\n"
        + $"\tplease set a value using the command `pulumi config set {_bag}:{key} <value>`");

    public bool? GetBoolean(string key) => Get(key) is { } text ? bool.Parse(text) : null;

    public int? GetInt32(string key) => Get(key) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    public T? GetObject<T>(string key) => Get(key) is { } text ? JsonSerializer.Deserialize<T>(text) : default;

    public T RequireObject<T>(string key) => JsonSerializer.Deserialize<T>(Require(key))!;

    public Output<string>? GetSecret(string key) => Get(key) is { } text ? Output.CreateSecret(text) : null;

    public Output<string> RequireSecret(string key) => Output.CreateSecret(Require(key));
}
