namespace Pulumi.Command.Local;

/// <summary>Which streams of a command are shown. Default: both.</summary>
[EnumType]
public readonly struct Logging
{
    private readonly string _value;

    private Logging(string value) => _value = value;

    public static Logging Stdout { get; } = new("stdout");

    public static Logging Stderr { get; } = new("stderr");

    public static Logging StdoutAndStderr { get; } = new("stdoutAndStderr");

    public static Logging None { get; } = new("none");

    public override string ToString() => _value;
}
