using MySqlHa.Infra.Plan;
using Pulumi;
using Aws = Pulumi.Aws;

namespace MySqlHa.Infra.Components;

/// <summary>
/// What may reach the nodes, and the load balancer. The rules are part of the groups themselves, so that one that was added by hand is
/// taken out at the next up.
/// </summary>
public sealed class ClusterFirewall : ComponentResource
{
    private readonly ClusterPlan _plan;
    private readonly ClusterNetwork _network;

    public ClusterFirewall(string name, ClusterPlan plan, ClusterNetwork network, ComponentResourceOptions? options = null)
        : base("mysqlha:infra:ClusterFirewall", name, options)
    {
        (_plan, _network) = (plan, network);
        if (plan.Settings.HasLoadBalancer)
        {
            LoadBalancerGroupId = Group(
                $"{name}-load-balancer",
                $"Load balancer of {plan.ServiceGroup}",
                Ingress(Openings.OfLoadBalancer(plan.Settings)),
                [.. Openings.Of(plan.Settings).Where(opening => opening.Balancer).Select(ToNodes)]);
        }

        GroupId = Group($"{name}-nodes", $"Nodes of {plan.ServiceGroup}", Ingress(Openings.Of(plan.Settings)), [ToAnywhere()]);
        RegisterOutputs();
    }

    /// <summary>Of the nodes.</summary>
    public Output<string> GroupId { get; }

    /// <summary>Null: there is none.</summary>
    public Output<string>? LoadBalancerGroupId { get; }

    private Output<string> Group(
        string name,
        string description,
        IEnumerable<Aws.Ec2.Inputs.SecurityGroupIngressArgs> ingress,
        IEnumerable<Aws.Ec2.Inputs.SecurityGroupEgressArgs> egress) => new Aws.Ec2.SecurityGroup(name, new Aws.Ec2.SecurityGroupArgs
        {
            Description = description,
            VpcId = _network.VpcId,
            Ingress = ingress.ToArray(),
            Egress = egress.ToArray(),
            Tags = Tags.Of(_plan, name),
        }, new CustomResourceOptions { Parent = this }).Id;

    private IEnumerable<Aws.Ec2.Inputs.SecurityGroupIngressArgs> Ingress(IEnumerable<Opening> openings)
    {
        foreach (var opening in openings)
        {
            if (opening.Members)
            {
                var members = Rule(opening, $"{opening.Description} between the nodes");
                members.Self = true;
                yield return members;
            }

            if (opening.Balancer)
            {
                // Also of clients: theirs is the address that a node sees, and the group is what lets them in.
                var balancer = Rule(opening, $"{opening.Description} through the load balancer");
                balancer.SecurityGroups = new[] { LoadBalancerGroupId! };
                yield return balancer;
            }

            if (opening.From.Count > 0)
            {
                var others = Rule(opening, opening.Description);
                others.CidrBlocks = opening.From.Select(range => range.ToString()).ToArray();
                yield return others;
            }
        }
    }

    private static Aws.Ec2.Inputs.SecurityGroupIngressArgs Rule(Opening opening, string description) => new()
    {
        Description = description,
        Protocol = opening.Protocol,
        FromPort = opening.Port,
        ToPort = opening.Port,
    };

    /// <summary>To their network: two groups that name each other could not be made.</summary>
    private Aws.Ec2.Inputs.SecurityGroupEgressArgs ToNodes(Opening opening) => new()
    {
        Description = $"{opening.Description} of the nodes",
        Protocol = opening.Protocol,
        FromPort = opening.Port,
        ToPort = opening.Port,
        CidrBlocks = { _plan.Settings.Network.ToString() },
    };

    private static Aws.Ec2.Inputs.SecurityGroupEgressArgs ToAnywhere() => new()
    {
        Description = "out to anywhere",
        Protocol = "-1",
        FromPort = 0,
        ToPort = 0,
        CidrBlocks = { Cidr.Everywhere.ToString() },
    };
}
