using System.Text.Json;
using MySqlHa.Configuration;

namespace MySqlHa.Tests.Documents;

/// <summary>The keys of agent.yaml, asked of the reader itself: what it says of a key that is none, and of a value that is none.</summary>
internal static class ConfigurationTable
{
    public const string Required = "required";
    private const string None = "no-such-key";
    private const int LongestAllowed = 160;

    // A key beside which others can be left out, where a mapping cannot be without it.
    private static readonly Dictionary<string, string> Beside = new()
    {
        ["hooks"] = "directory: /h", ["telemetry"] = "otlp: 'http://127.0.0.1:4318'", ["timing"] = "lease: 1s",
        ["webhooks[]"] = "url: 'http://127.0.0.1', events: '*'",
    };

    /// <summary><c>group</c>, <c>ports.ring</c>, <c>webhooks[].url</c>, … with what is allowed; empty: too long for a table.</summary>
    public static IReadOnlyList<(string Key, string Allowed)> Keys { get; } = [.. Find()];

    public static IEnumerable<string> Rows => Keys.Select(k => Reference.Row($"`{k.Key}`", "DEFAULT", k.Allowed, "WHAT IT IS FOR"));

    /// <summary>Of a row only the key, and what is allowed where that is said by the reader.</summary>
    public static string Fixed(string row)
    {
        var cells = Reference.Cells(row);
        var key = cells[0].Trim('`');
        return Keys.Any(k => k.Key == key && k.Allowed.Length == 0) || cells.Length < 3 ? key : $"{key}: {cells[2]}";
    }

    /// <summary>What is wrong with what a row says of the value without the key; null: nothing.</summary>
    public static string? WrongDefault(string row)
    {
        var cells = Reference.Cells(row);
        var (key, said) = (cells[0].Trim('`'), cells.Length > 1 ? cells[1] : "");
        var (parent, own) = key.LastIndexOf('.') is > 0 and var dot ? (key[..dot], key[(dot + 1)..]) : ("", key);
        if (said is "DEFAULT" or "")
        {
            return $"docs/reference.md: {key} has no default in its second column: {Required}, a value in backticks, or words";
        }

        if (said == Required)
        {
            var without = Problems(parent.Length == 0 ? "" : In(parent, ""), leaveOut: parent.Length == 0 ? key : "");
            return without.Any(p => p.Wrong == "is missing" && Plain(p.Key) == key) ? null : $"docs/reference.md: {key} is not required";
        }

        if (said is not ['`', .., '`'])
        {
            return null;
        }

        var beside = Beside.GetValueOrDefault(parent, "");
        var others = string.Join(", ", beside.Split(", ").Where(b => b.Length > 0 && !b.StartsWith(own + ":", StringComparison.Ordinal)));
        var given = $"{own}: {said.Trim('`')}";
        var (with, plain) = parent.Length == 0
            ? (Read(given), Read(""))
            : (Read(In(parent, others.Length == 0 ? given : $"{others}, {given}")), Read(others.Length == 0 ? "" : In(parent, others)));
        return with == plain ? null : $"docs/reference.md: without {key} it is not as with {said}: {with} instead of {plain}";
    }

    /// <summary>Whether an operator may not give mysqld this setting.</summary>
    public static bool IsRefused(string setting) => Problems($"settings: {{{setting}: 1}}").Count > 0;

    private static IEnumerable<(string, string)> Find()
    {
        foreach (var key in KnownIn($"{None}: 1", None))
        {
            yield return (key, Allowed($"{key}: ''", key));
            foreach (var own in KnownIn(In(key, $"{None}: 1"), $"{key}.{None}"))
            {
                yield return ($"{key}.{own}", Allowed(In(key, $"{own}: ''"), $"{key}.{own}"));
            }

            foreach (var own in KnownIn(In($"{key}[]", $"{None}: 1"), $"{key}[].{None}"))
            {
                yield return ($"{key}[].{own}", Allowed(In($"{key}[]", $"{own}: ''"), $"{key}[].{own}"));
            }
        }
    }

    private static string[] KnownIn(string yaml, string key) =>
        Problems(yaml).FirstOrDefault(p => Plain(p.Key) == key && p.Wrong.StartsWith("is no key", StringComparison.Ordinal))
            ?.Allowed.Split(", ") ?? [];

    private static string Allowed(string yaml, string key)
    {
        var allowed = Problems(yaml, leaveOut: key).First(p => Plain(p.Key) == key).Allowed;
        return allowed.Length > LongestAllowed ? "" : allowed;
    }

    private static string Plain(string key) => key.Replace("[0]", "[]", StringComparison.Ordinal);

    private static string In(string parent, string keys) =>
        parent.EndsWith("[]", StringComparison.Ordinal) ? $"{parent[..^2]}: [{{{keys}}}]" : $"{parent}: {{{keys}}}";

    private static IReadOnlyList<ConfigurationProblem> Problems(string yaml, string leaveOut = "")
    {
        try
        {
            _ = AgentOptionsFile.Read(Least(yaml, leaveOut), "/x/agent.yaml", new Dictionary<string, IReadOnlyList<string>>());
            return [];
        }
        catch (ConfigurationException e)
        {
            return e.Problems;
        }
    }

    private static string Read(string yaml)
    {
        try
        {
            return JsonSerializer.Serialize(
                AgentOptionsFile.Read(Least(yaml, ""), "/x/agent.yaml", new Dictionary<string, IReadOnlyList<string>>()));
        }
        catch (ConfigurationException e)
        {
            return string.Join("; ", e.Problems);
        }
    }

    /// <summary>The least configuration there is, and this.</summary>
    private static string Least(string more, string leaveOut)
    {
        string[] least = ["listen: 127.0.61.1", "data: /d", "ring-key: /k", "peers: [127.0.61.2]"];
        var keys = new[] { leaveOut, more.Split(':')[0] };
        return string.Join('\n', least.Where(l => !keys.Contains(l.Split(':')[0])).Append(more));
    }
}
