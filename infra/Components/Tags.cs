using MySqlHa.Infra.Plan;
using Pulumi;

namespace MySqlHa.Infra.Components;

/// <summary>How the parts of a stack are found in AWS's console and bills.</summary>
internal static class Tags
{
    public static InputMap<string> Of(ClusterPlan plan, string name)
    {
        var tags = OfStack(plan);
        tags["Name"] = plan.NameOf(name);
        return tags;
    }

    /// <summary>What all of a stack have.</summary>
    public static InputMap<string> OfStack(ClusterPlan plan) => new()
    {
        ["mysqlha:group"] = plan.ServiceGroup,
        ["mysqlha:stack"] = plan.Settings.StackName,
    };
}
