using System.Net;
using System.Net.Sockets;
using MySqlHa.Configuration;
using MySqlHa.Ring;
using MySqlHa.Supervision;

namespace MySqlHa.Node;

/// <summary>Looks at all ports of a node before anything is begun, so that one sentence names every one that is taken.</summary>
internal static class StartPorts
{
    /// <summary>Throws <see cref="IOException"/> with each port that another process has, and which process that is where it can be seen.</summary>
    /// <param name="mysqldRuns">This node's own mysqld has its port already.</param>
    public static void RequireFree(AgentOptions options, bool mysqldRuns)
    {
        var ports = options.Ports;
        (string Host, int Port, ProtocolType Protocol, string Key)[] needed =
        [
            (options.Listen, ports.Ring, ProtocolType.Tcp, "ports.ring"),
            (options.Listen, ports.Ring, ProtocolType.Udp, "ports.ring"),
            (options.HttpListen, ports.Http, ProtocolType.Tcp, "ports.http"),
            .. mysqldRuns ? [] : new[] { (options.Listen, ports.Mysql, ProtocolType.Tcp, "ports.mysql") },
        ];
        var taken = needed.Select(n => Problem(n.Host, n.Port, n.Protocol, n.Key)).OfType<string>().ToList();
        if (taken.Count > 0)
        {
            throw new IOException(string.Join("; ", taken));
        }
    }

    private static string? Problem(string host, int port, ProtocolType protocol, string key)
    {
        var address = IPAddress.Parse(host);
        var udp = protocol == ProtocolType.Udp;
        using var probe = new Socket(address.AddressFamily, udp ? SocketType.Dgram : SocketType.Stream, protocol);
        try
        {
            probe.Bind(new IPEndPoint(address, port));
            return null;
        }
        catch (SocketException e)
        {
            var name = $"{key}: {new IPEndPoint(address, port)}/{(udp ? "udp" : "tcp")}";
            return e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"{name} is taken{Holder(address, port, udp ? "udp" : "tcp")}",
                SocketError.AccessDenied => $"{name} may not be used by this user",
                _ => $"{name} cannot be used: {e.Message}",
            };
        }
    }

    private static string Holder(IPAddress address, int port, string protocol) =>
        PortHolder.Of(address, port, protocol) is [> 0 and var pid, ..]
            ? $" by process {pid} ({LinuxProcess.Name(pid)}); stop that, or choose another port"
            : " by a process of another user; stop that, or choose another port";
}
