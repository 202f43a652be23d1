using System.Globalization;
using System.Text.RegularExpressions;

namespace MySqlHa.Infra.Plan;

/// <summary>From the stack's configuration, as text by key, to <see cref="Settings"/>. Pure.</summary>
public static partial class SettingsReader
{
    /// <summary>Every key of the project's bag.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "group", "nodes", "zones", "network", "architecture", "instanceType", "rootGb", "dataGb", "sshFrom", "censusFrom", "ringFrom",
        "clientsFrom", "loadBalancer", "sshPublicKey", "sshPrivateKey", "timing", "durability", "mysqlSettings", "agent", "tags",
        "clientUser", "ubuntu", "image", "loginUser", "protectData", "agentArchive", "waitSeconds",
    ];

    /// <summary>GiB: as large as a volume can be that is gp3.</summary>
    public const int MostDataGb = 16384;

    private static readonly IReadOnlyList<Cidr> Everyone = [Cidr.Everywhere];

    // The regions whose first three zones are not a, b and c for every account.
    private static readonly Dictionary<string, string> FirstZones = new() { ["ap-northeast-1"] = "acd", ["ca-central-1"] = "abd" };

    /// <summary>Throws <see cref="PlanException"/> with all problems at once.</summary>
    /// <param name="region">The provider's <c>aws:region</c>; null: not set.</param>
    /// <param name="values">The project's bag, keys without the bag's name. Lists and mappings are JSON, as Pulumi hands them over.</param>
    public static Settings Read(string stackName, string? region, IReadOnlyDictionary<string, string> values)
    {
        var read = new ValueReader(values);
        read.CheckKeys(Keys);
        var given = Given(read, stackName, read.Required("aws:region", region, RegionPattern(), "a region like eu-central-1"));
        CheckRelations(read, given);
        return read.Problems.Count == 0 ? given : throw new PlanException(read.Problems);
    }

    /// <summary>A stack is for production if its name says so: <c>production</c>, <c>prod</c>, <c>shop-prod-eu</c>.</summary>
    public static bool IsProduction(string stackName) => ProductionPattern().IsMatch(stackName);

    private static Settings Given(ValueReader read, string stackName, string region)
    {
        var nodes = int.Parse(read.Text("nodes", NodesPattern(), "1, or a whole number from 3 to 9,", "3"), CultureInfo.InvariantCulture);
        var architecture = read.Named("architecture", Architecture.Named, "arm64 or x64", Architecture.Arm64);
        var settings = new Settings
        {
            StackName = stackName,
            Region = region,
            Group = read.Text("group", GroupPattern(), "1 to 32 lower-case letters, digits and '-', a letter first", "production"),
            Nodes = nodes,
            Zones = read.List("zones", text => text, "a list of zones, like [\"eu-central-1a\", …]", ZonesOf(region)),
            Network = read.Named(
                "network",
                text => Cidr.Parse(text) is { IsPrivate: true, Bits: >= 16 and <= 22 } good ? new Box(good) : null,
                "a private IPv4 network like 10.20.0.0/16, /16 to /22", new Box(Cidr.Parse("10.20.0.0/16")!.Value)).Value,
            Architecture = architecture,
            InstanceType = read.Named("instanceType", text => InstanceTypeName.ArchitectureOf(text) is null ? null : text,
                "an EC2 instance type like m7g.large", architecture.DefaultInstanceType),
            RootGb = read.Number("rootGb", 8, 1024, 16),
            DataGb = read.Number("dataGb", 10, MostDataGb, 100),
            SshFrom = read.Ranges("sshFrom", Everyone),
            CensusFrom = read.Ranges("censusFrom", Everyone),
            RingFrom = read.Ranges("ringFrom", []),
            ClientsFrom = read.Ranges("clientsFrom", []),
            LoadBalancer = read.Word("loadBalancer", ["none", "internal", "internet-facing"], "none"),
            SshPublicKey = read.Optional(
                "sshPublicKey", PublicKeyPattern(), "one line that begins with ssh-ed25519 or ssh-rsa (EC2 takes no other)"),
            Timing = read.Word("timing", ["fast", "lan", "balanced", "wan"], "lan"),
            Durability = read.Word("durability", ["commit", "power"], "commit"),
            MysqlSettings = read.MysqlSettings("mysqlSettings"),
            Agent = AgentKeys.Agent(read),
            Tags = AgentKeys.Tags(read, nodes),
            ClientUser = read.Text(
                "clientUser",
                UserPattern(),
                "letters, digits and _, at most 32, a letter first; not root, and not beginning with mysql",
                "admin"),
            Ubuntu = read.Text("ubuntu", UbuntuPattern(), "a release with long-term support, 24.04 or later, like 26.04", "26.04"),
            Image = read.Optional("image", ImagePattern(), "the id of an image, like ami-0123456789abcdef0"),
            LoginUser = read.Text("loginUser", LoginPattern(), "a user of the image, root or one with sudo", "ubuntu"),
            ProtectData = read.Switch("protectData", IsProduction(stackName)),
            AgentArchive = read.Optional("agentArchive", ArchivePattern(), "the path of a .tar.gz"),
            WaitSeconds = read.Number("waitSeconds", 30, 3600, 300),
        };
        return settings with { MysqlSettings = WithBufferPool(settings) };
    }

    private static void CheckRelations(ValueReader read, Settings settings)
    {
        var zones = settings.Zones;
        if (zones.Distinct().Count() < Math.Min(3, settings.Nodes))
        {
            read.Refuse(
                "zones",
                $"[{string.Join(", ", zones)}]",
                settings.Nodes == 1
                    ? "at least one is needed"
                    : "at least three different ones are needed, or the loss of one can take the majority");
        }

        foreach (var zone in zones.GroupBy(zone => zone).Where(zone => zone.Count() > 1))
        {
            read.Refuse("zones", $"'{zone.Key}' {zone.Count()} times", "each zone once is allowed");
        }

        bool IsElsewhere(string zone) => settings.Region.Length > 0 && !zone.StartsWith(settings.Region, StringComparison.Ordinal);
        foreach (var zone in zones.Distinct().Where(IsElsewhere))
        {
            read.Refuse("zones", $"'{zone}'", $"zones of {settings.Region}, the region of aws:region, are allowed");
        }

        var subnets = 1 << (ClusterPlan.SubnetBits - settings.Network.Bits);
        if (zones.Count > subnets)
        {
            read.Refuse(
                "network",
                $"'{settings.Network}'",
                $"it has {subnets} subnets of /{ClusterPlan.SubnetBits}, and {zones.Count} zones need one each");
        }

        var fits = InstanceTypeName.ArchitectureOf(settings.InstanceType);
        if (fits is not null && fits != settings.Architecture)
        {
            var (name, example) = (settings.Architecture.Name, settings.Architecture.DefaultInstanceType);
            read.Refuse(
                "instanceType",
                $"'{settings.InstanceType}'",
                $"it is {fits.Name}, and architecture is {name}: an {name} type like {example} is allowed");
        }

        foreach (var (key, ranges) in new[] { ("sshFrom", settings.SshFrom), ("censusFrom", settings.CensusFrom) })
        {
            if (ranges.Count == 0)
            {
                read.Refuse(key, "[]", "at least one range is needed, this machine's among them: the stack itself comes in there");
            }
        }

        if (settings.HasLoadBalancer && settings.ClientsFrom.Count == 0)
        {
            read.Refuse(
                "loadBalancer",
                $"'{settings.LoadBalancer}'",
                "clientsFrom needs at least one range then, or no client reaches the load balancer");
        }

        if (read.Has("sshPublicKey") != read.Has("sshPrivateKey"))
        {
            var (there, missing) = read.Has("sshPublicKey") ? ("sshPublicKey", "sshPrivateKey") : ("sshPrivateKey", "sshPublicKey");
            var secret = missing == "sshPrivateKey" ? "--secret " : "";
            read.Refuse(
                there, "given without the other half", $"both halves of a key pair or none: `pulumi config set {secret}{missing}`");
        }
        else if (read.Raw("sshPrivateKey") is { } key && !key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            read.Refuse("sshPrivateKey", "(not shown)", "the text of a private key file, from -----BEGIN to the end, is allowed");
        }
    }

    private static IReadOnlyList<string> ZonesOf(string region) =>
        [.. FirstZones.GetValueOrDefault(region, "abc").Select(letter => $"{region}{letter}")];

    /// <summary>
    /// The agent's own default suits a laptop. Three fifths of a machine that has nothing else to do leave room for connections,
    /// the page cache and the agent.
    /// </summary>
    private static IReadOnlyDictionary<string, string> WithBufferPool(Settings settings)
    {
        const string BufferPool = "innodb_buffer_pool_size";
        var given = new SortedDictionary<string, string>(settings.MysqlSettings.ToDictionary(), StringComparer.Ordinal);
        if (!given.ContainsKey(BufferPool) && InstanceTypeName.MemoryGb(settings.InstanceType) is { } memory)
        {
            given[BufferPool] = FormattableString.Invariant($"{(int)(memory * 1024 * 3 / 5)}M");
        }

        return given;
    }

    [GeneratedRegex(@"\A[a-z]{2}(-[a-z]+)+-\d\z")]
    private static partial Regex RegionPattern();

    [GeneratedRegex(@"\A[13-9]\z")]
    private static partial Regex NodesPattern();

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,31}\z")]
    private static partial Regex GroupPattern();

    [GeneratedRegex(@"(\A|[-_.])prod(uction)?([-_.]|\z)", RegexOptions.IgnoreCase)]
    private static partial Regex ProductionPattern();

    [GeneratedRegex(@"\A(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/]+=*( [^\r\n]*)?\z")]
    private static partial Regex PublicKeyPattern();

    [GeneratedRegex(@"\A(?!root\z|mysql)[A-Za-z][A-Za-z0-9_]{0,31}\z")]
    private static partial Regex UserPattern();

    [GeneratedRegex(@"\A(2[468]|[3-9][02468])\.04\z")]
    private static partial Regex UbuntuPattern();

    [GeneratedRegex(@"\Aami-[0-9a-f]{8,17}\z")]
    private static partial Regex ImagePattern();

    [GeneratedRegex(@"\A[a-z_][a-z0-9_-]{0,31}\z")]
    private static partial Regex LoginPattern();

    [GeneratedRegex(@"\A[^\0\r\n]+\.tar\.gz\z")]
    private static partial Regex ArchivePattern();

    // Named takes reference types; a range is none.
    private sealed record Box(Cidr Value);
}
