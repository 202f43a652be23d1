using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace MySqlHa.Infra.Plan;

/// <summary>One machine of the plan.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Subnet">The /24 of its zone.</param>
public sealed record PlannedNode(int Number, string Name, string Zone, string Subnet, string PrivateIp, bool Voter);

/// <summary>
/// The whole deployment as values, before anything is made. Pure: the same request gives the same plan, so addresses stay when
/// nodes are added. No plan exists that could lose its majority with one zone.
/// </summary>
public sealed partial record ClusterPlan
{
    private const int SubnetBits = 24;

    // AWS keeps the first four addresses of a subnet; the rest up to here is left for what is not a node.
    private const int FirstHost = 11;

    private ClusterPlan(string group, IReadOnlyList<PlannedNode> nodes, PlanPorts ports)
    {
        ServiceGroup = $"mysql.{group}";
        Nodes = nodes;
        Ports = ports;
    }

    public string ServiceGroup { get; }

    public IReadOnlyList<PlannedNode> Nodes { get; }

    public PlanPorts Ports { get; }

    public int Voters => Nodes.Count(node => node.Voter);

    /// <summary>Voters that must agree.</summary>
    public int Quorum => (Voters / 2) + 1;

    /// <summary>Followers that must hold a commit before a client hears of it.</summary>
    public int AcksPerCommit => Voters / 2;

    /// <summary>Throws <see cref="PlanException"/> with all problems at once.</summary>
    public static ClusterPlan Make(PlanRequest request)
    {
        var problems = Problems(request).ToList();
        if (problems.Count > 0)
        {
            throw new PlanException(problems);
        }

        var (network, _) = Parse(request.Network)!.Value;
        var voters = request.Nodes >= 7 ? 7 : request.Nodes >= 5 ? 5 : 3;
        var nodes = Enumerable.Range(0, request.Nodes).Select(index =>
        {
            var zone = index % request.Zones.Count;
            var subnet = network + ((uint)zone << (32 - SubnetBits));
            var host = subnet + FirstHost + (uint)(index / request.Zones.Count);
            return new PlannedNode(
                index + 1, $"node{index + 1}", request.Zones[zone], $"{Text(subnet)}/{SubnetBits}", Text(host), index < voters);
        });
        return new ClusterPlan(request.Group, [.. nodes], request.Ports);
    }

    private static IEnumerable<string> Problems(PlanRequest request)
    {
        if (!GroupPattern().IsMatch(request.Group))
        {
            yield return $"group '{request.Group}': 1 to 32 lower-case letters, digits and '-' are allowed, a letter first";
        }

        if (request.Nodes is < 3 or > 9)
        {
            yield return $"nodes {request.Nodes}: 3 to 9 are allowed";
        }

        if (request.Zones.Distinct().Count() < 3)
        {
            yield return $"zones [{string.Join(", ", request.Zones)}]: "
                + "at least three different ones are needed, or the loss of one can take the majority";
        }

        foreach (var zone in request.Zones.GroupBy(zone => zone).Where(zone => zone.Count() > 1))
        {
            yield return $"zones name '{zone.Key}' {zone.Count()} times: once is allowed";
        }

        if (Parse(request.Network) is not var (_, bits))
        {
            yield return $"network '{request.Network}': a private IPv4 network like {PlanRequest.DefaultNetwork}, /16 to /22, is allowed";
        }
        else if (request.Zones.Count > 1 << (SubnetBits - bits))
        {
            yield return $"network '{request.Network}' has {1 << (SubnetBits - bits)} subnets of /{SubnetBits}, "
                + $"and {request.Zones.Count} zones need one each";
        }

        foreach (var problem in PortProblems(request.Ports))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> PortProblems(PlanPorts ports)
    {
        (string Name, int Port)[] all = [("ring", ports.Ring), ("http", ports.Http), ("mysql", ports.Mysql)];
        foreach (var (name, port) in all.Where(p => p.Port is < 1 or > 65535))
        {
            yield return $"port {name} {port}: 1 to 65535 are allowed";
        }

        foreach (var same in all.GroupBy(p => p.Port).Where(p => p.Count() > 1))
        {
            yield return $"ports {string.Join(" and ", same.Select(p => p.Name))} are both {same.Key}: all must differ";
        }
    }

    /// <summary>Null: not a private network of an allowed size, or with bits set beyond its length.</summary>
    private static (uint Address, int Bits)? Parse(string text)
    {
        var good = IPNetwork.TryParse(text, out var network)
            && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork
            && network.PrefixLength is >= 16 and <= 22
            && network.ToString() == text; // parsing drops bits beyond the length without a word
        if (!good)
        {
            return null;
        }

        var bytes = network.BaseAddress.GetAddressBytes();
        return bytes is [10, ..] or [172, >= 16 and <= 31, ..] or [192, 168, ..]
            ? (BinaryPrimitives.ReadUInt32BigEndian(bytes), network.PrefixLength)
            : null;
    }

    private static string Text(uint address) =>
        string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,31}\z")]
    private static partial Regex GroupPattern();
}
