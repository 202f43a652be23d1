namespace Pulumi.Command.Local;

/// <summary>A command on the machine that runs the program.</summary>
public class Command : CustomResource
{
    public Command(string name, CommandArgs? args = null, CustomResourceOptions? options = null)
        : base("command:local:Command", name, args ?? new CommandArgs(), Defaults(options))
    {
    }

    [Output("stderr")]
    public Output<string> Stderr { get; private set; } = null!;

    [Output("stdout")]
    public Output<string> Stdout { get; private set; } = null!;

    private static CustomResourceOptions Defaults(CustomResourceOptions? options) =>
        CustomResourceOptions.Merge(new CustomResourceOptions { ReplaceOnChanges = { "triggers[*]" } }, options);
}

public sealed class CommandArgs : ResourceArgs
{
    [Input("environment")]
    private InputMap<string>? _environment;

    [Input("interpreter")]
    private InputList<string>? _interpreter;

    [Input("triggers")]
    private InputList<object>? _triggers;

    [Input("addPreviousOutputInEnv")]
    public Input<bool>? AddPreviousOutputInEnv { get; set; }

    [Input("create")]
    public Input<string>? Create { get; set; }

    [Input("delete")]
    public Input<string>? Delete { get; set; }

    [Input("dir")]
    public Input<string>? Dir { get; set; }

    public InputMap<string> Environment
    {
        get => _environment ??= new();
        set => _environment = value;
    }

    public InputList<string> Interpreter
    {
        get => _interpreter ??= new();
        set => _interpreter = value;
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
