namespace Pulumi.Aws.LB.Inputs;

/// <summary>What becomes of the connections of a machine that is not fit any more.</summary>
public sealed class TargetGroupTargetHealthStateArgs : ResourceArgs
{
    [Input("enableUnhealthyConnectionTermination", required: true)]
    public Input<bool> EnableUnhealthyConnectionTermination { get; set; } = null!;

    [Input("unhealthyDrainingInterval")]
    public Input<int>? UnhealthyDrainingInterval { get; set; }
}
