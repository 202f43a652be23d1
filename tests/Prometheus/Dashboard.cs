using System.Text.Json;
using MySqlHa.Tests.House;

namespace MySqlHa.Tests.Prometheus;

/// <summary>The expressions of docs/grafana/mysqlha.json, with the words that Grafana puts in put in.</summary>
internal static class Dashboard
{
    /// <summary>Each with the title of its panel or annotation.</summary>
    public static IReadOnlyList<(string Title, string Expression)> Expressions(string cluster)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "grafana", "mysqlha.json")));
        var panels = json.RootElement.GetProperty("panels").EnumerateArray().SelectMany(
            p => p.GetProperty("targets").EnumerateArray().Select(t => (Title: Text(p, "title"), Expression: Text(t, "expr"))));
        var annotations = json.RootElement.GetProperty("annotations").GetProperty("list").EnumerateArray()
            .Where(a => a.TryGetProperty("expr", out _)).Select(a => (Title: Text(a, "name"), Expression: Text(a, "expr")));
        return
        [
            .. panels.Concat(annotations).Select(e => (e.Title, e.Expression
                .Replace("$cluster", cluster, StringComparison.Ordinal)
                .Replace("$__rate_interval", "1m", StringComparison.Ordinal)
                .Replace("$__range", "10m", StringComparison.Ordinal))),
        ];
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
