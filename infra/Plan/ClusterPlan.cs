namespace MySqlHa.Infra.Plan;

/// <summary>
/// The whole deployment as values, before anything is made. Pure: the same settings give the same plan, so addresses stay when
/// nodes are added. No plan of more than one node exists that could lose its majority with one zone.
/// </summary>
public sealed record ClusterPlan
{
    public const int SubnetBits = 24;

    // AWS keeps the first four addresses of a subnet; the rest up to here is left for what is not a node.
    private const int FirstHost = 11;

    /// <summary>
    /// Every cluster has them, so every node can ask them, and a further node changes nobody's configuration. (One node alone has none.)
    /// </summary>
    private const int Seeds = 3;

    private ClusterPlan(Settings settings, IReadOnlyList<PlannedNode> nodes)
    {
        Settings = settings;
        Nodes = nodes;
    }

    public Settings Settings { get; }

    public IReadOnlyList<PlannedNode> Nodes { get; }

    public string ServiceGroup => $"mysql.{Settings.Group}";

    /// <summary>What a part of it is called in AWS: its tag <c>Name</c>.</summary>
    public string NameOf(string part) => $"{ServiceGroup}-{part}";

    /// <summary>The subnet of each zone, in the zones' order.</summary>
    public IReadOnlyList<PlannedSubnet> Subnets =>
        [.. Settings.Zones.Select((zone, index) => new PlannedSubnet(zone, Settings.Network.Subnet(SubnetBits, index).ToString()))];

    /// <summary>One node, whose agent expects no other.</summary>
    public bool IsAlone => Nodes.Count == 1;

    /// <summary>What an operator should know of it before anything is made; null: nothing.</summary>
    public string? Warning => IsAlone
        ? "nodes is 1: no failover is possible, and what its disk loses is lost; for development. Three by `pulumi config set nodes 3`"
        : null;

    public int Voters => Nodes.Count(node => node.Voter);

    /// <summary>Voters that must agree.</summary>
    public int Quorum => (Voters / 2) + 1;

    /// <summary>Followers that must hold a commit before a client hears of it.</summary>
    public int AcksPerCommit => Voters / 2;

    public static ClusterPlan Of(Settings settings)
    {
        var voters = settings.Nodes switch { >= 7 => 7, >= 5 => 5, >= 3 => 3, _ => 1 };
        var nodes = Enumerable.Range(0, settings.Nodes).Select(index =>
        {
            var zone = index % settings.Zones.Count;
            var subnet = settings.Network.Subnet(SubnetBits, zone);
            return new PlannedNode(
                $"node{index + 1}", settings.Zones[zone], subnet.Host(FirstHost + (index / settings.Zones.Count)), index < voters);
        });
        return new ClusterPlan(settings, [.. nodes]);
    }

    /// <summary>Whom a node greets first; the rest it hears by gossip.</summary>
    public IEnumerable<PlannedNode> SeedsOf(PlannedNode node) => Nodes.Take(Seeds).Where(other => other != node);
}
