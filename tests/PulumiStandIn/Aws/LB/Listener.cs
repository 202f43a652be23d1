namespace Pulumi.Aws.LB;

/// <summary>A port of a load balancer, and where it leads.</summary>
public class Listener : CustomResource
{
    public Listener(string name, ListenerArgs args, CustomResourceOptions? options = null)
        : base("aws:lb/listener:Listener", name, args ?? new ListenerArgs(), options)
    {
    }

    [Output("arn")]
    public Output<string> Arn { get; private set; } = null!;
}

public sealed class ListenerArgs : ResourceArgs
{
    [Input("defaultActions", required: true)]
    private InputList<Inputs.ListenerDefaultActionArgs>? _defaultActions;

    [Input("tags")]
    private InputMap<string>? _tags;

    [Input("loadBalancerArn", required: true)]
    public Input<string> LoadBalancerArn { get; set; } = null!;

    [Input("port")]
    public Input<int>? Port { get; set; }

    [Input("protocol")]
    public Input<string>? Protocol { get; set; }

    [Input("tcpIdleTimeoutSeconds")]
    public Input<int>? TcpIdleTimeoutSeconds { get; set; }

    public InputList<Inputs.ListenerDefaultActionArgs> DefaultActions
    {
        get => _defaultActions ??= new();
        set => _defaultActions = value;
    }

    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}
