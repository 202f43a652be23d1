using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MySqlHa.Configuration;

/// <summary>The only place that knows YAML: text in, raw values with file and line out.</summary>
internal static class YamlText
{
    /// <summary>Document and all; twice what the deepest key needs.</summary>
    private const int MostLevels = 12;

    /// <summary>The mapping of the file. Adds a problem and returns null where the text is not one.</summary>
    public static RawMap? Read(string text, string path, List<ConfigurationProblem> problems)
    {
        var name = Path.GetFileName(path);
        var stream = new YamlStream();
        try
        {
            if (Unwanted(text) is var (line, why, allowed))
            {
                problems.Add(new ConfigurationProblem(path, "", why, allowed, $"{name} line {line}"));
                return null;
            }

            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            var why = (e.InnerException ?? e).Message;
            var where = $"{name} line {e.Start.Line}";
            problems.Add(new ConfigurationProblem(path, "", $"is not YAML: {why}", "one mapping of keys to values", where));
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The library's own slips over malformed text; it does not say where.
            problems.Add(new ConfigurationProblem(path, "", $"is not YAML: {e.Message}", "one mapping of keys to values", name));
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

    /// <summary>
    /// What no configuration needs and a reader can be broken with: an alias may stand for what it stands in, and a few lines of
    /// aliases for more than memory holds.
    /// </summary>
    private static (long Line, string Why, string Allowed)? Unwanted(string text)
    {
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext();)
        {
            switch (parser.Current)
            {
                case AnchorAlias { Start.Line: var line }:
                    return (line, "has an alias (*name)", "the value itself");
                case NodeEvent { Anchor.IsEmpty: false, Start.Line: var line }:
                    return (line, "has an anchor (&name)", "values without one");
            }

            depth += parser.Current!.NestingIncrease;
            if (depth > MostLevels)
            {
                return (parser.Current.Start.Line, "is nested too deep", $"at most {MostLevels} levels");
            }
        }

        return null;
    }

    private static RawValue Raw(YamlNode node, string file, string directory)
    {
        var where = $"{file} line {node.Start.Line}";
        return node switch
        {
            YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" or "Null" or "NULL" } =>
                new RawText("", where, directory) { IsNothing = true },
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
