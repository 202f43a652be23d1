namespace MySqlHa.Infra.Plan;

/// <summary>A data volume that AWS has already.</summary>
/// <param name="Name">Its tag <c>Name</c>, as <see cref="MadeVolumes.NameOf"/> makes it.</param>
/// <param name="Gb">GiB.</param>
public sealed record MadeVolume(string Id, string Name, int Gb);

/// <summary>What the data volumes that are there do not let a plan be: known before anything is changed, in a preview too.</summary>
public static class MadeVolumes
{
    /// <summary>The part of the stack that is a node's data volume.</summary>
    public static string PartOf(string node) => $"{node}-data";

    public static string NameOf(ClusterPlan plan, string node) => plan.NameOf(PartOf(node));

    /// <summary>One sentence each; none: the plan can be had.</summary>
    /// <param name="made">Of this stack.</param>
    public static IReadOnlyList<string> Against(ClusterPlan plan, IReadOnlyList<MadeVolume> made)
    {
        var problems = new List<string>();
        var planned = plan.Nodes.Select(n => NameOf(plan, n.Name)).ToHashSet();
        var largest = made.Where(v => planned.Contains(v.Name)).MaxBy(v => v.Gb);
        if (largest is not null && largest.Gb > plan.Settings.DataGb)
        {
            problems.Add(
                $"dataGb '{plan.Settings.DataGb}': {largest.Name} ({largest.Id}) has {largest.Gb} GiB, and an EBS volume "
                + $"can grow, not shrink: a whole number from {largest.Gb} to {SettingsReader.MostDataGb} is allowed");
        }

        var others = made.Where(v => !planned.Contains(v.Name)).Select(v => $"{v.Name} ({v.Id})").Order(StringComparer.Ordinal).ToList();
        if (plan.IsAlone && others.Count > 0)
        {
            problems.Add(
                $"nodes '1': there is {string.Join(" and ", others)} of this stack, and a cluster does not shrink to one node: "
                + "a whole number from 3 to 9 is allowed; or 1 in another stack");
        }

        return problems;
    }
}
