using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Hooks;

/// <summary>Which hook an event is for, and what the hook is told. Names and variables never change once published.</summary>
internal static class HookEvents
{
    public const string Suitability = "suitability";

    /// <summary>Null: no hook but <c>event</c>.</summary>
    public static string? HookOf(ClusterEvent happened, ClusterView view) => happened.Code switch
    {
        "promoted" => "became-leader",
        "follows" => "became-follower",
        "fence" => "fenced",
        "epoch-established" when Before(view, happened.Epoch) is { } before && before.Leader != happened.Node => "failed-over",
        _ => null,
    };

    public static Dictionary<string, string> EnvironmentOf(ClusterEvent happened, string hook, ClusterView view)
    {
        var environment = EnvironmentOf(hook, view);
        environment["MYSQLHA_EVENT"] = happened.Code;
        environment["MYSQLHA_EVENT_ID"] = happened.Id.ToString(CultureInfo.InvariantCulture);
        environment["MYSQLHA_EVENT_AT"] = happened.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        environment["MYSQLHA_TEXT"] = PlainText.OneLine(happened.Text);
        environment["MYSQLHA_EPOCH"] = (happened.Epoch > 0 ? happened.Epoch : view.Epoch).ToString(CultureInfo.InvariantCulture);
        return environment;
    }

    /// <summary>Of a hook that no event calls.</summary>
    public static Dictionary<string, string> EnvironmentOf(string hook, ClusterView view)
    {
        var epoch = view.Epoch;
        var environment = new Dictionary<string, string>
        {
            ["MYSQLHA_HOOK"] = hook,
            ["MYSQLHA_GROUP"] = view.ServiceGroup.ToString(),
            ["MYSQLHA_CLUSTER_ID"] = view.ClusterId,
            ["MYSQLHA_EPOCH"] = epoch.ToString(CultureInfo.InvariantCulture),
        };
        Add(environment, "NODE", view, view.Self);
        Add(environment, "LEADER", view, view.EpochOpen ? view.Leader : null);
        Add(environment, "OLD_LEADER", view, Before(view, epoch)?.Leader);
        return environment;
    }

    private static EpochView? Before(ClusterView view, long epoch) => view.History.LastOrDefault(e => e.Number < epoch);

    /// <summary>_ID, _NAME and _ADDRESS; empty where there is none.</summary>
    private static void Add(Dictionary<string, string> environment, string what, ClusterView view, NodeId? node)
    {
        var member = node is { } id ? view.Member(id) : null;
        environment[$"MYSQLHA_{what}_ID"] = node?.Hex ?? "";
        environment[$"MYSQLHA_{what}_NAME"] = member?.Name ?? "";
        environment[$"MYSQLHA_{what}_ADDRESS"] = member?.Address.Host ?? "";
    }
}
