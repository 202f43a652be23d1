using System.Text.Json;
using MySqlHa.Machines.Hosts;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MySqlHa.Machines.Engine;

/// <summary>The <c>config:</c> of a stack's file and the options of the project's file, as Pulumi reads them.</summary>
public static class StackConfiguration
{
    /// <summary>Keys with their bag, like <c>mysql-ha-stack:nodes</c>; lists and maps as JSON.</summary>
    public static Dictionary<string, string> Read(string file)
    {
        var all = new Dictionary<string, string>();
        if (Load(file) is { } root && root.Children.TryGetValue("config", out var node) && node is YamlMappingNode config)
        {
            foreach (var (key, value) in config.Children)
            {
                all[((YamlScalarNode)key).Value!] =
                    value is YamlScalarNode scalar ? scalar.Value ?? "" : JsonSerializer.Serialize(Plain(value));
            }
        }

        return all;
    }

    /// <summary>Whether the project asks for a look at what is still there at the beginning of each up.</summary>
    public static bool Refreshes(string projectFile) =>
        Load(projectFile) is { } root
        && root.Children.TryGetValue("options", out var node) && node is YamlMappingNode options
        && options.Children.TryGetValue("refresh", out var refresh) && refresh is YamlScalarNode { Value: "always" };

    private static YamlMappingNode? Load(string file)
    {
        var yaml = new YamlStream();
        try
        {
            using var reader = new StreamReader(file);
            yaml.Load(reader);
        }
        catch (YamlException e)
        {
            throw new MachinesException($"{file} is no YAML: {e.Message}", e);
        }

        return yaml.Documents.Count > 0 ? yaml.Documents[0].RootNode as YamlMappingNode : null;
    }

    private static object? Plain(YamlNode node) => node switch
    {
        YamlMappingNode map => map.Children.ToDictionary(p => ((YamlScalarNode)p.Key).Value!, p => Plain(p.Value)),
        YamlSequenceNode list => list.Select(Plain).ToList(),
        // Unquoted numbers and words of truth are such; a quoted one is text.
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => flag.Value == "true",
        YamlScalarNode { Style: ScalarStyle.Plain } scalar
            when double.TryParse(scalar.Value, System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
        YamlScalarNode scalar => scalar.Value,
        _ => null,
    };
}
