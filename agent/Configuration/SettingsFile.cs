using System.Collections.Immutable;

namespace MySqlHa.Configuration;

/// <summary>A change of the cluster's settings as a file has it: what to set, and what to unset.</summary>
public sealed record SettingsFile(ImmutableSortedDictionary<string, string> Set, ImmutableSortedSet<string> Unset)
{
    /// <summary>Characters: many times what the most settings need.</summary>
    public const int LongestText = 256 * 1024;

    private const string Allowed = "a mapping with 'set' (names of settings and their values) and 'unset' (a list of names)";
    private const int LongestValue = 500;
    private const int MostKeys = 100;

    /// <summary>Names as mysqld knows them. Throws <see cref="ConfigurationException"/> with all that is wrong.</summary>
    /// <param name="name">Of the file, for what is said of it.</param>
    public static SettingsFile Read(string text, string name)
    {
        var problems = new List<ConfigurationProblem>();
        var set = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var unset = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var (key, value) in YamlText.Read(text, name, problems)?.Entries ?? [])
        {
            switch (key, value)
            {
                case ("set", RawMap map):
                    ReadSet(map, set, problems);
                    break;
                case ("set", _):
                    problems.Add(new ConfigurationProblem(
                        key, value.Shown, "is no mapping", "names and values, like max_connections: 500", value.Where));
                    break;
                case ("unset", RawList list):
                    ReadUnset(list, unset, problems);
                    break;
                case ("unset", _):
                    problems.Add(new ConfigurationProblem(
                        key, value.Shown, "is no list", "a list of names, like [max_connections]", value.Where));
                    break;
                default:
                    problems.Add(new ConfigurationProblem(key, "", "is not known", Allowed, value.Where));
                    break;
            }
        }

        problems.AddRange(new[] { ("set", set.Count), ("unset", unset.Count) }.Where(m => m.Item2 > MostKeys)
            .Select(m => new ConfigurationProblem(m.Item1, $"{m.Item2} names", "are too many", $"at most {MostKeys}", name)));
        problems.AddRange(unset.Where(set.ContainsKey)
            .Select(u => new ConfigurationProblem(u, "", "is set and unset at once", "one of both", name)));
        if (problems.Count == 0 && set.Count + unset.Count == 0)
        {
            problems.Add(new ConfigurationProblem(name, "", "has nothing to set or unset", Allowed));
        }

        return problems.Count == 0 ? new SettingsFile(set.ToImmutable(), unset.ToImmutable()) : throw new ConfigurationException(problems);
    }

    private static void ReadSet(RawMap map, ImmutableSortedDictionary<string, string>.Builder set, List<ConfigurationProblem> problems)
    {
        foreach (var (key, value) in map.Entries)
        {
            var name = NameIn(key, value.Where, problems);
            if (value is RawText { IsNothing: true })
            {
                const string Either = "a value, '' for an empty one; or its name under 'unset', for the default";
                problems.Add(new ConfigurationProblem(key, "", "has no value", Either, value.Where));
            }
            else if (value is not RawText { Text: var text } || text.Length > LongestValue || text.Any(char.IsControl))
            {
                var allowed = $"one value, a line of at most {LongestValue} characters";
                problems.Add(new ConfigurationProblem(key, value.Shown, "is not one value", allowed, value.Where));
            }
            else if (name is not null && !set.TryAdd(name, text))
            {
                problems.Add(new ConfigurationProblem(key, text, $"is not all that is set for {name}", "each name once", value.Where));
            }
        }
    }

    private static void ReadUnset(RawList list, ImmutableSortedSet<string>.Builder unset, List<ConfigurationProblem> problems)
    {
        foreach (var item in list.Items)
        {
            if (NameIn(item is RawText text ? text.Text : item.Shown, item.Where, problems) is { } name)
            {
                _ = unset.Add(name);
            }
        }
    }

    private static string? NameIn(string key, string where, List<ConfigurationProblem> problems)
    {
        var name = MysqldSettings.Normal(key.Trim());
        if (MysqldSettings.IsName(name))
        {
            return name;
        }

        problems.Add(new ConfigurationProblem(
            key, "", "is no name of a setting", "at most 64 letters, digits, - and _, a letter first, like max_connections", where));
        return null;
    }
}
