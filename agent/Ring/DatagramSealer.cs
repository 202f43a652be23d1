using System.Buffers.Binary;
using System.Security.Cryptography;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>
/// Seals this process's datagrams; see <see cref="DatagramFormat"/> for why no nonce repeats. A sealer has one key and one salt for its
/// life. Any thread may call.
/// </summary>
internal sealed class DatagramSealer : IDisposable
{
    private readonly Lock _lock = new();
    private readonly AesGcm _cipher;
    private readonly byte[] _header = new byte[DatagramFormat.HeaderBytes];
    private readonly byte[] _sender;
    private ulong _counter;

    internal DatagramSealer(RingKey key, NodeId self)
    {
        _sender = Convert.FromHexString(self.Hex);
        var salt = _header.AsSpan(DatagramFormat.SaltAt, DatagramFormat.SaltBytes);
        RandomNumberGenerator.Fill(salt);
        _header[0] = DatagramFormat.Version;
        DatagramFormat.KeyId(key).CopyTo(_header, DatagramFormat.KeyIdAt);
        _cipher = DatagramFormat.CipherOf(key, salt);
    }

    internal byte[] Seal(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > DatagramFormat.MaxPayload)
        {
            throw new ArgumentException(
                $"a datagram of {payload.Length} bytes; at most {DatagramFormat.MaxPayload} fit into one packet", nameof(payload));
        }

        Span<byte> plain = stackalloc byte[DatagramFormat.SenderBytes + payload.Length];
        _sender.CopyTo(plain);
        payload.CopyTo(plain[DatagramFormat.SenderBytes..]);
        var datagram = new byte[DatagramFormat.Overhead + payload.Length];
        var header = datagram.AsSpan(0, DatagramFormat.HeaderBytes);
        Span<byte> nonce = stackalloc byte[DatagramFormat.NonceBytes];
        lock (_lock)
        {
            _header.CopyTo(header);
            BinaryPrimitives.WriteUInt64BigEndian(header[DatagramFormat.CounterAt..], checked(++_counter));
            DatagramFormat.WriteNonce(nonce, header);
            _cipher.Encrypt(
                nonce,
                plain,
                datagram.AsSpan(DatagramFormat.HeaderBytes, plain.Length),
                datagram.AsSpan(DatagramFormat.HeaderBytes + plain.Length),
                header);
        }

        return datagram;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _cipher.Dispose();
        }
    }
}
