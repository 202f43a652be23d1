namespace Pulumi.Aws.Ssm;

/// <summary>Reads a parameter of AWS Systems Manager.</summary>
public static class GetParameter
{
    public static Output<GetParameterResult> Invoke(GetParameterInvokeArgs args, InvokeOptions? options = null) =>
        Deployment.Instance.Invoke<GetParameterResult>("aws:ssm/getParameter:getParameter", args ?? new GetParameterInvokeArgs(), options);
}

public sealed class GetParameterInvokeArgs : InvokeArgs
{
    [Input("name", required: true)]
    public Input<string> Name { get; set; } = null!;

    [Input("withDecryption")]
    public Input<bool>? WithDecryption { get; set; }
}

[OutputType]
public sealed class GetParameterResult
{
    /// <summary>The value, not marked as secret.</summary>
    public readonly string InsecureValue;

    [OutputConstructor]
    private GetParameterResult(string insecureValue) => InsecureValue = insecureValue;
}
