using MySqlHa.Infra.Plan;
using Pulumi;
using Pulumi.Command.Remote.Inputs;
using Aws = Pulumi.Aws;
using Remote = Pulumi.Command.Remote;

namespace MySqlHa.Infra.Components;

/// <summary>One machine, with its data on a volume of its own that the next machine of this node takes over.</summary>
public sealed class NodeMachine : ComponentResource
{
    private readonly Login _login;
    private readonly SshKeyPair _hostKey;
    private readonly Aws.Ec2.Instance _instance;
    private readonly Remote.Command _reached;

    /// <param name="dataGb">GiB of its data volume.</param>
    /// <param name="previous">The machine that must be in order before this one is touched; null: none.</param>
    public NodeMachine(
        PlannedNode node, ClusterPlan plan, ClusterNetwork network, ClusterFirewall firewall, Login login, Output<string> image,
        Output<int> dataGb, NodeMachine? previous, ComponentResourceOptions? options = null)
        : base("mysqlha:infra:NodeMachine", node.Name, options)
    {
        var settings = plan.Settings;
        Node = node;
        _login = login;
        _hostKey = new SshKeyPair($"{node.Name}-host-key", plan, protect: false, new ComponentResourceOptions { Parent = this });
        var data = MadeVolumes.PartOf(node.Name);
        var volume = new Aws.Ebs.Volume(data, new Aws.Ebs.VolumeArgs
        {
            AvailabilityZone = node.Zone,
            Type = "gp3",
            Size = dataGb,
            Encrypted = true,
            Tags = Tags.Of(plan, data),
        }, new CustomResourceOptions { Parent = this, Protect = settings.ProtectData });
        _instance = new Aws.Ec2.Instance($"{node.Name}-machine", new Aws.Ec2.InstanceArgs
        {
            Ami = image,
            InstanceType = settings.InstanceType,
            SubnetId = network.SubnetIn(node.Zone),
            PrivateIp = node.PrivateIp,
            VpcSecurityGroupIds = { firewall.GroupId },
            KeyName = login.KeyName,
            UserData = Output.Tuple(_hostKey.PrivateKey, _hostKey.PublicKey).Apply(key => UserData.Render(node, key.Item1, key.Item2)),
            RootBlockDevice = new Aws.Ec2.Inputs.InstanceRootBlockDeviceArgs
            {
                VolumeType = "gp3",
                VolumeSize = settings.RootGb,
                Encrypted = true,
                DeleteOnTermination = true,
            },
            MetadataOptions = new Aws.Ec2.Inputs.InstanceMetadataOptionsArgs
            {
                HttpEndpoint = "enabled",
                HttpTokens = "required",
                HttpPutResponseHopLimit = 1,
            },
            Tags = Tags.Of(plan, node.Name),
        }, new CustomResourceOptions
        {
            Parent = this,
            // Its address can only be had once.
            DeleteBeforeReplace = true,
            // A machine keeps what it was made with: a newer image or another key must not replace all machines of a cluster at once.
            IgnoreChanges = { "ami", "userData", "keyName" },
            DependsOn = previous is null ? new Resource[] { network } : new Resource[] { network, previous._reached },
        });
        var attachment = new Aws.Ec2.VolumeAttachment($"{node.Name}-attachment", new Aws.Ec2.VolumeAttachmentArgs
        {
            DeviceName = "/dev/sdf",
            InstanceId = _instance.Id,
            VolumeId = volume.Id,
            // A volume is only taken from a machine that has stopped, which ends mysqld and unmounts first.
            StopInstanceBeforeDetaching = true,
        }, new CustomResourceOptions { Parent = this, DeleteBeforeReplace = true });
        VolumeId = volume.Id;
        _reached = new Remote.Command($"{node.Name}-reach", new Remote.CommandArgs
        {
            Connection = Connection(),
            Create = Shell.Runner,
            Stdin = Steps.Reach(plan, node),
            Triggers = new object[] { _instance.Id, settings.InstanceType },
            Logging = Remote.Logging.Stderr,
            AddPreviousOutputInEnv = false,
        }, new CustomResourceOptions { Parent = this, DependsOn = { attachment, network } });
        RegisterOutputs();
    }

    public PlannedNode Node { get; }

    public Output<string> VolumeId { get; }

    /// <summary>Of the machine that plays this node now.</summary>
    public Output<string> InstanceId => _instance.Id;

    public Output<string> PublicIp => _instance.PublicIp;

    /// <summary>An authorized_keys line: by it the machine is known.</summary>
    public Output<string> HostKey => _hostKey.PublicKey;

    /// <summary>A step on this machine, once it is reached. It runs again when its text changes, and on another machine.</summary>
    public Remote.Command Step(string name, Input<string> text, Resource parent, IEnumerable<Resource> after) =>
        Run(name, Shell.Runner, text, parent, after);

    /// <summary>The same of a command that reads something; where that is secret, it stays so.</summary>
    /// <param name="once">Whether it is left at what this machine read first, whatever there would be to read later.</param>
    public Remote.Command Run(
        string name, string command, Input<string> stdin, Resource parent, IEnumerable<Resource> after, bool once = false) => new(
        $"{Node.Name}-{name}",
        new Remote.CommandArgs
        {
            Connection = Connection(),
            Create = command,
            Stdin = stdin,
            Triggers = new object[] { _instance.Id },
            Logging = Remote.Logging.StdoutAndStderr,
            AddPreviousOutputInEnv = false,
        },
        new CustomResourceOptions { Parent = parent, DependsOn = After(after), IgnoreChanges = once ? ["stdin"] : [] });

    /// <summary>A secret that a command prints. It is asked for once, and nothing that changes later asks for it again.</summary>
    /// <param name="stdin">What the command reads; null: nothing.</param>
    public Output<string> Secret(
        string name, string command, string? stdin, Resource parent, IEnumerable<Resource> after, bool protect = false)
    {
        var args = new Remote.CommandArgs
        {
            Connection = Connection(),
            Create = command,
            Logging = Remote.Logging.None,
            AddPreviousOutputInEnv = false,
        };
        if (stdin is not null)
        {
            args.Stdin = stdin;
        }

        var made = new Remote.Command(name, args, new CustomResourceOptions
        {
            Parent = parent,
            DependsOn = After(after),
            AdditionalSecretOutputs = { "stdout" },
            IgnoreChanges = { "connection", "create", "stdin", "logging", "addPreviousOutputInEnv" },
            Protect = protect ? true : null,
        });
        return Output.CreateSecret(made.Stdout);
    }

    /// <summary>A file on this machine. It is copied again when the version changes, and to another machine.</summary>
    public Remote.CopyToRemote Copy(
        string name, Input<AssetOrArchive> source, string version, string path, Resource parent, IEnumerable<Resource> after) =>
        new($"{Node.Name}-{name}", new Remote.CopyToRemoteArgs
        {
            Connection = Connection(),
            Source = source,
            RemotePath = path,
            Triggers = new object[] { version, _instance.Id },
        }, new CustomResourceOptions
        {
            Parent = parent,
            DependsOn = After(after),
            // Two machines that build the same sources may not get the same bytes: the version alone decides.
            IgnoreChanges = { "source" },
        });

    private InputList<Resource> After(IEnumerable<Resource> after) => after.Prepend(_reached).ToArray();

    private ConnectionArgs Connection() => _login.To(PublicIp, HostKey);
}
