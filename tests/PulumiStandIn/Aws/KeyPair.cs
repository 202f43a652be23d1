namespace Pulumi.Aws.Ec2;

/// <summary>A public key that new machines let in.</summary>
public class KeyPair : CustomResource
{
    public KeyPair(string name, KeyPairArgs args, CustomResourceOptions? options = null)
        : base("aws:ec2/keyPair:KeyPair", name, args ?? new KeyPairArgs(), options)
    {
    }

    [Output("keyName")]
    public Output<string> KeyName { get; private set; } = null!;
}

public sealed class KeyPairArgs : ResourceArgs
{
    [Input("tags")]
    private InputMap<string>? _tags;

    [Input("keyName")]
    public Input<string>? KeyName { get; set; }

    [Input("publicKey", required: true)]
    public Input<string> PublicKey { get; set; } = null!;

    public InputMap<string> Tags
    {
        get => _tags ??= new();
        set => _tags = value;
    }
}
