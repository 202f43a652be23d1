using MySqlHa.Tests.House;
using YamlDotNet.RepresentationModel;

namespace MySqlHa.Tests.Prometheus;

/// <summary>One alert of docs/prometheus/mysqlha-alerts.yml.</summary>
internal sealed record AlertRule(string Name, string Expression, string Severity, string Summary, string Description, string Runbook);

/// <summary>The rules as they are in docs.</summary>
internal static class AlertRules
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "docs", "prometheus");

    public static IReadOnlyList<AlertRule> All { get; } = Read();

    public static string Text() => File.ReadAllText(Path.Combine(Folder, "mysqlha-alerts.yml"));

    private static List<AlertRule> Read()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Text()));
        var root = (YamlMappingNode)yaml.Documents[0].RootNode;
        return
        [
            .. from @group in (YamlSequenceNode)root["groups"]
               from rule in (YamlSequenceNode)@group["rules"]
               let notes = rule["annotations"]
               select new AlertRule(
                   $"{rule["alert"]}", $"{rule["expr"]}", $"{rule["labels"]["severity"]}", $"{notes["summary"]}", $"{notes["description"]}",
                   $"{notes["runbook"]}"),
        ];
    }
}
