using System.Net.Security;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>How a handshake ended: a stream to a proven peer, or a refusal and the sentence that explains it.</summary>
internal abstract record HandshakeOutcome
{
    /// <param name="Peer">The node that the peer's certificate names.</param>
    /// <param name="Stream">Encrypted both ways; owned by whoever takes the outcome.</param>
    /// <param name="Keys">By which the two have proven themselves.</param>
    internal sealed record Proven(NodeId Peer, SslStream Stream, LinkKeys Keys) : HandshakeOutcome;

    internal sealed record Refused(RingRefusal Reason, string Sentence) : HandshakeOutcome;

    /// <summary>The connection ended without anything to hold against the peer: it went away, or this node stopped.</summary>
    internal sealed record Ended(string Reason) : HandshakeOutcome;
}
