using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// A rolling restart: the last one that was asked for, under way or ended. Part of the replicated state, so that whoever controls next
/// knows how far it is, and every node can tell.
/// </summary>
public sealed record RollingRestart
{
    /// <summary>Grows by one with each change, also from one rolling restart to the next.</summary>
    public required long Revision { get; init; }

    /// <summary>When it was asked for: Unix milliseconds by the controller's wall clock, as all times here.</summary>
    public required long At { get; init; }

    /// <summary>Whose token it was asked with; empty: nobody's.</summary>
    public string By { get => field ?? ""; init; }

    /// <summary>Members too that no setting waits for.</summary>
    public bool All { get; init; }

    /// <summary>The controller that drives it. Another takes it up only where this one lives.</summary>
    public required NodeId Driver { get; init; }

    /// <summary>The request in the audit: the node that was asked and its call; 0: it is in none.</summary>
    public NodeId Via { get; init; }
    public long Call { get; init; }

    /// <summary>Why it ends as soon as the step under way is over; null: it goes on.</summary>
    public Reason? Stopping { get; init; }

    /// <summary>In their order; the last one may be under way.</summary>
    public ImmutableArray<RollingStep> Steps { get => field.IsDefault ? [] : field; init; }

    /// <summary>0: it is under way.</summary>
    public long EndedAt { get; init; }

    /// <summary>How it ended; null: it is under way.</summary>
    public OperatorAnswer? End { get; init; }

    public RollingStep? UnderWay => Steps is [.., { EndedAt: 0 } step] ? step : null;

    /// <summary>Whose mysqld it has restarted.</summary>
    public IEnumerable<NodeId> Done => Steps.Where(s => s is { HandsOver: false, EndedAt: > 0 }).Select(s => s.Node);

    public RollingRestart With(RollingStep step) => this with { Steps = Steps.SetItem(Steps.Length - 1, step) };
}

/// <summary>One step: the mysqld of a member is restarted, or a leader hands over so that it can be.</summary>
public sealed record RollingStep(NodeId Node, bool HandsOver, long BeganAt)
{
    /// <summary>Restart: the number that the node's agent is told it with. Hand-over: the epoch that is to end. 0: not asked for yet.</summary>
    public long Token { get; init; }

    /// <summary>Restart: the process that is to go.</summary>
    public int Pid { get; init; }

    /// <summary>Restart: the version of the configuration when it was asked for; a later one may wait on it all the same.</summary>
    public long Settings { get; init; }

    /// <summary>0: it is under way.</summary>
    public long EndedAt { get; init; }

    /// <summary>Hand-over: who leads since.</summary>
    public NodeId? Leader { get; init; }
}

/// <summary>How far a rolling restart is. Taken only behind the revision before.</summary>
/// <param name="Text">Of the event that tells it; empty: it is nothing for people.</param>
public sealed record SetRolling(RollingRestart Next, string Text) : ClusterCommand;
