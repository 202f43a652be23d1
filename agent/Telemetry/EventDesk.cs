using MySqlHa.Cluster;

namespace MySqlHa.Telemetry;

/// <summary>
/// Says which events this node tells the world. What it alone saw it tells; what the cluster agreed on is told by whoever controls: of two
/// controllers in a row both may, so that none keeps silent. Not for more than one thread.
/// </summary>
/// <param name="controls">Whether this node is the controller now.</param>
internal sealed class EventDesk(Func<bool> controls)
{
    /// <summary>
    /// How long an event waits for its teller's successor: longer than an election. A controller that vanished may have told what it
    /// learned before that, or not.
    /// </summary>
    private static readonly TimeSpan Doubt = TimeSpan.FromSeconds(10);

    private readonly Queue<ClusterEvent> _untold = [];

    /// <summary>What is to be told now, oldest first.</summary>
    /// <param name="learned">In order, each once.</param>
    public IReadOnlyList<ClusterEvent> Tell(IEnumerable<ClusterEvent> learned)
    {
        var told = new List<ClusterEvent>();
        var leads = controls();
        foreach (var one in learned)
        {
            while (_untold.TryPeek(out var oldest) && one.At - oldest.At > Doubt)
            {
                _ = _untold.Dequeue();
            }

            if (one.Scope == EventScope.Node)
            {
                told.Add(one);
            }
            else
            {
                _untold.Enqueue(one);
            }
        }

        if (leads)
        {
            told.AddRange(_untold);
            _untold.Clear();
        }

        return [.. told.OrderBy(e => e.Id)];
    }
}
