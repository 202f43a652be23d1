namespace Pulumi.Aws.LB;

/// <summary>What clients connect to.</summary>
public class LoadBalancer : CustomResource
{
    public LoadBalancer(string name, LoadBalancerArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:lb/loadBalancer:LoadBalancer", name, args ?? new LoadBalancerArgs(), options)
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;

    [Output("dnsName")]
    public Output<string> DnsName { get; private set; } = null!;

    [Output("zoneId")]
    public Output<string> ZoneId { get; private set; } = null!;
}

public sealed class LoadBalancerArgs : ResourceArgs
{
    [Input("securityGroups")]
    private InputList<string>? _securityGroups;

    [Input("subnets")]
    private InputList<string>? _subnets;

    [Input("tags")]
    private InputMap<string>? _tags;

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("internal")]
    public Input<bool>? Internal { get; set; }

    [Input("loadBalancerType")]
    public Input<string>? LoadBalancerType { get; set; }

    [Input("enableCrossZoneLoadBalancing")]
    public Input<bool>? EnableCrossZoneLoadBalancing { get; set; }

    [Input("enableDeletionProtection")]
    public Input<bool>? EnableDeletionProtection { get; set; }

    public InputList<string> SecurityGroups
    {
        get => _securityGroups ??= new();
        set => _securityGroups = value;
    }

    public InputList<string> Subnets
    {
        get => _subnets ??= new();
        set => _subnets = value;
    }

    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}
