namespace Pulumi.Aws.Ec2.Inputs;

/// <summary>The disk that a machine starts from.</summary>
public sealed class InstanceRootBlockDeviceArgs : ResourceArgs
{
    [Input("tags")]
    private InputMap<string>? _tags;

    [Input("volumeType")]
    public Input<string>? VolumeType { get; set; }

    [Input("volumeSize")]
    public Input<int>? VolumeSize { get; set; }

    [Input("encrypted")]
    public Input<bool>? Encrypted { get; set; }

    [Input("kmsKeyId")]
    public Input<string>? KmsKeyId { get; set; }

    [Input("deleteOnTermination")]
    public Input<bool>? DeleteOnTermination { get; set; }

    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}
