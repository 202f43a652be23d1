using MySqlHa.Infra.Plan;
using Pulumi;
using Pulumi.Command.Remote.Inputs;
using Aws = Pulumi.Aws;

namespace MySqlHa.Infra.Components;

/// <summary>Who logs in to the machines: with the operator's key pair, or one that the stack makes.</summary>
public sealed class Login : ComponentResource
{
    // About a minute where connections are refused at once, ten where packets are dropped.
    private const int DialErrors = 40;

    /// <param name="givenPrivateKey">Secret; null: the stack makes a pair.</param>
    public Login(string name, ClusterPlan plan, Output<string>? givenPrivateKey, ComponentResourceOptions? options = null)
        : base("mysqlha:infra:Login", name, options)
    {
        Output<string> publicKey;
        if (plan.Settings.SshPublicKey is { } given && givenPrivateKey is not null)
        {
            publicKey = Output.Create(given);
            PrivateKey = Output.CreateSecret(givenPrivateKey);
        }
        else
        {
            var made = new SshKeyPair(
                $"{name}-ssh-key", plan, plan.Settings.ProtectData, new ComponentResourceOptions { Parent = this });
            publicKey = made.PublicKey;
            PrivateKey = made.PrivateKey;
        }

        var pair = new Aws.Ec2.KeyPair(
            $"{name}-key-pair",
            new Aws.Ec2.KeyPairArgs { PublicKey = publicKey, Tags = Tags.Of(plan, name) },
            new CustomResourceOptions { Parent = this });
        KeyName = pair.KeyName;
        User = plan.Settings.LoginUser;
        RegisterOutputs();
    }

    public string User { get; }

    public Output<string> KeyName { get; }

    /// <summary>Secret.</summary>
    public Output<string> PrivateKey { get; }

    /// <summary>How commands reach a machine.</summary>
    /// <param name="hostKey">An authorized_keys line: another machine there is not spoken to.</param>
    public ConnectionArgs To(Input<string> host, Input<string> hostKey) => new()
    {
        Host = host,
        User = User,
        PrivateKey = PrivateKey,
        HostKey = hostKey,
        DialErrorLimit = DialErrors,
        PerDialTimeout = 15,
    };
}
