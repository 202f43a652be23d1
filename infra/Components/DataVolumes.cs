using MySqlHa.Infra.Plan;
using Pulumi;
using Aws = Pulumi.Aws;

namespace MySqlHa.Infra.Components;

/// <summary>The data volumes that this stack has in AWS already.</summary>
internal static class DataVolumes
{
    /// <summary>
    /// GiB of each data volume. It is looked first at those that are there, in a preview too: the run ends with everything that they do
    /// not let the plan be, before any of them is changed.
    /// </summary>
    public static Output<int> Size(ClusterPlan plan) => Made(plan).Apply(made =>
        MadeVolumes.Against(plan, made) is { Count: > 0 } problems
            ? throw new RunException(new PlanException(problems).Message)
            : plan.Settings.DataGb);

    private static Output<IReadOnlyList<MadeVolume>> Made(ClusterPlan plan)
    {
        var found = Aws.Ebs.GetEbsVolumes.Invoke(new Aws.Ebs.GetEbsVolumesInvokeArgs
        {
            Tags = Tags.OfStack(plan),
            // One that is being deleted is still told of for a while.
            Filters =
            {
                new Aws.Ebs.Inputs.GetEbsVolumesFilterInputArgs { Name = "status", Values = { "creating", "available", "in-use" } },
            },
        });
        return found.Apply(volumes => Output.All(volumes.Ids.Select(One)).Apply(IReadOnlyList<MadeVolume> (all) => all));
    }

    private static Output<MadeVolume> One(string id)
    {
        var found = Aws.Ebs.GetVolume.Invoke(new Aws.Ebs.GetVolumeInvokeArgs
        {
            Filters = { new Aws.Ebs.Inputs.GetVolumeFilterInputArgs { Name = "volume-id", Values = { id } } },
        });
        return found.Apply(volume => new MadeVolume(id, volume.Tags.GetValueOrDefault("Name", ""), volume.Size));
    }
}
