using System.Collections.Immutable;

namespace Pulumi.Aws.Ebs;

/// <summary>Finds volumes; there may be none.</summary>
public static class GetEbsVolumes
{
    private const string Token = "aws:ebs/getEbsVolumes:getEbsVolumes";

    public static Output<GetEbsVolumesResult> Invoke(GetEbsVolumesInvokeArgs? args = null, InvokeOptions? options = null) =>
        Deployment.Instance.Invoke<GetEbsVolumesResult>(Token, args ?? new GetEbsVolumesInvokeArgs(), options);
}

public sealed class GetEbsVolumesInvokeArgs : InvokeArgs
{
    [Input("filters")]
    private InputList<Inputs.GetEbsVolumesFilterInputArgs>? _filters;

    [Input("tags")]
    private InputMap<string>? _tags;

    public InputList<Inputs.GetEbsVolumesFilterInputArgs> Filters
    {
        get => _filters ??= new();
        set => _filters = value;
    }

    /// <summary>All of them.</summary>
    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}

[OutputType]
public sealed class GetEbsVolumesResult
{
    public readonly ImmutableArray<string> Ids;

    [OutputConstructor]
    private GetEbsVolumesResult(ImmutableArray<string> ids) => Ids = ids;
}
