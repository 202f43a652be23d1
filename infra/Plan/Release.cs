using System.Security.Cryptography;
using System.Text;

namespace MySqlHa.Infra.Plan;

/// <summary>What one node is to run: an agent, its configuration, its units. A node runs one release at a time.</summary>
/// <param name="Id">12 hex digits; the same content gives the same id.</param>
/// <param name="MysqldId">The same of the part that mysqld only takes over when it starts.</param>
public sealed record Release(
    string Id, string MysqldId, string Version, string AgentYaml, string AgentUnit, string GuardUnit, string FenceUnit)
{
    public static Release Of(ClusterPlan plan, PlannedNode node, string version)
    {
        var unit = Units.Agent(plan);
        return new Release(
            Hash(version, Plan.AgentYaml.WithoutVoters(plan, node), unit, Units.Guard, Units.Fence),
            Hash(Plan.AgentYaml.MysqldPart(plan.Settings)),
            version,
            Plan.AgentYaml.Render(plan, node),
            unit,
            Units.Guard,
            Units.Fence);
    }

    private static string Hash(params string[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))))[..12];
}
