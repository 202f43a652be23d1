using System.Threading.Channels;

namespace MySqlHa.Ring;

/// <summary>
/// Frames that wait for one peer's connection, oldest first: at most 1,024 and 16 MiB, the oldest making room for the newest.
/// Adding never blocks and any thread may add; one reader takes.
/// </summary>
internal sealed class FrameQueue(TimeProvider time)
{
    internal const int MaxFrames = 1024;
    internal const long MaxBytes = 16 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<(ReadOnlyMemory<byte> Payload, long At)> _frames = [];
    private readonly Channel<bool> _added =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _bytes;
    private bool _closed;

    /// <summary>Adds the frame and says how many were dropped for it: older ones, or itself where the queue is closed.</summary>
    internal int Add(ReadOnlyMemory<byte> payload)
    {
        var dropped = 0;
        lock (_lock)
        {
            if (_closed)
            {
                return 1;
            }

            while (_frames.Count >= MaxFrames || (_frames.Count > 0 && _bytes + payload.Length > MaxBytes))
            {
                _bytes -= _frames.Dequeue().Payload.Length;
                dropped++;
            }

            _frames.Enqueue((payload, time.GetTimestamp()));
            _bytes += payload.Length;
            _ = _added.Writer.TryWrite(true);
        }

        return dropped;
    }

    /// <summary>Takes the oldest frame if it has at most so many bytes.</summary>
    internal bool TryTake(int maxBytes, out ReadOnlyMemory<byte> payload)
    {
        lock (_lock)
        {
            payload = default;
            if (!_frames.TryPeek(out var oldest) || oldest.Payload.Length > maxBytes)
            {
                return false;
            }

            payload = _frames.Dequeue().Payload;
            _bytes -= payload.Length;
            return true;
        }
    }

    /// <summary>Drops the frames that waited longer than this and says how many.</summary>
    internal int DropOlderThan(TimeSpan age)
    {
        var dropped = 0;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            while (_frames.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At, now) >= age)
            {
                _bytes -= _frames.Dequeue().Payload.Length;
                dropped++;
            }
        }

        return dropped;
    }

    /// <summary>Returns when there is a frame to take.</summary>
    internal async Task WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_frames.Count > 0)
                {
                    return;
                }
            }

            _ = await _added.Reader.ReadAsync(cancellation);
        }
    }

    /// <summary>From here every frame is dropped. Says how many were waiting.</summary>
    internal int Close()
    {
        lock (_lock)
        {
            _closed = true;
            var dropped = _frames.Count;
            _frames.Clear();
            _bytes = 0;
            return dropped;
        }
    }
}
