using System.Text;

namespace MySqlHa.Infra.Plan;

/// <summary>What an agent is told: <c>/etc/mysqlha/agent.yaml</c>.</summary>
public static class AgentYaml
{
    /// <summary>
    /// Without <c>voters</c>, which only says how many found a cluster: it is not part of what a rollout compares, or a change of their
    /// number would restart every agent.
    /// </summary>
    public static string WithoutVoters(ClusterPlan plan, PlannedNode node)
    {
        var settings = plan.Settings;
        var text = new StringBuilder();
        void Line(string line) => text.Append(line).Append('\n');

        Line("# Written by the stack: changes made here are lost.");
        Line($"group: {settings.Group}");
        Line($"name: {node.Name}");
        Line($"listen: {node.PrivateIp}");
        if (plan.IsAlone)
        {
            Line("topology: standalone");
        }
        else
        {
            Line("peers:");
            foreach (var seed in plan.SeedsOf(node))
            {
                Line($"  - {seed.PrivateIp}");
            }
        }

        Line($"data: {Paths.Data}");
        Line($"ring-key: {Paths.RingKey}");
        Line("mysqld: /usr/sbin/mysqld");
        Line($"timing: {settings.Timing}");
        Line($"durability: {settings.Durability}");
        Line("guard: service");
        Line($"client-user: {settings.ClientUser}");
        foreach (var line in settings.Agent.Values)
        {
            Line(line);
        }

        if (settings.Tags.TryGetValue(node.Name, out var tags))
        {
            Line(tags);
        }

        Line(MysqlSettings(settings));
        return text.ToString();
    }

    public static string Render(ClusterPlan plan, PlannedNode node) =>
        plan.IsAlone ? WithoutVoters(plan, node) : $"{WithoutVoters(plan, node)}voters: {plan.Voters}\n";

    /// <summary>What a mysqld only takes over when it starts.</summary>
    public static string MysqldPart(Settings settings) =>
        $"timing: {settings.Timing}\ndurability: {settings.Durability}\n{MysqlSettings(settings)}\n";

    private static string MysqlSettings(Settings settings) => settings.MysqlSettings.Count == 0
        ? "settings: {}"
        : "settings:\n" + string.Join('\n', settings.MysqlSettings.Select(s => $"  {s.Key}: {Quoted(s.Value)}"));

    /// <summary>YAML's double quotes; a value has no control characters.</summary>
    private static string Quoted(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
