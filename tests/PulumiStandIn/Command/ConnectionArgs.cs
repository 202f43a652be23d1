namespace Pulumi.Command.Remote.Inputs;

/// <summary>How to reach a machine.</summary>
public sealed class ConnectionArgs : ResourceArgs
{
    [Input("password")]
    private Input<string>? _password;

    [Input("privateKey")]
    private Input<string>? _privateKey;

    public ConnectionArgs()
    {
        DialErrorLimit = 10;
        PerDialTimeout = 15;
        Port = 22;
        User = "root";
    }

    [Input("agentSocketPath")]
    public Input<string>? AgentSocketPath { get; set; }

    /// <summary>Attempts; -1: no limit.</summary>
    [Input("dialErrorLimit")]
    public Input<int>? DialErrorLimit { get; set; }

    [Input("host", required: true)]
    public Input<string> Host { get; set; } = null!;

    /// <summary>Not set: any key is taken.</summary>
    [Input("hostKey")]
    public Input<string>? HostKey { get; set; }

    public Input<string>? Password
    {
        get => _password;
        set => _password = Output.CreateSecret(value.ToOutput());
    }

    /// <summary>Seconds.</summary>
    [Input("perDialTimeout")]
    public Input<int>? PerDialTimeout { get; set; }

    [Input("port")]
    public Input<double>? Port { get; set; }

    public Input<string>? PrivateKey
    {
        get => _privateKey;
        set => _privateKey = Output.CreateSecret(value.ToOutput());
    }

    [Input("user")]
    public Input<string>? User { get; set; }
}
