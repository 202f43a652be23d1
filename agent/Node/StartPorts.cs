using System.Net;
using System.Net.Sockets;
using MySqlHa.Configuration;
using MySqlHa.Ring;
using MySqlHa.Supervision;

namespace MySqlHa.Node;

/// <summary>Looks at all ports of a node before anything is begun, so that one sentence names every one that is taken.</summary>
internal static class StartPorts
{
    // A process that was killed keeps its ports until the kernel has taken it down, and is not to be seen any more meanwhile.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Throws <see cref="IOException"/> with each port that another process has, and which process that is where it can be seen. One that
    /// nobody is seen to have may become free: it is waited for, five seconds at most.
    /// </summary>
    /// <param name="mysqldRuns">This node's own mysqld has its port already.</param>
    public static async Task RequireFreeAsync(AgentOptions options, bool mysqldRuns, CancellationToken cancellation)
    {
        var ports = options.Ports;
        (string Host, int Port, ProtocolType Protocol, string Key)[] needed =
        [
            (options.Listen, ports.Ring, ProtocolType.Tcp, "ports.ring"),
            (options.Listen, ports.Ring, ProtocolType.Udp, "ports.ring"),
            (options.HttpListen, ports.Http, ProtocolType.Tcp, "ports.http"),
            .. mysqldRuns ? [] : new[] { (options.Listen, ports.Mysql, ProtocolType.Tcp, "ports.mysql") },
            .. options.Proxy is not { } proxy ? [] : new[]
            {
                (proxy.Listen, proxy.ReadWrite, ProtocolType.Tcp, "proxy.read-write"),
                (proxy.Listen, proxy.ReadOnly, ProtocolType.Tcp, "proxy.read-only"),
            },
        ];
        for (var since = Environment.TickCount64; ;)
        {
            var taken = needed.Select(n => Problem(n.Host, n.Port, n.Protocol, n.Key)).OfType<(string What, bool Seen)>().ToList();
            if (taken.Count == 0)
            {
                return;
            }

            if (taken.Any(t => t.Seen) || Environment.TickCount64 - since > Patience.TotalMilliseconds)
            {
                throw new IOException(string.Join("; ", taken.Select(t => t.What)));
            }

            await Task.Delay(Again, cancellation);
        }
    }

    /// <summary>Null: it is free. Seen: who has it, or why it can never be used, is known.</summary>
    private static (string What, bool Seen)? Problem(string host, int port, ProtocolType protocol, string key)
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
                SocketError.AddressAlreadyInUse => Taken(name, PortHolder.Of(address, port, udp ? "udp" : "tcp")),
                SocketError.AccessDenied => ($"{name} may not be used by this user", true),
                _ => ($"{name} cannot be used: {e.Message}", true),
            };
        }
    }

    private static (string What, bool Seen) Taken(string name, IReadOnlyList<int> holders) => holders is [> 0 and var pid, ..]
        ? ($"{name} is taken by process {pid} ({LinuxProcess.Name(pid)}); stop that, or choose another port", true)
        : ($"{name} is taken by a process of another user; stop that, or choose another port", false);
}
