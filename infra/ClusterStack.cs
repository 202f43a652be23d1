using System.Collections.Immutable;
using MySqlHa.Infra.Build;
using MySqlHa.Infra.Census;
using MySqlHa.Infra.Components;
using MySqlHa.Infra.Plan;
using Pulumi;
using Pulumi.Utilities;
using Aws = Pulumi.Aws;

namespace MySqlHa.Infra;

/// <summary>A MySQL cluster on AWS: machines in different zones, an agent on each, and who leads them now.</summary>
public sealed class ClusterStack : Stack
{
    public ClusterStack()
        : this(new HttpCensus())
    {
    }

    /// <param name="census">Whom to ask who leads.</param>
    public ClusterStack(ICensus census, StackOptions? options = null)
        : base(options)
    {
        var configuration = StackConfiguration.Read();
        var plan = ClusterPlan.Of(configuration.Settings);
        foreach (var warning in Openings.Warnings(plan.Settings).Append(plan.Warning).OfType<string>())
        {
            Log.Warn(warning);
        }

        var agent = AgentBuild.Of(plan.Settings);
        var archive = Output.Create(agent.ArchiveAsync()).Apply(AssetOrArchive (path) => new FileAsset(path));
        var image = Image(plan.Settings);
        var dataGb = DataVolumes.Size(plan);

        var network = new ClusterNetwork("network", plan);
        var firewall = new ClusterFirewall("firewall", plan, network);
        var login = new Login("login", plan, configuration.SshPrivateKey);

        var machines = new List<NodeMachine>();
        foreach (var node in plan.Nodes)
        {
            machines.Add(new NodeMachine(node, plan, network, firewall, login, image, dataGb, machines.LastOrDefault()));
        }

        var balancer = firewall.LoadBalancerGroupId is { } group
            ? new LoadBalancer("load-balancer", plan, network, group, machines)
            : null;

        List<Installation> installations =
            [.. machines.Select(machine => new Installation(machine, plan, Release.Of(plan, machine.Node, agent.Version), archive))];
        var ringKey = new RingKey("ring-key", installations[0].NewRingKey(), login, machines, Member(census, machines));
        installations.ForEach(installation => installation.PutRingKey(ringKey.Now));
        var rollout = new Rollout("rollout", plan, installations);

        var leader = Leader(census, plan, machines, rollout);
        LeaderIp = leader.Apply(node => node.Address);
        LeaderPrivateIp = leader.Apply(node => node.PrivateIp);
        CensusUrl = leader.Apply(node => $"http://{node.Address}:{Ports.Http}/census");
        NodeIps = Output.All(machines.Select(machine => machine.PublicIp));
        SshCommands = NodeIps.Apply(ips => ips.Select(ip => Commands.Ssh(plan.Settings, ip)).ToImmutableArray());
        WriterEndpoint = balancer?.WriterEndpoint ?? Output.Create("");
        ReaderEndpoint = balancer?.ReaderEndpoint ?? Output.Create("");
        MysqlCommand = leader.Apply(node => Commands.Mysql(plan.Settings, node));
        ClientUser = Output.Create(plan.Settings.ClientUser);
        AdminPassword = rollout.Password;
        SshPrivateKey = login.PrivateKey;
    }

    /// <summary>The public address of the node that leads now.</summary>
    [Output("leaderIp")]
    public Output<string> LeaderIp { get; private set; }

    [Output("leaderPrivateIp")]
    public Output<string> LeaderPrivateIp { get; private set; }

    /// <summary>A page for browsers, JSON for programs.</summary>
    [Output("censusUrl")]
    public Output<string> CensusUrl { get; private set; }

    /// <summary>Public addresses, node1 first.</summary>
    [Output("nodeIps")]
    public Output<ImmutableArray<string>> NodeIps { get; private set; }

    [Output("sshCommands")]
    public Output<ImmutableArray<string>> SshCommands { get; private set; }

    /// <summary>host:port that leads to whoever leads; empty without a load balancer.</summary>
    [Output("writerEndpoint")]
    public Output<string> WriterEndpoint { get; private set; }

    /// <summary>host:port that leads to the followers; empty without a load balancer.</summary>
    [Output("readerEndpoint")]
    public Output<string> ReaderEndpoint { get; private set; }

    /// <summary>A session on the leader.</summary>
    [Output("mysqlCommand")]
    public Output<string> MysqlCommand { get; private set; }

    /// <summary>Whose password <see cref="AdminPassword"/> is.</summary>
    [Output("clientUser")]
    public Output<string> ClientUser { get; private set; }

    /// <summary>Secret.</summary>
    [Output("adminPassword")]
    public Output<string> AdminPassword { get; private set; }

    /// <summary>Secret: what <see cref="SshCommands"/> need as a file of mode 0600.</summary>
    [Output("sshPrivateKey")]
    public Output<string> SshPrivateKey { get; private set; }

    /// <summary>Canonical's newest image; which one that is, it publishes as a parameter that anyone may read.</summary>
    private static Output<string> Image(Settings settings)
    {
        if (settings.Image is { } given)
        {
            return Output.Create(given);
        }

        var name = $"/aws/service/canonical/ubuntu/server/{settings.Ubuntu}/stable/current/"
            + $"{settings.Architecture.Canonical}/hvm/ebs-gp3/ami-id";
        return Aws.Ssm.GetParameter.Invoke(new Aws.Ssm.GetParameterInvokeArgs { Name = name }).Apply(parameter => parameter.InsecureValue);
    }

    /// <summary>Who leads now: asked at every up, never in a preview, and whoever it is changes nothing.</summary>
    private static Output<CensusNode> Leader(ICensus census, ClusterPlan plan, IReadOnlyList<NodeMachine> machines, Rollout rollout)
    {
        var patience = TimeSpan.FromSeconds(plan.Settings.WaitSeconds);
        return Deployment.Instance.IsDryRun
            ? OutputUtilities.CreateUnknown(new CensusNode("", "", ""))
            : Output.Tuple(Nodes(machines), rollout.Members.Stdout).Apply(known => census.LeaderAsync(known.Item1, patience));
    }

    /// <summary>Index of a machine in the ring; of the first where none says so. Asked at every up, never in a preview.</summary>
    private static Output<int> Member(ICensus census, IReadOnlyList<NodeMachine> machines) => Deployment.Instance.IsDryRun
        ? OutputUtilities.CreateUnknown(0)
        : Nodes(machines).Apply(async nodes => await census.MemberAsync(nodes) is { } member ? nodes.IndexOf(member) : 0);

    private static Output<List<CensusNode>> Nodes(IReadOnlyList<NodeMachine> machines) =>
        Output.All(machines.Select(machine => machine.PublicIp)).Apply(ips =>
            machines.Select((machine, index) => new CensusNode(machine.Node.Name, ips[index], machine.Node.PrivateIp)).ToList());
}
