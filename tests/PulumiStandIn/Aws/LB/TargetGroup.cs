namespace Pulumi.Aws.LB;

/// <summary>Machines that connections may be led to, and how it is found out which of them are fit.</summary>
public class TargetGroup : CustomResource
{
    public TargetGroup(string name, TargetGroupArgs? args = null, CustomResourceOptions? options = null)
        : base("aws:lb/targetGroup:TargetGroup", name, args ?? new TargetGroupArgs(), options)
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;
}

public sealed class TargetGroupArgs : ResourceArgs
{
    [Input("tags")]
    private InputMap<string>? _tags;

    [Input("targetHealthStates")]
    private InputList<Inputs.TargetGroupTargetHealthStateArgs>? _targetHealthStates;

    [Input("name")]
    public Input<string>? Name { get; set; }

    [Input("vpcId")]
    public Input<string>? VpcId { get; set; }

    [Input("port")]
    public Input<int>? Port { get; set; }

    [Input("protocol")]
    public Input<string>? Protocol { get; set; }

    [Input("targetType")]
    public Input<string>? TargetType { get; set; }

    [Input("preserveClientIp")]
    public Input<string>? PreserveClientIp { get; set; }

    [Input("connectionTermination")]
    public Input<bool>? ConnectionTermination { get; set; }

    [Input("deregistrationDelay")]
    public Input<int>? DeregistrationDelay { get; set; }

    [Input("healthCheck")]
    public Input<Inputs.TargetGroupHealthCheckArgs>? HealthCheck { get; set; }

    [Input("loadBalancingCrossZoneEnabled")]
    public Input<string>? LoadBalancingCrossZoneEnabled { get; set; }

    public InputList<Inputs.TargetGroupTargetHealthStateArgs> TargetHealthStates
    {
        get => _targetHealthStates ??= new();
        set => _targetHealthStates = value;
    }

    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}
