using System.Globalization;
using System.Net;

namespace MySqlHa.Sandbox;

/// <summary>A port a node needs and somebody else listens on.</summary>
/// <param name="Holder">"1234 (mysqld)"; empty: not to be seen by this user.</param>
public sealed record TakenPort(string Ip, int Port, string Protocol, string Holder)
{
    private const string TcpListening = "0A";
    private const string UdpOpen = "07";

    public override string ToString() =>
        $"{Ip}:{Port}/{Protocol} is taken{(Holder.Length > 0 ? $" by process {Holder}" : "")}: "
        + "stop that, or choose other addresses with --base-ip";

    /// <summary>The ports of a node that anyone but the node itself holds, wildcard listeners included.</summary>
    public static IReadOnlyList<TakenPort> Of(SandboxNode node, NodeProcesses own)
    {
        var address = node.Address;
        var taken = new List<TakenPort>();
        (int Port, string Protocol)[] needed =
            [(address.MysqlPort, "tcp"), (address.HttpPort, "tcp"), (address.RingPort, "tcp"), (address.RingPort, "udp")];
        foreach (var (port, protocol) in needed)
        {
            foreach (var inode in Listeners(node.Ip, port, protocol))
            {
                var holder = HolderOf(inode);
                if (holder is null || own.All.All(p => p.Pid != holder.Pid))
                {
                    taken.Add(new TakenPort(node.Ip, port, protocol, holder is null ? "" : $"{holder.Pid} ({holder.Name})"));
                }
            }
        }

        return taken;
    }

    private static IEnumerable<string> Listeners(string ip, int port, string protocol)
    {
        var four = Convert.ToHexString([.. IPAddress.Parse(ip).GetAddressBytes().Reverse()]);
        string[] addresses = [four, "00000000", "0000000000000000FFFF0000" + four, new string('0', 32)];
        var wanted = addresses.Select(a => $"{a}:{port.ToString("X4", CultureInfo.InvariantCulture)}").ToHashSet();
        foreach (var table in new[] { $"/proc/net/{protocol}", $"/proc/net/{protocol}6" }.Where(File.Exists))
        {
            foreach (var line in File.ReadLines(table).Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && wanted.Contains(fields[1]) && fields[3] == (protocol == "tcp" ? TcpListening : UdpOpen))
                {
                    yield return fields[9];
                }
            }
        }
    }

    private static LiveProcess? HolderOf(string inode)
    {
        var target = $"socket:[{inode}]";
        return LiveProcess.All().FirstOrDefault(p => Descriptors(p.Pid).Any(d => d == target));
    }

    private static IEnumerable<string?> Descriptors(int pid)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Select(path => new FileInfo(path).LinkTarget)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
