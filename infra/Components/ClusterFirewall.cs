using MySqlHa.Infra.Plan;
using Pulumi;
using Aws = Pulumi.Aws;

namespace MySqlHa.Infra.Components;

/// <summary>
/// What may reach the nodes. The rules are part of the group itself, so that one that was added by hand is taken out at the next up.
/// </summary>
public sealed class ClusterFirewall : ComponentResource
{
    public ClusterFirewall(string name, ClusterPlan plan, ClusterNetwork network, ComponentResourceOptions? options = null)
        : base("mysqlha:infra:ClusterFirewall", name, options)
    {
        var ingress = new InputList<Aws.Ec2.Inputs.SecurityGroupIngressArgs>();
        foreach (var opening in Openings.Of(plan.Settings))
        {
            if (opening.Members)
            {
                ingress.Add(new Aws.Ec2.Inputs.SecurityGroupIngressArgs
                {
                    Description = $"{opening.Description} between the nodes",
                    Protocol = opening.Protocol,
                    FromPort = opening.Port,
                    ToPort = opening.Port,
                    Self = true,
                });
            }

            if (opening.From.Count > 0)
            {
                ingress.Add(new Aws.Ec2.Inputs.SecurityGroupIngressArgs
                {
                    Description = opening.Description,
                    Protocol = opening.Protocol,
                    FromPort = opening.Port,
                    ToPort = opening.Port,
                    CidrBlocks = opening.From.Select(range => range.ToString()).ToArray(),
                });
            }
        }

        var group = new Aws.Ec2.SecurityGroup($"{name}-nodes", new Aws.Ec2.SecurityGroupArgs
        {
            Description = $"Nodes of {plan.ServiceGroup}",
            VpcId = network.VpcId,
            Ingress = ingress,
            Egress =
            {
                new Aws.Ec2.Inputs.SecurityGroupEgressArgs
                {
                    Description = "out to anywhere",
                    Protocol = "-1",
                    FromPort = 0,
                    ToPort = 0,
                    CidrBlocks = { Cidr.Everywhere.ToString() },
                },
            },
            Tags = Tags.Of(plan, name),
        }, new CustomResourceOptions { Parent = this });
        GroupId = group.Id;
        RegisterOutputs();
    }

    public Output<string> GroupId { get; }
}
