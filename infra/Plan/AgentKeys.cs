using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MySqlHa.Infra.Plan;

/// <summary>
/// What of an agent's configuration is handed on as it is given: keys that neither the stack writes itself nor its own way in depends on
/// (it asks port 9631 without a token or TLS). The agent's own check reads the values on each machine, before anything of it runs.
/// </summary>
internal static class AgentKeys
{
    private const string Allowed = "hooks, log-level, proxy (max-connections, threads, max-lag), telemetry and webhooks are allowed";
    private static readonly string[] Handed = ["hooks", "log-level", "proxy", "telemetry", "webhooks"];
    private static readonly string[] OfProxy = ["max-connections", "threads", "max-lag"];
    private static readonly string[] Switches = ["nofailover", "nosync", "clonefrom", "noload"];
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Lines of YAML (of which JSON is a part), by key.</summary>
    public static IReadOnlyDictionary<string, string> Agent(ValueReader read)
    {
        const string Key = "agent";
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!read.Has(Key) || read.Mapping(Key, "a mapping of keys of agent.yaml to their values is allowed") is not { } map)
        {
            return lines;
        }

        foreach (var property in map.EnumerateObject())
        {
            var of = property is { Name: "proxy", Value.ValueKind: JsonValueKind.Object }
                ? property.Value.EnumerateObject().Select(p => p.Name).FirstOrDefault(name => !OfProxy.Contains(name))
                : null;
            if (!Handed.Contains(property.Name) || property is { Name: "proxy", Value.ValueKind: not JsonValueKind.Object })
            {
                read.Refuse($"{Key}.{property.Name}", "is not handed on", Allowed);
            }
            else if (of is not null)
            {
                read.Refuse($"{Key}.proxy.{of}", "is not handed on", Allowed);
            }
            else
            {
                lines[property.Name] = $"{property.Name}: {JsonSerializer.Serialize(property.Value, Plain)}";
            }
        }

        return lines;
    }

    /// <summary>A line of YAML by the node's name.</summary>
    public static IReadOnlyDictionary<string, string> Tags(ValueReader read, int nodes)
    {
        const string Key = "tags";
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!read.Has(Key) || read.Mapping(Key, "a mapping of nodes to their tags, like {\"node3\": {\"nofailover\": true}}, is allowed")
            is not { } map)
        {
            return lines;
        }

        foreach (var node in map.EnumerateObject())
        {
            var name = $"{Key}.{node.Name}";
            if (!Enumerable.Range(1, nodes).Any(n => node.Name == $"node{n.ToString(CultureInfo.InvariantCulture)}"))
            {
                read.Refuse(name, "is no node", $"node1 to node{nodes} are allowed");
            }
            else if (node.Value.ValueKind != JsonValueKind.Object)
            {
                read.Refuse(name, $"'{node.Value.GetRawText()}'", "a mapping of tags, like {\"nofailover\": true}, is allowed");
            }
            else if (node.Value.EnumerateObject().Count(tag => IsGood(read, name, tag)) is var good && good > 0)
            {
                lines[node.Name] = $"tags: {JsonSerializer.Serialize(node.Value, Plain)}";
            }
        }

        return lines;
    }

    private static bool IsGood(ValueReader read, string node, JsonProperty tag)
    {
        var (name, value) = ($"{node}.{tag.Name}", tag.Value);
        if (tag.Name == "priority")
        {
            return (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 0 and <= 1000)
                || Refused(read, name, $"'{value.GetRawText()}'", "a whole number from 0 to 1000 is allowed");
        }

        return Switches.Contains(tag.Name)
            ? value.ValueKind is JsonValueKind.True or JsonValueKind.False
                || Refused(read, name, $"'{value.GetRawText()}'", "true or false is allowed")
            : Refused(read, name, "is no tag", $"{string.Join(", ", Switches)} and priority are allowed");
    }

    private static bool Refused(ValueReader read, string key, string value, string allowed)
    {
        read.Refuse(key, value, allowed);
        return false;
    }
}
