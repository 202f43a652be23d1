namespace Pulumi.Aws.Ebs;

/// <summary>A disk that is there without a machine.</summary>
public class Volume : CustomResource
{
    public Volume(string name, VolumeArgs args, CustomResourceOptions? options = null)
        : base("aws:ebs/volume:Volume", name, args ?? new VolumeArgs(), options)
    {
    }

    [Output("availabilityZone")]
    public Output<string> AvailabilityZone { get; private set; } = null!;
}

public sealed class VolumeArgs : ResourceArgs
{
    [Input("tags")]
    private InputMap<string>? _tags;

    [Input("availabilityZone", required: true)]
    public Input<string> AvailabilityZone { get; set; } = null!;

    [Input("size")]
    public Input<int>? Size { get; set; }

    [Input("type")]
    public Input<string>? Type { get; set; }

    [Input("encrypted")]
    public Input<bool>? Encrypted { get; set; }

    [Input("kmsKeyId")]
    public Input<string>? KmsKeyId { get; set; }

    [Input("iops")]
    public Input<int>? Iops { get; set; }

    [Input("throughput")]
    public Input<int>? Throughput { get; set; }

    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}
