using MySqlHa.Cluster;

namespace MySqlHa.Node;

/// <summary>
/// Keeps the last events of this node and wakes those that wait for the next one. Ids count up from the wall clock's microseconds at the
/// start of the agent, so that one who read on before a restart reads on after it.
/// </summary>
/// <param name="firstId">The first id; positive.</param>
/// <param name="most">So many are kept.</param>
internal sealed class EventBook(long firstId, int most = 1000) : IEventSource
{
    private readonly Lock _gate = new();
    private readonly Queue<ClusterEvent> _kept = new(most);
    private long _nextId = firstId;
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Add(DateTimeOffset at, IEnumerable<ClusterEvent> events)
    {
        TaskCompletionSource woken;
        lock (_gate)
        {
            foreach (var one in events)
            {
                if (_kept.Count == most)
                {
                    _ = _kept.Dequeue();
                }

                _kept.Enqueue(one with { Id = _nextId++, At = at });
            }

            (woken, _next) = (_next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        woken.SetResult();
    }

    /// <summary>
    /// An id that was never given here is another node's, or from before the clock was set back: who brings it gets all, since behind it
    /// nothing would ever come.
    /// </summary>
    public IReadOnlyList<ClusterEvent> After(long id)
    {
        lock (_gate)
        {
            return [.. _kept.SkipWhile(e => e.Id <= id && id < _nextId)];
        }
    }

    public async Task<IReadOnlyList<ClusterEvent>> WaitAsync(long id, CancellationToken cancellation)
    {
        while (true)
        {
            Task next;
            lock (_gate)
            {
                next = _next.Task;
            }

            // Looked at after the wait was begun: none comes between.
            if (After(id) is { Count: > 0 } events)
            {
                return events;
            }

            await next.WaitAsync(cancellation);
        }
    }
}
