using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MySqlHa.Configuration;

/// <summary>The only place that knows YAML: text in, raw values with file and line out.</summary>
internal static class YamlText
{
    /// <summary>The mapping of the file. Adds a problem and returns null where the text is not one.</summary>
    public static RawMap? Read(string text, string path, List<ConfigurationProblem> problems)
    {
        var name = Path.GetFileName(path);
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            var why = (e.InnerException ?? e).Message;
            var where = $"{name} line {e.Start.Line}";
            problems.Add(new ConfigurationProblem(path, "", $"is not YAML: {why}", "one mapping of keys to values", where));
            return null;
        }

        if (stream.Documents.Count == 0)
        {
            return new RawMap([], name);
        }

        if (stream.Documents is [{ RootNode: YamlMappingNode root }])
        {
            return (RawMap)Raw(root, name, Path.GetDirectoryName(Path.GetFullPath(path))!);
        }

        problems.Add(new ConfigurationProblem(path, "", "is not one mapping", "one mapping of keys to values", name));
        return null;
    }

    private static RawValue Raw(YamlNode node, string file, string directory)
    {
        var where = $"{file} line {node.Start.Line}";
        return node switch
        {
            YamlScalarNode { Style: ScalarStyle.Plain, Value: "~" or "null" } => new RawText("", where, directory),
            YamlScalarNode scalar => new RawText(scalar.Value ?? "", where, directory),
            YamlSequenceNode list => new RawList([.. list.Children.Select(i => Raw(i, file, directory))], where),
            YamlMappingNode map => new RawMap(
                [.. map.Children.Select(c => (Key(c.Key), Raw(c.Value, file, directory)))],
                where),
            _ => new RawText(node.ToString(), where, directory),
        };
    }

    private static string Key(YamlNode key) => key is YamlScalarNode scalar ? scalar.Value ?? "" : key.ToString();
}
