using System.Net;
using MySqlHa.Ring;

namespace MySqlHa.Sandbox;

/// <summary>A port a node needs and somebody else listens on.</summary>
/// <param name="Holder">"1234 (mysqld)"; empty: not to be seen by this user.</param>
public sealed record TakenPort(string Ip, int Port, string Protocol, string Holder)
{
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
            var holders = PortHolder.Of(IPAddress.Parse(node.Ip), port, protocol);
            foreach (var pid in holders.Where(pid => pid == 0 || own.All.All(p => p.Pid != pid)))
            {
                var holder = LiveProcess.Read(pid);
                taken.Add(new TakenPort(node.Ip, port, protocol, holder is null ? "" : $"{holder.Pid} ({holder.Name})"));
            }
        }

        return taken;
    }
}
