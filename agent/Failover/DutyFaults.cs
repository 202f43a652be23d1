namespace MySqlHa.Failover;

/// <summary>
/// Rules switched off one at a time, by tests only, to show that a checker notices. Always <see cref="None"/> in a running agent:
/// nothing outside the tests can set another value.
/// </summary>
public sealed record DutyFaults
{
    public static readonly DutyFaults None = new();

    public bool TrustReceiptsAfterReboot { get; init; }
    public bool PromoteBeforeApplied { get; init; }
    public bool KeepSurplus { get; init; }

    /// <summary>A node whose data was lost behind the opening of its epoch leads all the same.</summary>
    public bool LeadsWithLess { get; init; }
    public bool ArchiveNothing { get; init; }

    /// <summary>R10: a former leader's mysqld is started while the next epoch is on its way.</summary>
    public bool StartsBeforeSuccessor { get; init; }

    /// <summary>R10: the tail is cut though semi-sync was seen to be off.</summary>
    public bool KeepsTheNote { get; init; }

    /// <summary>R10: an epoch's first set is taken for known when it is not.</summary>
    public bool CutsByUnknown { get; init; }

    /// <summary>R10: what follows a rewind is not held against the leader's data.</summary>
    public bool ChecksNothing { get; init; }

    /// <summary>Members that are no ackers acknowledge too.</summary>
    public bool LearnersAcknowledge { get; init; }

    /// <summary>A leader locks nobody out.</summary>
    public bool LetEverybodyIn { get; init; }

    /// <summary>A leader whose epoch was closed promises without being killed first.</summary>
    public bool PromisesUnfenced { get; init; }

    /// <summary>R8: the next leader of a hand-over does not wait for the old one's last word.</summary>
    public bool LeadsWithoutWord { get; init; }

    /// <summary>A mysqld that led and reads read-only is taken for demoted, even where the statement may not have returned.</summary>
    public bool TrustsReadOnly { get; init; }

    /// <summary>No marker while clients wait for an acknowledgement.</summary>
    public bool NoMarkerForWaiters { get; init; }

    /// <summary>No marker for a follower whose receipts are in doubt.</summary>
    public bool NoMarkerForDoubt { get; init; }

    /// <summary>Clients are let in before a marker was acknowledged.</summary>
    public bool OpensBeforeMarker { get; init; }

    /// <summary>A new leader enables events only where it lets clients in, which one that followed had done before.</summary>
    public bool EventsOnlyAtTheDoor { get; init; }

    /// <summary>A new leader that followed is read from at once, whoever else has what it applied last.</summary>
    public bool ShowsUnsettled { get; init; }

    /// <summary>Who handed over follows only a leader whose epoch is established, however few can acknowledge its commits.</summary>
    public bool FollowsTheEstablished { get; init; }

    /// <summary>Who handed over trusts that those who are attached acknowledge.</summary>
    public bool WaitsForTheAttached { get; init; }

    /// <summary>A leader that somebody made read-only by hand stays so.</summary>
    public bool StaysReadOnly { get; init; }

    /// <summary>A leader that followed keeps its stopped receiving side.</summary>
    public bool KeepsSource { get; init; }

    /// <summary>A follower whose leader has purged what it lacks is not cloned.</summary>
    public bool IgnoresPurged { get; init; }

    /// <summary>R10: a node whose data was lost takes all of it from binary logs.</summary>
    public bool ReplaysWhatWasLost { get; init; }

    /// <summary>R13: mysqld is started in maintenance too.</summary>
    public bool StartsInMaintenance { get; init; }

    /// <summary>R13: a node's data is made anew though the cluster is paused.</summary>
    public bool ClonesWhilePaused { get; init; }

    /// <summary>R9: a leader whose commits wait for nobody takes its tail for unacknowledged, and cuts it.</summary>
    public bool RewindsAlone { get; init; }

    /// <summary>R8: a leader that hands over stops before the others' clients know.</summary>
    public bool StopsUnannounced { get; init; }
}
