namespace Pulumi.Aws.Ec2.Inputs;

/// <summary>One route.</summary>
public sealed class RouteTableRouteArgs : ResourceArgs
{
    [Input("cidrBlock")]
    public Input<string>? CidrBlock { get; set; }

    [Input("gatewayId")]
    public Input<string>? GatewayId { get; set; }
}
