namespace Pulumi.Aws.Ec2.Inputs;

/// <summary>What the rules of both directions have: the SDK repeats it in each.</summary>
public abstract class SecurityGroupRuleArgs : ResourceArgs
{
    [Input("cidrBlocks")]
    private protected InputList<string>? _cidrBlocks;

    [Input("securityGroups")]
    private protected InputList<string>? _securityGroups;

    [Input("description")]
    public Input<string>? Description { get; set; }

    [Input("protocol", required: true)]
    public Input<string> Protocol { get; set; } = null!;

    [Input("fromPort", required: true)]
    public Input<int> FromPort { get; set; } = null!;

    [Input("toPort", required: true)]
    public Input<int> ToPort { get; set; } = null!;

    public InputList<string> CidrBlocks
    {
        get => _cidrBlocks ??= new();
        set => _cidrBlocks = value;
    }

    public InputList<string> SecurityGroups
    {
        get => _securityGroups ??= new();
        set => _securityGroups = value;
    }

    [Input("self")]
    public Input<bool>? Self { get; set; }
}
