namespace Pulumi.Aws.Ec2;

/// <summary>A part of a network, in one zone.</summary>
public class Subnet : CustomResource
{
    public Subnet(string name, SubnetArgs args, CustomResourceOptions? options = null)
        : base("aws:ec2/subnet:Subnet", name, args ?? new SubnetArgs(), options)
    {
    }

    [Output("availabilityZone")]
    public Output<string> AvailabilityZone { get; private set; } = null!;
}

public sealed class SubnetArgs : ResourceArgs
{
    [Input("tags")]
    private InputMap<string>? _tags;

    [Input("vpcId", required: true)]
    public Input<string> VpcId { get; set; } = null!;

    [Input("cidrBlock")]
    public Input<string>? CidrBlock { get; set; }

    [Input("availabilityZone")]
    public Input<string>? AvailabilityZone { get; set; }

    [Input("mapPublicIpOnLaunch")]
    public Input<bool>? MapPublicIpOnLaunch { get; set; }

    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}
