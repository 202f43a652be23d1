namespace Pulumi.Aws.LB;

/// <summary>A machine in a target group.</summary>
public class TargetGroupAttachment : CustomResource
{
    public TargetGroupAttachment(string name, TargetGroupAttachmentArgs args, CustomResourceOptions? options = null)
        : base("aws:lb/targetGroupAttachment:TargetGroupAttachment", name, args ?? new TargetGroupAttachmentArgs(), options)
    {
    }
}

public sealed class TargetGroupAttachmentArgs : ResourceArgs
{
    [Input("targetGroupArn", required: true)]
    public Input<string> TargetGroupArn { get; set; } = null!;

    [Input("targetId", required: true)]
    public Input<string> TargetId { get; set; } = null!;

    [Input("port")]
    public Input<int>? Port { get; set; }

    [Input("availabilityZone")]
    public Input<string>? AvailabilityZone { get; set; }
}
