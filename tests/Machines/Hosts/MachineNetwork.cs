using System.Globalization;
using System.Net;

namespace MySqlHa.Machines.Hosts;

/// <summary>
/// A bridge that all machines of a place hang on, and an nft table by which they reach the world behind this host's address. Nothing
/// else of the host's network is touched, but for forwarding, which is switched off again with the last bridge of any place.
/// </summary>
public sealed class MachineNetwork(MachinePlace place)
{
    private const string Forwarding = "/proc/sys/net/ipv4/ip_forward";
    private const string Prefix = "mha";

    private string ForwardingWasOff => Path.Combine(place.Home, "forwarding-was-off");

    public bool IsUp => Directory.Exists($"/sys/class/net/{place.Name}");

    /// <summary>The host's own address in a network: its first.</summary>
    public static string Gateway(IPNetwork network)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[3] += 1;
        return new IPAddress(bytes).ToString();
    }

    public string Link(string address)
    {
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        return string.Create(CultureInfo.InvariantCulture, $"{place.Name}-{bytes[2]:x2}{bytes[3]:x2}");
    }

    /// <summary>
    /// A /16 under 10/8 of which this host has no address: what a run that was killed left behind may keep its own. Two that ask at
    /// the same time begin at different ones.
    /// </summary>
    public static async Task<IPNetwork> FreeAsync()
    {
        const int First = 21, Count = 200;
        var taken = await AddressesAsync();
        return Enumerable.Range(0, Count)
            .Select(n => IPNetwork.Parse(string.Create(
                CultureInfo.InvariantCulture, $"10.{First + ((Environment.ProcessId + n) % Count)}.0.0/16")))
            .Cast<IPNetwork?>()
            .FirstOrDefault(network => !taken.Any(words => Overlaps(words[3], network!.Value)))
            ?? throw new MachinesException($"this host has addresses of each network 10.{First}.0.0/16 to 10.{First + Count - 1}.0.0/16");
    }

    /// <summary>Idempotent. Throws where another interface of this host has addresses of the network.</summary>
    public async Task UpAsync(IPNetwork network)
    {
        if (IsUp)
        {
            return;
        }

        var taken = (await AddressesAsync()).FirstOrDefault(words => Overlaps(words[3], network));
        if (taken is not null)
        {
            throw new MachinesException(
                $"network {network}: {taken[1]} of this host has {taken[3]} already; choose another one with --network, like 10.21.0.0/16");
        }

        if ((await File.ReadAllTextAsync(Forwarding)).Trim() == "0")
        {
            _ = Directory.CreateDirectory(place.Home);
            await File.WriteAllTextAsync(ForwardingWasOff, "");
            await File.WriteAllTextAsync(Forwarding, "1");
        }

        _ = await Shell.MustAsync("ip", "link", "add", place.Name, "type", "bridge");
        _ = await Shell.MustAsync("ip", "address", "add", $"{Gateway(network)}/{network.PrefixLength}", "dev", place.Name);
        _ = await Shell.MustAsync("ip", "link", "set", place.Name, "up");
        var rules = await Shell.RunAsync(
            "nft",
            ["-f", "-"],
            $$"""
            table ip {{place.Name}} {
              chain postrouting {
                type nat hook postrouting priority srcnat;
                ip saddr {{network}} ip daddr != {{network}} masquerade
              }
              chain forward {
                type filter hook forward priority filter;
                ip saddr {{network}} tcp flags syn tcp option maxseg size set rt mtu
              }
            }

            """);
        if (!rules.Good)
        {
            throw new MachinesException($"nft took no masquerade for {network}: {rules.LastLine}");
        }
    }

    /// <summary>Idempotent.</summary>
    public async Task DownAsync()
    {
        _ = await Shell.RunAsync("nft", ["delete", "table", "ip", place.Name]);
        _ = await Shell.RunAsync("ip", ["link", "delete", place.Name]);
        if (File.Exists(ForwardingWasOff))
        {
            if (!Directory.EnumerateDirectories("/sys/class/net").Any(IsBridgeOfSomePlace))
            {
                await File.WriteAllTextAsync(Forwarding, "0");
            }

            File.Delete(ForwardingWasOff);
        }
    }

    private static bool IsBridgeOfSomePlace(string link) =>
        Path.GetFileName(link).StartsWith(Prefix, StringComparison.Ordinal) && Directory.Exists(Path.Combine(link, "bridge"));

    private static async Task<string[][]> AddressesAsync() =>
    [
        .. (await Shell.MustAsync("ip", "-o", "-4", "address")).Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 3),
    ];

    private static bool Overlaps(string addressAndBits, IPNetwork network) =>
        IPNetwork.TryParse(NetworkOf(addressAndBits), out var other)
        && (other.Contains(network.BaseAddress) || network.Contains(other.BaseAddress));

    private static string NetworkOf(string addressAndBits)
    {
        var (address, bits) = addressAndBits.Split('/') is [var a, var b]
            ? (a, int.Parse(b, CultureInfo.InvariantCulture))
            : (addressAndBits, 32);
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        var number = BitConverter.ToUInt32([.. bytes.Reverse()]) & (bits == 0 ? 0 : uint.MaxValue << (32 - bits));
        return $"{number >> 24}.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}/{bits}";
    }
}
