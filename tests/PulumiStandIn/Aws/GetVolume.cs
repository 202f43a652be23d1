using System.Collections.Immutable;

namespace Pulumi.Aws.Ebs;

/// <summary>Finds one volume.</summary>
public static class GetVolume
{
    public static Output<GetVolumeResult> Invoke(GetVolumeInvokeArgs? args = null, InvokeOptions? options = null) =>
        Deployment.Instance.Invoke<GetVolumeResult>("aws:ebs/getVolume:getVolume", args ?? new GetVolumeInvokeArgs(), options);
}

public sealed class GetVolumeInvokeArgs : InvokeArgs
{
    [Input("filters")]
    private InputList<Inputs.GetVolumeFilterInputArgs>? _filters;

    public InputList<Inputs.GetVolumeFilterInputArgs> Filters
    {
        get => _filters ??= new();
        set => _filters = value;
    }
}

[OutputType]
public sealed class GetVolumeResult
{
    /// <summary>GiB.</summary>
    public readonly int Size;

    public readonly ImmutableDictionary<string, string> Tags;

    [OutputConstructor]
    private GetVolumeResult(int size, ImmutableDictionary<string, string> tags) => (Size, Tags) = (size, tags);
}
