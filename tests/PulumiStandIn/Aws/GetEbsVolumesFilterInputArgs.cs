namespace Pulumi.Aws.Ebs.Inputs;

/// <summary>A filter of EC2's <c>DescribeVolumes</c>: what is looked at, and the values that will do.</summary>
public sealed class GetEbsVolumesFilterInputArgs : ResourceArgs
{
    [Input("values", required: true)]
    private InputList<string>? _values;

    [Input("name", required: true)]
    public Input<string> Name { get; set; } = null!;

    public InputList<string> Values
    {
        get => _values ??= new();
        set => _values = value;
    }
}
