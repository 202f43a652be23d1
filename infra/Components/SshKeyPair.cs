using MySqlHa.Infra.Plan;
using Pulumi;
using Local = Pulumi.Command.Local;

namespace MySqlHa.Infra.Components;

/// <summary>
/// An ed25519 key pair that is made once, on the machine that runs the stack, and lives in the stack's encrypted state. Nothing that
/// changes in how it is made makes another.
/// </summary>
public sealed class SshKeyPair : ComponentResource
{
    /// <param name="protect">Whether it refuses to be deleted: nothing else would let anybody in.</param>
    public SshKeyPair(string name, ClusterPlan plan, bool protect, ComponentResourceOptions? options = null)
        : base("mysqlha:infra:SshKeyPair", name, options)
    {
        var made = new Local.Command(
            name,
            new Local.CommandArgs
            {
                Create = Steps.NewSshKey($"{plan.ServiceGroup}-{name}"),
                Logging = Local.Logging.None,
                AddPreviousOutputInEnv = false,
            },
            new CustomResourceOptions
            {
                Parent = this,
                AdditionalSecretOutputs = { "stdout" },
                IgnoreChanges = { "create", "logging", "addPreviousOutputInEnv" },
                Protect = protect ? true : null,
            });
        var text = Output.CreateSecret(made.Stdout);
        PrivateKey = text.Apply(both => both[..(both.TrimEnd().LastIndexOf('\n') + 1)]);
        PublicKey = Output.Unsecret(text.Apply(both => both.TrimEnd()[(both.TrimEnd().LastIndexOf('\n') + 1)..]));
        RegisterOutputs();
    }

    /// <summary>Secret. OpenSSH's format, with a line break at its end.</summary>
    public Output<string> PrivateKey { get; }

    /// <summary>An authorized_keys line.</summary>
    public Output<string> PublicKey { get; }
}
