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

public sealed class CommandArgs : CommonCommandArgs
{
    [Input("interpreter")]
    private InputList<string>? _interpreter;

    [Input("dir")]
    public Input<string>? Dir { get; set; }

    public InputList<string> Interpreter
    {
        get => _interpreter ??= new();
        set => _interpreter = value;
    }

    [Input("logging")]
    public Input<Logging>? Logging { get; set; }
}
