using System.Collections.Immutable;

namespace MySqlHa.Cluster;

/// <summary>A rolling restart: the one under way, or the last. All times by the wall clock of the controller of then.</summary>
public sealed record RollingView
{
    /// <summary>Null: there never was one.</summary>
    public DateTimeOffset? BegunAt { get; init; }

    /// <summary>Whose token it was asked with; empty: nobody's.</summary>
    public string By { get => field ?? ""; init; }

    /// <summary>Members too that no setting waited for.</summary>
    public bool All { get; init; }

    public bool UnderWay { get; init; }

    /// <summary>The controller that drives it; null: there never was one.</summary>
    public NodeId? Driver { get; init; }

    /// <summary>Why it ends as soon as the step under way is over; null: it does not.</summary>
    public Reason? Stopping { get; init; }

    /// <summary>In their order; the last one may be under way.</summary>
    public ImmutableArray<RollingStepView> Steps { get => field.IsDefault ? [] : field; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How it ended; null: it is under way, or there never was one. Refused: it stopped, with the reason.</summary>
    public OperatorAnswer? End { get; init; }

    /// <summary>What one that is asked for again does: "goes on with those that are left".</summary>
    /// <param name="all">It is asked for all members again.</param>
    public static string AskedAgain(bool all) => all
        ? "begins with all again; without --all it goes on with those that wait"
        : "goes on with those that are left";
}

/// <summary>One step of a rolling restart.</summary>
/// <param name="HandsOver">The member leads and hands over, so that it can be restarted next; else its mysqld is restarted.</param>
/// <param name="EndedAt">When it followed again; null: it is under way, or the rolling restart ended in it.</param>
/// <param name="Leader">Who leads since the hand-over.</param>
public sealed record RollingStepView(
    NodeId Node, string Name, bool HandsOver, DateTimeOffset BeganAt, DateTimeOffset? EndedAt, string? Leader);
