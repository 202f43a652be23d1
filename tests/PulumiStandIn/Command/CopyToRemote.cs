using System.Collections.Immutable;

namespace Pulumi.Command.Remote;

/// <summary>A file or a folder copied to another machine, by ssh.</summary>
public class CopyToRemote : CustomResource
{
    public CopyToRemote(string name, CopyToRemoteArgs args, CustomResourceOptions? options = null)
        : base("command:remote:CopyToRemote", name, args ?? new CopyToRemoteArgs(), Defaults(options))
    {
    }

    [Output("remotePath")]
    public Output<string> RemotePath { get; private set; } = null!;

    private static CustomResourceOptions Defaults(CustomResourceOptions? options) => CustomResourceOptions.Merge(
        new CustomResourceOptions { AdditionalSecretOutputs = { "connection" }, ReplaceOnChanges = { "triggers[*]" } }, options);
}

public sealed class CopyToRemoteArgs : ResourceArgs
{
    [Input("connection", required: true)]
    private Input<Inputs.ConnectionArgs>? _connection;

    [Input("triggers")]
    private InputList<object>? _triggers;

    public Input<Inputs.ConnectionArgs>? Connection
    {
        get => _connection;
        set => _connection = Output.CreateSecret(value.ToOutput());
    }

    [Input("remotePath", required: true)]
    public Input<string> RemotePath { get; set; } = null!;

    [Input("source", required: true)]
    public Input<AssetOrArchive> Source { get; set; } = null!;

    public InputList<object> Triggers
    {
        get => _triggers ??= new();
        set => _triggers = value;
    }
}
