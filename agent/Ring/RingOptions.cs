using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>What a node needs to speak on the ring.</summary>
/// <param name="Self">Who this node is; goes into its certificate and its datagrams.</param>
/// <param name="BindHost">
/// The IP address that is listened on and that outgoing connections and datagrams come from: packet filters and peers tell
/// nodes apart by it. <c>0.0.0.0</c> leaves the choice to the kernel.
/// </param>
/// <param name="Port">One number for udp and tcp, 1 to 65535; 0 takes a free one (see <see cref="RingTransport.Port"/>).</param>
/// <param name="Keys">The keys of the ring; whoever has one is a member.</param>
public sealed record RingOptions(NodeId Self, string BindHost, int Port, RingKeys Keys)
{
    /// <summary>
    /// A connection to a peer on which nothing was sent for this long ends, and is made anew when there is something to send. Nodes of one
    /// cluster speak all the time; with the other members of a large ring it is a comparison of tables now and then.
    /// </summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(30);
}
