namespace Pulumi.Aws.Ec2;

/// <summary>Which machine has a volume.</summary>
public class VolumeAttachment : CustomResource
{
    public VolumeAttachment(string name, VolumeAttachmentArgs args, CustomResourceOptions? options = null)
        : base("aws:ec2/volumeAttachment:VolumeAttachment", name, args ?? new VolumeAttachmentArgs(), options)
    {
    }

    [Output("deviceName")]
    public Output<string> DeviceName { get; private set; } = null!;
}

public sealed class VolumeAttachmentArgs : ResourceArgs
{
    [Input("deviceName", required: true)]
    public Input<string> DeviceName { get; set; } = null!;

    [Input("instanceId", required: true)]
    public Input<string> InstanceId { get; set; } = null!;

    [Input("volumeId", required: true)]
    public Input<string> VolumeId { get; set; } = null!;

    [Input("stopInstanceBeforeDetaching")]
    public Input<bool>? StopInstanceBeforeDetaching { get; set; }

    [Input("forceDetach")]
    public Input<bool>? ForceDetach { get; set; }

    [Input("skipDestroy")]
    public Input<bool>? SkipDestroy { get; set; }
}
