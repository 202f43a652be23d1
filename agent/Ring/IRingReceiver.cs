using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>
/// Takes what arrived from members of the ring. Called from socket threads, possibly from several at once (one at a time for
/// each peer's frames); must not block: a slow call holds up the peer, which drops the connection after two seconds.
/// The memory belongs to the receiver.
/// </summary>
public interface IRingReceiver
{
    /// <summary>A datagram sealed with the ring's key, never seen before from this sender. May be lost, late or out of order.</summary>
    void OnDatagram(string fromHost, int fromPort, ReadOnlyMemory<byte> payload);

    /// <summary>A frame of the node whose certificate says so, in the order in which it was sent; frames may be missing.</summary>
    void OnFrame(NodeId from, ReadOnlyMemory<byte> payload);
}
