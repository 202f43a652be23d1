using System.Buffers.Binary;

namespace MySqlHa.Ring;

/// <summary>Frames on a stream: four bytes of length, the most significant first, then the payload; 0 to 8 MiB.</summary>
internal static class Frames
{
    internal const int HeaderBytes = 4;
    internal const int MaxPayload = 8 * 1024 * 1024;

    /// <summary>How reading one frame ended; the payload is null where the stream did.</summary>
    internal readonly record struct Read(byte[]? Payload, long Length)
    {
        internal bool IsTooLong => Length > MaxPayload;
    }

    internal static void WriteHeader(Span<byte> to, int length) => BinaryPrimitives.WriteInt32BigEndian(to, length);

    /// <summary>The next frame; no payload at the end of the stream (within a frame too) or where the length is not allowed.</summary>
    internal static async ValueTask<Read> ReadAsync(Stream stream, byte[] header, CancellationToken cancellation)
    {
        if (await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellation) < HeaderBytes)
        {
            return new Read(null, 0);
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length > MaxPayload)
        {
            return new Read(null, length);
        }

        var payload = new byte[length];
        var count = await stream.ReadAtLeastAsync(payload, payload.Length, throwOnEndOfStream: false, cancellation);
        return new Read(count == payload.Length ? payload : null, length);
    }
}
