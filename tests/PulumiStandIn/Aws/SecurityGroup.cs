namespace Pulumi.Aws.Ec2;

/// <summary>What may come in and go out.</summary>
public class SecurityGroup : CustomResource
{
    public SecurityGroup(string name, SecurityGroupArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:ec2/securityGroup:SecurityGroup", name, args ?? new SecurityGroupArgs(), options)
    {
    }

}

public sealed class SecurityGroupArgs : ResourceArgs
{
    [Input("ingress")]
    private InputList<Inputs.SecurityGroupIngressArgs>? _ingress;

    [Input("egress")]
    private InputList<Inputs.SecurityGroupEgressArgs>? _egress;

    [Input("tags")]
    private InputMap<string>? _tags;

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("description")]
    public Input<string>? Description { get; set; }

    [Input("vpcId")]
    public Input<string>? VpcId { get; set; }

    public InputList<Inputs.SecurityGroupIngressArgs> Ingress
    {
        get => _ingress ??= new();
        set => _ingress = value;
    }

    public InputList<Inputs.SecurityGroupEgressArgs> Egress
    {
        get => _egress ??= new();
        set => _egress = value;
    }

    [Input("revokeRulesOnDelete")]
    public Input<bool>? RevokeRulesOnDelete { get; set; }

    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}
