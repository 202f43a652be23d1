using MySqlHa.Infra.Plan;
using Pulumi;

namespace MySqlHa.Infra.Components;

/// <summary>How the parts of a stack are found in AWS's console and bills.</summary>
internal static class Tags
{
    public static InputMap<string> Of(ClusterPlan plan, string name) => new()
    {
        ["Name"] = $"{plan.ServiceGroup}-{name}",
        ["mysqlha:group"] = plan.ServiceGroup,
        ["mysqlha:stack"] = plan.Settings.StackName,
    };
}
