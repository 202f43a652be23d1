namespace Pulumi.Aws.Ec2;

/// <summary>The way out of a network.</summary>
public class InternetGateway : CustomResource
{
    public InternetGateway(string name, InternetGatewayArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:ec2/internetGateway:InternetGateway", name, args ?? new InternetGatewayArgs(), options)
    {
    }

}

public sealed class InternetGatewayArgs : ResourceArgs
{
    [Input("tags")]
    private InputMap<string>? _tags;

    [Input("vpcId")]
    public Input<string>? VpcId { get; set; }

    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}
