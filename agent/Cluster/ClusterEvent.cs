namespace MySqlHa.Cluster;

/// <summary>Who tells of an event.</summary>
public enum EventScope
{
    /// <summary>What this node alone saw or did.</summary>
    Node,

    /// <summary>What the cluster agreed on: each member tells the same, once.</summary>
    Cluster,
}

/// <summary>Something that happened, once.</summary>
/// <param name="Code">Lower-case words joined by hyphens, never changed once published: <c>epoch-opened</c>.</param>
/// <param name="Text">One sentence for people.</param>
/// <param name="Node">Whom it is about; null: nobody in particular.</param>
/// <param name="Epoch">The epoch it is about; 0: none.</param>
public sealed record ClusterEvent(string Code, string Text, EventScope Scope, NodeId? Node = null, long Epoch = 0)
{
    /// <summary>Grows from one event of a node to its next, across restarts of its agent too as long as its wall clock does; 0: not told yet.</summary>
    public long Id { get; init; }

    /// <summary>When this node learned of it, by its wall clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Where the cluster's log tells it: the same on every node. 0: this node's own.</summary>
    public long Index { get; init; }

    public override string ToString() => Text;
}

/// <summary>The events of one node since its agent started, as far as they are kept. Called from many threads.</summary>
public interface IEventSource
{
    /// <summary>The kept ones with a greater id, oldest first; all that are kept with 0, or an id that was never given here.</summary>
    IReadOnlyList<ClusterEvent> After(long id);

    /// <summary>The same, waiting until there is one. Cancelled: throws <see cref="OperationCanceledException"/>.</summary>
    Task<IReadOnlyList<ClusterEvent>> WaitAsync(long id, CancellationToken cancellation);
}
