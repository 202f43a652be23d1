using System.Collections.Immutable;

namespace MySqlHa.Cluster;

/// <summary>What a change of leader was meant to be.</summary>
public enum ChangeKind
{
    /// <summary>The leader was lost, or an operator gave it up.</summary>
    Failover,

    /// <summary>It was planned, and the old leader lived.</summary>
    Switchover,

    /// <summary>The same node leads on, with other ackers.</summary>
    Members,
}

/// <summary>How a change of leader ended.</summary>
public enum ChangeOutcome
{
    /// <summary>A commit of the new epoch was acknowledged.</summary>
    Established,

    /// <summary>The new epoch was over before any was: another change followed.</summary>
    Abandoned,

    /// <summary>It was dropped before the old leader stopped: by the cluster, or by an operator.</summary>
    Dropped,
    Cancelled,
}

/// <summary>Why a leader went, and so from when its successor's phases are counted.</summary>
public enum ChangeCause
{
    /// <summary>Its mysqld ended, and its agent said so; counted from that end.</summary>
    Crash,

    /// <summary>It was not heard of any more; counted from when that was known, which is a lease later.</summary>
    Loss,

    /// <summary>An operator gave it up; counted from then.</summary>
    Forced,

    /// <summary>A switchover; counted from when it was asked for.</summary>
    Switchover,
}

/// <summary>
/// What one agent counted since its start of the changes of leader that it learned of in that time. Each is counted once by each node, also
/// one that was learned of late, after a restart.
/// </summary>
public sealed record LeaderChanges
{
    public static readonly LeaderChanges None = new();

    public ImmutableDictionary<(ChangeKind Kind, ChangeOutcome Outcome), long> Outcomes { get; init; } =
        ImmutableDictionary<(ChangeKind Kind, ChangeOutcome Outcome), long>.Empty;

    /// <summary>Until clients could write again.</summary>
    public ImmutableDictionary<ChangeCause, TimeHistogram> Whole { get; init; } = ImmutableDictionary<ChangeCause, TimeHistogram>.Empty;

    /// <summary>Until the end of each phase, by the names of <see cref="EpochPhases"/>.</summary>
    public ImmutableDictionary<(ChangeCause Cause, string Phase), TimeHistogram> Phases { get; init; } =
        ImmutableDictionary<(ChangeCause Cause, string Phase), TimeHistogram>.Empty;

    public LeaderChanges With(ChangeKind kind, ChangeOutcome outcome) =>
        this with { Outcomes = Outcomes.SetItem((kind, outcome), Outcomes.GetValueOrDefault((kind, outcome)) + 1) };

    public LeaderChanges With(ChangeCause cause, EpochPhases phases)
    {
        var by = Phases;
        foreach (var (name, at) in phases.Each())
        {
            by = at is { } milliseconds
                ? by.SetItem((cause, name), by.GetValueOrDefault((cause, name), TimeHistogram.Empty).With(milliseconds))
                : by;
        }

        return phases.Whole() is { } whole
            ? this with { Phases = by, Whole = Whole.SetItem(cause, Whole.GetValueOrDefault(cause, TimeHistogram.Empty).With(whole)) }
            : this with { Phases = by };
    }
}
