namespace Pulumi.Aws.LB.Inputs;

/// <summary>What becomes of a connection.</summary>
public sealed class ListenerDefaultActionArgs : ResourceArgs
{
    [Input("type", required: true)]
    public Input<string> Type { get; set; } = null!;

    [Input("targetGroupArn")]
    public Input<string>? TargetGroupArn { get; set; }

    [Input("order")]
    public Input<int>? Order { get; set; }
}
