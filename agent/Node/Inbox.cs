using MySqlHa.Core;

namespace MySqlHa.Node;

/// <summary>
/// What waits for the loop, oldest first. Who waits sleeps at once: a <c>BlockingCollection</c> spins before that, and at rest, with
/// a hundred short waits in a second, this was most of what an agent used.
/// </summary>
/// <param name="limit">How many may wait.</param>
internal sealed class Inbox(int limit)
{
    private readonly object _gate = new(); // not a Lock: those have no Wait
    private readonly Queue<CoreInput> _inputs = [];
    private bool _closed;

    /// <summary>False: there is no room. Where the inbox is closed the input is thrown away.</summary>
    public bool TryAdd(CoreInput input)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return true;
            }

            if (_inputs.Count >= limit)
            {
                return false;
            }

            Put(input);
            return true;
        }
    }

    /// <summary>Waits for room. Where the inbox is closed the input is thrown away.</summary>
    public void Add(CoreInput input)
    {
        lock (_gate)
        {
            while (!_closed && _inputs.Count >= limit)
            {
                _ = Monitor.Wait(_gate);
            }

            if (!_closed)
            {
                Put(input);
            }
        }
    }

    /// <summary>The oldest input; null: none came in time. Throws <see cref="OperationCanceledException"/>, also where one waits.</summary>
    /// <param name="milliseconds">From 0 up.</param>
    public CoreInput? Take(int milliseconds, CancellationToken cancellation)
    {
        using var woken = cancellation.UnsafeRegister(static gate =>
        {
            lock (gate!)
            {
                Monitor.PulseAll(gate);
            }
        }, _gate);
        lock (_gate)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_inputs.Count == 0 && milliseconds > 0)
            {
                // May be woken for nothing: the loop then takes a step for nothing.
                _ = Monitor.Wait(_gate, milliseconds);
                cancellation.ThrowIfCancellationRequested();
            }

            if (!_inputs.TryDequeue(out var input))
            {
                return null;
            }

            if (_inputs.Count == limit - 1)
            {
                Monitor.PulseAll(_gate);
            }

            return input;
        }
    }

    /// <summary>Nothing is added from here on; what waits can still be taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Put(CoreInput input)
    {
        _inputs.Enqueue(input);
        Monitor.PulseAll(_gate);
    }
}
