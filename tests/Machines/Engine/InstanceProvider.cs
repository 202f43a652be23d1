using System.Globalization;
using System.Text.Json.Nodes;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Engine;

/// <summary><c>aws:ec2/instance:Instance</c>: a machine. Made, as on EC2, when it boots, whether its sshd answers or not.</summary>
/// <param name="network">The network that the machines are in; its first address is the host's.</param>
/// <param name="faults">What is wrong with a machine from its first boot, by the name of its node.</param>
public sealed class InstanceProvider(
    MachinePlace place, string root, string network, IReadOnlyDictionary<string, MachineFault> faults) : IProvider
{
    private const int DefaultRootGigabytes = 8;

    // What EC2 changes on a machine that is there.
    private static readonly string[] Changeable =
    [
        "tags", "vpcSecurityGroupIds", "metadataOptions", "disableApiTermination", "monitoring", "iamInstanceProfile", "instanceType",
        "userDataReplaceOnChange", "ebsOptimized",
    ];

    public bool MustReplace(string input, ResourceState old, JsonObject inputs) =>
        input == "userData" ? (bool?)inputs["userDataReplaceOnChange"] == true : !Changeable.Contains(input);

    public async Task<(string Id, JsonObject Outputs)> CreateAsync(
        string name, JsonObject inputs, StateFile state, CancellationToken cancellation)
    {
        var address = (string?)inputs["privateIp"]
            ?? throw new MachinesException("a machine here needs a privateIp: nothing else gives it an address");
        if (!System.Net.IPNetwork.Parse(network).Contains(System.Net.IPAddress.Parse(address)))
        {
            throw new MachinesException($"privateIp {address} is not in the network of the machines, {network}");
        }

        var size = (int?)(double?)inputs["rootBlockDevice"]?["volumeSize"] ?? DefaultRootGigabytes;
        var machine = await Machine.CreateAsync(
            place,
            new MachineRecord(
                RecordedProvider.NewId("i-"), NodeOf(name), address, network, PublicKeys(inputs, state),
                (string?)inputs["userData"] ?? "", size, faults.GetValueOrDefault(NodeOf(name))));
        await machine.BootAsync(root);
        return (machine.Record.Id, Outputs(machine.Record.Id, address, inputs));
    }

    public async Task<JsonObject> UpdateAsync(ResourceState old, JsonObject inputs, CancellationToken cancellation)
    {
        // EC2 stops a machine to change its type or user data, and starts it again.
        string[] stops = ["instanceType", "userData", "ebsOptimized"];
        if (Json.Changed(old.Inputs, inputs).Intersect(stops).Any() && Machine.Find(place, old.Id) is { } machine)
        {
            await machine.ShutDownAsync();
            await machine.BootAsync(root);
        }

        return old.Outputs;
    }

    public async Task DeleteAsync(ResourceState old, CancellationToken cancellation)
    {
        if (Machine.Find(place, old.Id) is { } machine)
        {
            await machine.DeleteAsync();
        }
    }

    public Task<bool> ExistsAsync(ResourceState old) => Task.FromResult(Machine.Find(place, old.Id) is not null);

    private static JsonObject Outputs(string id, string address, JsonObject inputs) => new()
    {
        ["arn"] = $"arn:aws:ec2:machines:000000000000:instance/{id}",
        ["instanceState"] = "running",
        ["privateIp"] = address,
        // There is no network address translation on the way to a machine.
        ["publicIp"] = address,
        ["privateDns"] = $"ip-{address.Replace('.', '-')}.machines.internal",
        ["availabilityZone"] = (string?)inputs["availabilityZone"] ?? "machines-a",
        ["primaryNetworkInterfaceId"] = string.Create(CultureInfo.InvariantCulture, $"eni-{id[2..]}"),
    };

    /// <summary>The program calls the machine of a node after it, with this ending.</summary>
    private static string NodeOf(string name) => name.EndsWith("-machine", StringComparison.Ordinal) ? name[..^"-machine".Length] : name;

    private static IReadOnlyList<string> PublicKeys(JsonObject inputs, StateFile state)
    {
        if ((string?)inputs["keyName"] is not { } keyName)
        {
            return [];
        }

        var pair = state.Resources.FirstOrDefault(r => r.Type == "aws:ec2/keyPair:KeyPair" && r.Id == keyName)
            ?? throw new MachinesException($"InvalidKeyPair.NotFound: the key pair '{keyName}' does not exist");
        return [(string)pair.Inputs["publicKey"]!];
    }
}
