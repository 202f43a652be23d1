namespace MySqlHa.Ring;

/// <summary>Why something on the ring's port was refused. Each is counted by itself; none has any other effect.</summary>
public enum RingRefusal
{
    /// <summary>udp: no datagram of this protocol.</summary>
    DatagramGarbage,

    /// <summary>udp: another version of this protocol.</summary>
    DatagramVersion,

    /// <summary>udp: sealed with another ring's key.</summary>
    DatagramOtherKey,

    /// <summary>udp: claims this ring's key but does not open: forged or damaged.</summary>
    DatagramForged,

    /// <summary>udp: came before, or too long after later ones to tell.</summary>
    DatagramReplayed,

    /// <summary>udp: carries this node's own id.</summary>
    DatagramOwnId,

    /// <summary>tcp: does not start as TLS does.</summary>
    NotTls,

    /// <summary>tcp: a plain HTTP request.</summary>
    PlainHttp,

    /// <summary>tcp: did not get through the handshake in time.</summary>
    HandshakeTooSlow,

    /// <summary>tcp: dropped in favour of later connections because too many were in their handshake.</summary>
    HandshakesTooMany,

    /// <summary>tcp: it starts like TLS, and TLS failed.</summary>
    HandshakeFailed,

    /// <summary>tcp: another version of this protocol, or another protocol within TLS.</summary>
    HandshakeVersion,

    /// <summary>tcp: TLS without a certificate.</summary>
    NoCertificate,

    /// <summary>tcp: a certificate that this ring's key did not issue.</summary>
    OtherKey,

    /// <summary>tcp: a certificate of this ring that names no node.</summary>
    NotANode,

    /// <summary>tcp: a member of this ring, but not the node that was wanted.</summary>
    OtherNode,

    /// <summary>tcp: a certificate with this node's own id.</summary>
    OwnId,

    /// <summary>tcp: a frame longer than a frame may be.</summary>
    FrameTooLong,
}
