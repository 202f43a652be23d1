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

public sealed class CommandArgs : ResourceArgs
{
    [Input("connection", required: true)]
    private Input<Inputs.ConnectionArgs>? _connection;

    [Input("environment")]
    private InputMap<string>? _environment;

    [Input("triggers")]
    private InputList<object>? _triggers;

    [Input("addPreviousOutputInEnv")]
    public Input<bool>? AddPreviousOutputInEnv { get; set; }

    public Input<Inputs.ConnectionArgs>? Connection
    {
        get => _connection;
        set => _connection = Output.CreateSecret(value.ToOutput());
    }

    [Input("create")]
    public Input<string>? Create { get; set; }

    [Input("delete")]
    public Input<string>? Delete { get; set; }

    public InputMap<string> Environment
    {
        get => _environment ??= new();
        set => _environment = value;
    }

    [Input("logging")]
    public Input<Logging>? Logging { get; set; }

    [Input("stdin")]
    public Input<string>? Stdin { get; set; }

    public InputList<object> Triggers
    {
        get => _triggers ??= new();
        set => _triggers = value;
    }

    [Input("update")]
    public Input<string>? Update { get; set; }
}
