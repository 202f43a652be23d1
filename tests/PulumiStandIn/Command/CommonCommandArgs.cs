namespace Pulumi.Command;

/// <summary>What local and remote commands are both told: the SDK repeats it in each.</summary>
public abstract class CommonCommandArgs : ResourceArgs
{
    [Input("environment")]
    private protected InputMap<string>? _environment;

    [Input("triggers")]
    private protected InputList<object>? _triggers;

    [Input("addPreviousOutputInEnv")]
    public Input<bool>? AddPreviousOutputInEnv { get; set; }

    [Input("create")]
    public Input<string>? Create { get; set; }

    [Input("delete")]
    public Input<string>? Delete { get; set; }

    public InputMap<string> Environment
    {
        get => _environment ??= new();
        set => _environment = value;
    }

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
