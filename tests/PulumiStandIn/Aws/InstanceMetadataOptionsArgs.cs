namespace Pulumi.Aws.Ec2.Inputs;

/// <summary>The metadata service.</summary>
public sealed class InstanceMetadataOptionsArgs : ResourceArgs
{
    [Input("httpEndpoint")]
    public Input<string>? HttpEndpoint { get; set; }

    [Input("httpTokens")]
    public Input<string>? HttpTokens { get; set; }

    [Input("httpPutResponseHopLimit")]
    public Input<int>? HttpPutResponseHopLimit { get; set; }

    [Input("instanceMetadataTags")]
    public Input<string>? InstanceMetadataTags { get; set; }
}
