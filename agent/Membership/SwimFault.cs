namespace MySqlHa.Membership;

/// <summary>Mistakes that tests switch on to see that they are found. None outside tests.</summary>
internal enum SwimFault
{
    None,

    /// <summary>An accused member does not object.</summary>
    NoRefutation,

    /// <summary>Nobody else is asked before a member is suspected.</summary>
    NoIndirectProbes,

    /// <summary>Suspects stay suspects.</summary>
    SuspicionNeverEnds,

    /// <summary>What was heard last is believed, however old it is.</summary>
    OldOverwritesNew,

    /// <summary>Confirmed members and seeds are never asked again.</summary>
    NoRejoin,

    /// <summary>Somebody else's incarnation is raised when it is suspected.</summary>
    RaisesOthersIncarnation,

    /// <summary>News is packed without a look at the size.</summary>
    IgnoresSize,

    /// <summary>Time that this node slept counts as the others' silence.</summary>
    CountsSleep,

    /// <summary>Somebody's word that a member is dead is taken as it is.</summary>
    BelievesHearsay,

    /// <summary>What a member says anew of itself is not taken from it.</summary>
    KeepsOldFacts,

    /// <summary>A restarted member keeps its low incarnation though others hold a higher one.</summary>
    ForgetsFormerLife,

    /// <summary>Each piece of news is sent once by each member, however many there are.</summary>
    TellsOnce,

    /// <summary>News of others is kept to oneself.</summary>
    PassesNothingOn,

    /// <summary>Whole tables are exchanged, whatever both hold.</summary>
    ComparesNothing,

    /// <summary>Every member asks each suspect in each period, however many members there are.</summary>
    AllHearSuspects,
}
