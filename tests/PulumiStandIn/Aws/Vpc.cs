namespace Pulumi.Aws.Ec2;

/// <summary>A private network.</summary>
public class Vpc : CustomResource
{
    public Vpc(string name, VpcArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:ec2/vpc:Vpc", name, args ?? new VpcArgs(), options)
    {
    }

    [Output("cidrBlock")]
    public Output<string> CidrBlock { get; private set; } = null!;
}

public sealed class VpcArgs : ResourceArgs
{
    [Input("tags")]
    private InputMap<string>? _tags;

    [Input("cidrBlock")]
    public Input<string>? CidrBlock { get; set; }

    [Input("enableDnsHostnames")]
    public Input<bool>? EnableDnsHostnames { get; set; }

    [Input("enableDnsSupport")]
    public Input<bool>? EnableDnsSupport { get; set; }

    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}
