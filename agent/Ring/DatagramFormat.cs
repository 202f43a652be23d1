using System.Security.Cryptography;

namespace MySqlHa.Ring;

/// <summary>
/// A sealed datagram: <c>version 1 · key id 4 · salt 16 · counter 8 · AES-256-GCM(sender's node id 16 · payload) · tag 16</c>.
/// Everything before the ciphertext is authenticated with it.
/// </summary>
/// <remarks>
/// A GCM nonce must never repeat under one key. The key here is not the ring's gossip key but one derived from it (HKDF-SHA256)
/// with a salt of 128 random bits that each process draws when it starts, and when it begins to use another ring key, and carries in
/// the header. So every process has a key of its own (two of 2^32 process starts share a salt with a chance of 2^-65), and under it the
/// nonce is a 64-bit counter, which does not repeat in any process's life.
/// Replay: the counter runs in a sliding window for each salt, so what one receiver accepted once it refuses for as long as it
/// remembers that sender. After the receiver's restart, or once the sender is forgotten, an old datagram opens again; it says
/// nothing that gossip does not also meet as a late packet: states are ordered by incarnation, answers by the number of their
/// question, and no datagram carries a lease, a vote or a command. Clocks are not compared: a machine
/// with a wrong clock must not fall out of the ring.
/// </remarks>
internal static class DatagramFormat
{
    /// <summary>High nibble: this protocol. Low nibble: its version.</summary>
    internal const byte Version = 0xA1;

    internal const byte ProtocolMask = 0xF0;
    internal const int KeyIdAt = 1;
    internal const int KeyIdBytes = 4;
    internal const int SaltAt = KeyIdAt + KeyIdBytes;
    internal const int SaltBytes = 16;
    internal const int CounterAt = SaltAt + SaltBytes;
    internal const int HeaderBytes = CounterAt + sizeof(ulong);
    internal const int SenderBytes = 16;
    internal const int TagBytes = 16;
    internal const int NonceBytes = 12;
    internal const int Overhead = HeaderBytes + SenderBytes + TagBytes;

    /// <summary>With the 61 bytes of overhead, 1489 on IPv4: one Ethernet packet.</summary>
    internal const int MaxPayload = 1400;

    internal static byte[] KeyId(RingKey key) => Convert.FromHexString(key.Fingerprint)[..KeyIdBytes];

    internal static AesGcm CipherOf(RingKey key, ReadOnlySpan<byte> salt)
    {
        Span<byte> processKey = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.GossipKey, processKey, salt, "mysqlha ring gossip process 1"u8);
        return new AesGcm(processKey, TagBytes);
    }

    internal static void WriteNonce(Span<byte> nonce, ReadOnlySpan<byte> header)
    {
        nonce[..(NonceBytes - sizeof(ulong))].Clear();
        header[CounterAt..HeaderBytes].CopyTo(nonce[(NonceBytes - sizeof(ulong))..]);
    }
}
