using System.Buffers.Binary;
using System.Security.Cryptography;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>
/// Opens datagrams sealed with one of this ring's keys and refuses all others. Remembers the processes it heard (at most 5,000:
/// a largest ring and some that restarted; the one silent longest is forgotten first) and which of their datagrams it saw. Only a datagram that opened leaves a trace in memory. Not thread-safe.
/// </summary>
internal sealed class DatagramOpener(RingKeys keys, NodeId self) : IDisposable
{
    private const int MaxSenders = 5000;

    private readonly byte[] _self = Convert.FromHexString(self.Hex);
    private readonly Dictionary<(uint KeyId, UInt128 Salt), Sender> _senders = [];
    private Dictionary<uint, RingKey> _keys = ById(keys);
    private long _opened;

    /// <summary>From here on these keys count. Who was heard by another one is forgotten.</summary>
    internal void Use(RingKeys keys)
    {
        _keys = ById(keys);
        foreach (var gone in _senders.Where(s => !_keys.ContainsKey(s.Key.KeyId)).ToList())
        {
            gone.Value.Cipher.Dispose();
            _ = _senders.Remove(gone.Key);
        }
    }

    /// <summary>Null and the payload, or why the datagram is refused.</summary>
    internal RingRefusal? Open(ReadOnlySpan<byte> datagram, out byte[] payload)
    {
        payload = [];
        if (RefusalOfHeader(datagram, out var key) is { } refusal)
        {
            return refusal;
        }

        var header = datagram[..DatagramFormat.HeaderBytes];
        var salt = header.Slice(DatagramFormat.SaltAt, DatagramFormat.SaltBytes);
        var process = (KeyIdIn(header), BinaryPrimitives.ReadUInt128BigEndian(salt));
        var counter = BinaryPrimitives.ReadUInt64BigEndian(header[DatagramFormat.CounterAt..]);
        var known = _senders.TryGetValue(process, out var sender);
        sender ??= new Sender(DatagramFormat.CipherOf(key!, salt));
        var plain = new byte[datagram.Length - DatagramFormat.HeaderBytes - DatagramFormat.TagBytes];
        if (!Decrypt(sender.Cipher, datagram, plain))
        {
            if (!known)
            {
                sender.Cipher.Dispose();
            }

            return RingRefusal.DatagramForged;
        }

        if (!known)
        {
            Remember(process, sender);
        }

        sender.LastHeard = ++_opened;
        if (!sender.Seen.Accept(counter))
        {
            return RingRefusal.DatagramReplayed;
        }

        if (plain.AsSpan(0, DatagramFormat.SenderBytes).SequenceEqual(_self))
        {
            return RingRefusal.DatagramOwnId;
        }

        payload = plain[DatagramFormat.SenderBytes..];
        return null;
    }

    public void Dispose()
    {
        foreach (var sender in _senders.Values)
        {
            sender.Cipher.Dispose();
        }

        _senders.Clear();
    }

    private static Dictionary<uint, RingKey> ById(RingKeys keys) =>
        keys.All.ToDictionary(key => BinaryPrimitives.ReadUInt32BigEndian(DatagramFormat.KeyId(key)));

    private static uint KeyIdIn(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32BigEndian(header[DatagramFormat.KeyIdAt..]);

    /// <param name="key">The one that the datagram names, where nothing is refused.</param>
    private RingRefusal? RefusalOfHeader(ReadOnlySpan<byte> datagram, out RingKey? key)
    {
        key = null;
        if (datagram.IsEmpty || (datagram[0] & DatagramFormat.ProtocolMask) != (DatagramFormat.Version & DatagramFormat.ProtocolMask))
        {
            return RingRefusal.DatagramGarbage;
        }

        if (datagram[0] != DatagramFormat.Version)
        {
            return RingRefusal.DatagramVersion;
        }

        if (datagram.Length < DatagramFormat.Overhead || datagram.Length > DatagramFormat.Overhead + DatagramFormat.MaxPayload)
        {
            return RingRefusal.DatagramGarbage;
        }

        return _keys.TryGetValue(KeyIdIn(datagram), out key) ? null : RingRefusal.DatagramOtherKey;
    }

    private static bool Decrypt(AesGcm cipher, ReadOnlySpan<byte> datagram, Span<byte> plain)
    {
        Span<byte> nonce = stackalloc byte[DatagramFormat.NonceBytes];
        var header = datagram[..DatagramFormat.HeaderBytes];
        DatagramFormat.WriteNonce(nonce, header);
        try
        {
            cipher.Decrypt(
                nonce,
                datagram[DatagramFormat.HeaderBytes..^DatagramFormat.TagBytes],
                datagram[^DatagramFormat.TagBytes..],
                plain,
                header);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private void Remember((uint KeyId, UInt128 Salt) process, Sender sender)
    {
        if (_senders.Count >= MaxSenders)
        {
            var silent = _senders.MinBy(s => s.Value.LastHeard);
            silent.Value.Cipher.Dispose();
            _ = _senders.Remove(silent.Key);
        }

        _senders.Add(process, sender);
    }

    private sealed class Sender(AesGcm cipher)
    {
        internal AesGcm Cipher { get; } = cipher;

        internal ReplayWindow Seen { get; } = new();

        internal long LastHeard { get; set; }
    }
}
