using System.Globalization;
using System.Net;

namespace MySqlHa.Ring;

/// <summary>Who listens on a port of this machine, as /proc shows it.</summary>
public static class PortHolder
{
    private const string TcpListening = "0A";
    private const string UdpOpen = "07";

    /// <summary>
    /// The processes that listen there, on all addresses included; 0 for one that this user may not see. Empty: nobody does.
    /// </summary>
    /// <param name="protocol"><c>tcp</c> or <c>udp</c>.</param>
    public static IReadOnlyList<int> Of(IPAddress address, int port, string protocol)
    {
        var inodes = Listeners(address, port, protocol).Distinct().ToList();
        return [.. inodes.Select(HolderOf)];
    }

    private static IEnumerable<string> Listeners(IPAddress address, int port, string protocol)
    {
        // The kernel prints addresses as words of this machine's byte order.
        static string Hex(byte[] bytes) => string.Concat(bytes.Chunk(4).Select(word => Convert.ToHexString([.. word.AsEnumerable().Reverse()])));
        var bytes = address.GetAddressBytes();
        string[] addresses = bytes.Length == 4
            ? [Hex(bytes), "00000000", "0000000000000000FFFF0000" + Hex(bytes), new string('0', 32)]
            : [Hex(bytes), new string('0', 32)];
        var anyAddress = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        var wanted = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var table in new[] { $"/proc/net/{protocol}", $"/proc/net/{protocol}6" }.Where(File.Exists))
        {
            foreach (var line in File.ReadLines(table).Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[1].EndsWith(wanted, StringComparison.Ordinal)
                    && (anyAddress || addresses.Contains(fields[1][..^wanted.Length]))
                    && fields[3] == (protocol == "tcp" ? TcpListening : UdpOpen))
                {
                    yield return fields[9];
                }
            }
        }
    }

    private static int HolderOf(string inode)
    {
        var target = $"socket:[{inode}]";
        return Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .FirstOrDefault(pid => pid > 0 && Descriptors(pid).Any(d => d == target));
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
