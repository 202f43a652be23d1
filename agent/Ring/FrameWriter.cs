using System.Net.Security;

namespace MySqlHa.Ring;

/// <summary>Writes one peer's queue to its connection, many small frames at a time. One caller at a time.</summary>
internal sealed class FrameWriter(FrameQueue queue, RingCounters counters)
{
    private const int WriteBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[WriteBytes];

    /// <summary>As many queued frames as fit into one write, or one long frame in pieces.</summary>
    internal async Task WriteQueuedAsync(SslStream stream, CancellationTokenSource write)
    {
        var filled = 0;
        var frames = 0;
        var rest = ReadOnlyMemory<byte>.Empty;
        while (rest.IsEmpty && filled + Frames.HeaderBytes < WriteBytes)
        {
            var room = WriteBytes - filled - Frames.HeaderBytes;
            // The first frame is taken whatever its length, others only if they fit.
            if (!queue.TryTake(frames == 0 ? int.MaxValue : room, out var payload))
            {
                break;
            }

            Frames.WriteHeader(_buffer.AsSpan(filled), payload.Length);
            filled += Frames.HeaderBytes;
            var part = payload[..Math.Min(room, payload.Length)];
            part.CopyTo(_buffer.AsMemory(filled));
            filled += part.Length;
            rest = payload[part.Length..];
            frames++;
        }

        try
        {
            await WriteAsync(stream, _buffer.AsMemory(0, filled), write);
            for (; !rest.IsEmpty; rest = rest[Math.Min(WriteBytes, rest.Length)..])
            {
                await WriteAsync(stream, rest[..Math.Min(WriteBytes, rest.Length)], write);
            }

            counters.FrameSent(frames);
        }
        catch
        {
            counters.FrameDropped(frames);
            throw;
        }
    }

    /// <summary>One write, each with its own time to make progress.</summary>
    private static async Task WriteAsync(SslStream stream, ReadOnlyMemory<byte> bytes, CancellationTokenSource write)
    {
        write.CancelAfter(LinkLimits.Stall);
        await stream.WriteAsync(bytes, write.Token);
        write.CancelAfter(Timeout.InfiniteTimeSpan);
    }
}
