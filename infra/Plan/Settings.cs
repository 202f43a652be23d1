namespace MySqlHa.Infra.Plan;

/// <summary>What an operator asks for, checked by <see cref="SettingsReader"/>: every value is allowed, and they fit together.</summary>
public sealed record Settings
{
    /// <summary>Of the stack: production, dev, …</summary>
    public required string StackName { get; init; }

    public required string Region { get; init; }

    /// <summary>Habitat's group: the second half of <c>mysql.production</c>.</summary>
    public required string Group { get; init; }

    /// <summary>Machines: 1, which is alone; or 3 to 9, of which the largest of 3, 5 and 7 vote.</summary>
    public required int Nodes { get; init; }

    /// <summary>Availability zones: at least three (one for a node alone), all different. Nodes are dealt to them in turn.</summary>
    public required IReadOnlyList<string> Zones { get; init; }

    /// <summary>Private IPv4 network, /16 to /22; each zone gets a /24 of it.</summary>
    public required Cidr Network { get; init; }

    public required Architecture Architecture { get; init; }

    public required string InstanceType { get; init; }

    /// <summary>GiB, 8 to 1024.</summary>
    public required int RootGb { get; init; }

    /// <summary>GiB, 10 to 16384. May grow, and never shrinks (<see cref="MadeVolumes"/>).</summary>
    public required int DataGb { get; init; }

    /// <summary>Who reaches ssh; never nobody, or nothing could be installed.</summary>
    public required IReadOnlyList<Cidr> SshFrom { get; init; }

    /// <summary>Who reaches the census; never nobody, or nobody could tell who leads.</summary>
    public required IReadOnlyList<Cidr> CensusFrom { get; init; }

    /// <summary>Who reaches the ring besides the members.</summary>
    public required IReadOnlyList<Cidr> RingFrom { get; init; }

    /// <summary>Who reaches MySQL besides the members.</summary>
    public required IReadOnlyList<Cidr> ClientsFrom { get; init; }

    /// <summary>none, internal (addresses of the network only) or internet-facing.</summary>
    public required string LoadBalancer { get; init; }

    public bool HasLoadBalancer => LoadBalancer != "none";

    /// <summary>An authorized_keys line; null: the stack makes a key pair.</summary>
    public string? SshPublicKey { get; init; }

    /// <summary>The agents' preset: fast, lan, balanced or wan.</summary>
    public required string Timing { get; init; }

    /// <summary>commit or power.</summary>
    public required string Durability { get; init; }

    /// <summary>More settings of mysqld, by name with underscores.</summary>
    public required IReadOnlyDictionary<string, string> MysqlSettings { get; init; }

    /// <summary>More of the agents' configuration: a line of YAML by key.</summary>
    public required IReadOnlyDictionary<string, string> Agent { get; init; }

    /// <summary>What is wished of single nodes: a line of YAML by the node's name.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>The account that is made for people and applications.</summary>
    public required string ClientUser { get; init; }

    /// <summary>Release of Ubuntu, 26.04.</summary>
    public required string Ubuntu { get; init; }

    /// <summary>An image of one's own in place of Ubuntu's newest; null: that one.</summary>
    public string? Image { get; init; }

    /// <summary>Who logs in over ssh: root, or somebody with sudo.</summary>
    public required string LoginUser { get; init; }

    /// <summary>Whether data volumes and secrets refuse to be deleted.</summary>
    public required bool ProtectData { get; init; }

    /// <summary>A built agent (.tar.gz); null: it is built from the sources beside this program.</summary>
    public string? AgentArchive { get; init; }

    /// <summary>How long a node, or the cluster, may take to be in order without showing progress. 30 to 3600 s.</summary>
    public required int WaitSeconds { get; init; }
}
