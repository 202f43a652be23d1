using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>What the agent last set its running mysqld up to do.</summary>
public enum MysqldDuty
{
    /// <summary>Started: read-only, closed to clients, no replication.</summary>
    None,

    /// <summary>A receiver runs for the epoch's leader.</summary>
    Following,

    /// <summary>Writable, or about to be.</summary>
    Leading,

    /// <summary>Led the epoch, is read-only since a switchover asked for it, and every commit it acknowledged is complete.</summary>
    Demoted,

    /// <summary>Receives nothing from epochs up to the promised one.</summary>
    Promised,
}

/// <summary>The agent's mysqld as the duty decision sees it.</summary>
public sealed record MysqldView
{
    public static readonly MysqldView Unknown = new();

    public MysqldState State { get; init; }
    public MysqldDuty Duty { get; init; }

    /// <summary>The epoch of <see cref="Duty"/>.</summary>
    public long DutyEpoch { get; init; }

    /// <summary>The last look; null until the first one of this mysqld's life.</summary>
    public MysqldStatus? Status { get; init; }

    /// <summary>An effect is under way on this mysqld, so a new one waits (a kill does not).</summary>
    public bool Busy { get; init; }

    /// <summary>No start before this (crash loop).</summary>
    public bool HeldDown { get; init; }

    /// <summary>A look has gone unanswered for <see cref="Timing.Hung"/>.</summary>
    public bool Hung { get; init; }
    public bool MarkerUnderWay { get; init; }

    /// <summary>In this life of mysqld and this epoch it was seen to, or is being; or it failed a moment ago.</summary>
    public bool EventsSeenTo { get; init; }

    /// <summary>Who was let in and locked out in this life of mysqld; null: nobody was yet.</summary>
    public ReplicationAccess? Access { get; init; }

    /// <summary>Setting the accounts failed a moment ago.</summary>
    public bool AccessHeldBack { get; init; }

    /// <summary>Forgetting the source of before failed a moment ago.</summary>
    public bool SourceHeldBack { get; init; }

    /// <summary>How many clones failed in a row.</summary>
    public int ClonesFailed { get; init; }

    /// <summary>Everything received when the demotion returned: what the target must hold.</summary>
    public GtidSet FinalSet { get; init; } = GtidSet.Empty;
}
