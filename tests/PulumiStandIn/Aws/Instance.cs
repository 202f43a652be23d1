namespace Pulumi.Aws.Ec2;

/// <summary>A machine.</summary>
public class Instance : CustomResource
{
    public Instance(string name, InstanceArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:ec2/instance:Instance", name, args ?? new InstanceArgs(), options)
    {
    }

    [Output("ami")]
    public Output<string> Ami { get; private set; } = null!;

    [Output("availabilityZone")]
    public Output<string> AvailabilityZone { get; private set; } = null!;

    [Output("privateIp")]
    public Output<string> PrivateIp { get; private set; } = null!;

    [Output("publicIp")]
    public Output<string> PublicIp { get; private set; } = null!;
}

public sealed class InstanceArgs : ResourceArgs
{
    [Input("vpcSecurityGroupIds")]
    private InputList<string>? _vpcSecurityGroupIds;

    [Input("tags")]
    private InputMap<string>? _tags;

    [Input("ami")]
    public Input<string>? Ami { get; set; }

    [Input("instanceType")]
    public InputUnion<string, InstanceType>? InstanceType { get; set; }

    [Input("subnetId")]
    public Input<string>? SubnetId { get; set; }

    [Input("privateIp")]
    public Input<string>? PrivateIp { get; set; }

    [Input("associatePublicIpAddress")]
    public Input<bool>? AssociatePublicIpAddress { get; set; }

    public InputList<string> VpcSecurityGroupIds
    {
        get => _vpcSecurityGroupIds ??= new();
        set => _vpcSecurityGroupIds = value;
    }

    [Input("keyName")]
    public Input<string>? KeyName { get; set; }

    [Input("userData")]
    public Input<string>? UserData { get; set; }

    [Input("userDataReplaceOnChange")]
    public Input<bool>? UserDataReplaceOnChange { get; set; }

    [Input("disableApiTermination")]
    public Input<bool>? DisableApiTermination { get; set; }

    [Input("ebsOptimized")]
    public Input<bool>? EbsOptimized { get; set; }

    [Input("rootBlockDevice")]
    public Input<Inputs.InstanceRootBlockDeviceArgs>? RootBlockDevice { get; set; }

    [Input("metadataOptions")]
    public Input<Inputs.InstanceMetadataOptionsArgs>? MetadataOptions { get; set; }

    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}
