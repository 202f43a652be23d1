namespace Pulumi.Command.Remote;

/// <summary>A command on another machine, by ssh.</summary>
public class Command : CustomResource
{
    public Command(string name, CommandArgs args, CustomResourceOptions? options = null)
        : base("command:remote:Command", name, args ?? new CommandArgs(), Defaults(options))
    {
    }

    [Output("stderr")]
    public Output<string> Stderr { get; private set; } = null!;

    [Output("stdout")]
    public Output<string> Stdout { get; private set; } = null!;

    private static CustomResourceOptions Defaults(CustomResourceOptions? options) => CustomResourceOptions.Merge(
        new CustomResourceOptions { AdditionalSecretOutputs = { "connection" }, ReplaceOnChanges = { "triggers[*]" } }, options);
}

public sealed class CommandArgs : CommonCommandArgs
{
    [Input("connection", required: true)]
    private Input<Inputs.ConnectionArgs>? _connection;

    public Input<Inputs.ConnectionArgs>? Connection
    {
        get => _connection;
        set => _connection = Output.CreateSecret(value.ToOutput());
    }

    [Input("logging")]
    public Input<Logging>? Logging { get; set; }
}
