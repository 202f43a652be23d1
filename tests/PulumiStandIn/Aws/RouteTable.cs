namespace Pulumi.Aws.Ec2;

/// <summary>Where packets go.</summary>
public class RouteTable : CustomResource
{
    public RouteTable(string name, RouteTableArgs args, CustomResourceOptions? options = null)
        : base("aws:ec2/routeTable:RouteTable", name, args ?? new RouteTableArgs(), options)
    {
    }

}

public sealed class RouteTableArgs : ResourceArgs
{
    [Input("routes")]
    private InputList<Inputs.RouteTableRouteArgs>? _routes;

    [Input("tags")]
    private InputMap<string>? _tags;

    [Input("vpcId", required: true)]
    public Input<string> VpcId { get; set; } = null!;

    public InputList<Inputs.RouteTableRouteArgs> Routes
    {
        get => _routes ??= new();
        set => _routes = value;
    }

    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}
