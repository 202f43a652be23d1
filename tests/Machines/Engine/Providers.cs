using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Engine;

/// <summary>All providers by the type they make.</summary>
public static class Providers
{
    private static readonly string[] Recorded =
    [
        "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:ec2/internetGateway:InternetGateway", "aws:ec2/routeTable:RouteTable",
        "aws:ec2/routeTableAssociation:RouteTableAssociation", "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/keyPair:KeyPair",
        "aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup", "aws:lb/targetGroupAttachment:TargetGroupAttachment",
        "aws:lb/listener:Listener",
    ];

    public static IReadOnlyDictionary<string, IProvider> All(
        MachinePlace place, string root, string network, IReadOnlyDictionary<string, MachineFault> faults, EngineLog log)
    {
        var all = Commands(log);
        all["aws:ec2/instance:Instance"] = new InstanceProvider(place, root, network, faults);
        all["aws:ebs/volume:Volume"] = new VolumeProvider(place);
        all["aws:ec2/volumeAttachment:VolumeAttachment"] = new AttachmentProvider(place);
        foreach (var type in Recorded)
        {
            all[type] = new RecordedProvider(type);
        }

        return all;
    }

    /// <summary>Those that need no machine of ours.</summary>
    public static Dictionary<string, IProvider> Commands(EngineLog log) => new()
    {
        ["command:remote:Command"] = new RemoteCommandProvider(log),
        ["command:remote:CopyToRemote"] = new CopyProvider(),
        ["command:local:Command"] = new LocalCommandProvider(log),
    };
}
