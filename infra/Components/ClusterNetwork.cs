using MySqlHa.Infra.Plan;
using Pulumi;
using Aws = Pulumi.Aws;

namespace MySqlHa.Infra.Components;

/// <summary>A network with one public subnet in each zone, and the way out.</summary>
public sealed class ClusterNetwork : ComponentResource
{
    private readonly Dictionary<string, Output<string>> _subnets = [];

    public ClusterNetwork(string name, ClusterPlan plan, ComponentResourceOptions? options = null)
        : base("mysqlha:infra:ClusterNetwork", name, options)
    {
        var child = new CustomResourceOptions { Parent = this };
        var vpc = new Aws.Ec2.Vpc($"{name}-vpc", new Aws.Ec2.VpcArgs
        {
            CidrBlock = plan.Settings.Network.ToString(),
            EnableDnsSupport = true,
            EnableDnsHostnames = true,
            Tags = Tags.Of(plan, name),
        }, child);
        var gateway = new Aws.Ec2.InternetGateway(
            $"{name}-gateway", new Aws.Ec2.InternetGatewayArgs { VpcId = vpc.Id, Tags = Tags.Of(plan, name) }, child);
        var routes = new Aws.Ec2.RouteTable($"{name}-routes", new Aws.Ec2.RouteTableArgs
        {
            VpcId = vpc.Id,
            Routes = { new Aws.Ec2.Inputs.RouteTableRouteArgs { CidrBlock = Cidr.Everywhere.ToString(), GatewayId = gateway.Id } },
            Tags = Tags.Of(plan, name),
        }, child);
        foreach (var planned in plan.Subnets)
        {
            var subnet = new Aws.Ec2.Subnet($"{name}-{planned.Zone}", new Aws.Ec2.SubnetArgs
            {
                VpcId = vpc.Id,
                AvailabilityZone = planned.Zone,
                CidrBlock = planned.Range,
                MapPublicIpOnLaunch = true,
                Tags = Tags.Of(plan, $"{name}-{planned.Zone}"),
            }, child);
            _ = new Aws.Ec2.RouteTableAssociation(
                $"{name}-{planned.Zone}-routes",
                new Aws.Ec2.RouteTableAssociationArgs { SubnetId = subnet.Id, RouteTableId = routes.Id },
                child);
            _subnets[planned.Zone] = subnet.Id;
        }

        VpcId = vpc.Id;
        RegisterOutputs();
    }

    public Output<string> VpcId { get; }

    public Output<string> SubnetIn(string zone) => _subnets[zone];
}
