namespace Pulumi.Aws.LB.Inputs;

/// <summary>What a machine is asked, how often, and what it has to answer.</summary>
public sealed class TargetGroupHealthCheckArgs : ResourceArgs
{
    [Input("enabled")]
    public Input<bool>? Enabled { get; set; }

    [Input("protocol")]
    public Input<string>? Protocol { get; set; }

    [Input("port")]
    public Input<string>? Port { get; set; }

    [Input("path")]
    public Input<string>? Path { get; set; }

    [Input("matcher")]
    public Input<string>? Matcher { get; set; }

    [Input("interval")]
    public Input<int>? Interval { get; set; }

    [Input("timeout")]
    public Input<int>? Timeout { get; set; }

    [Input("healthyThreshold")]
    public Input<int>? HealthyThreshold { get; set; }

    [Input("unhealthyThreshold")]
    public Input<int>? UnhealthyThreshold { get; set; }
}
