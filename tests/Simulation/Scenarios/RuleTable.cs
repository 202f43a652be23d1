using MySqlHa.Core;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>Rule → scenario → mutant → checker. The rules' names are those of docs/protocol.md.</summary>
internal static class RuleTable
{
    public static readonly IReadOnlyList<RuleRow> Rows =
    [
        new("R1", PromiseScenarios.KeptPromise, "promises are not kept on disk",
            new() { Core = new CoreFaults { ForgetPromises = true } }, "NothingLost"),
        new("R1", PromiseScenarios.FencedFirst, "a leader promises unfenced",
            new() { Duty = new DutyFaults { PromisesUnfenced = true } }, "NothingAddedLate"),
        new("R1", PromiseScenarios.ReceiverOff, "a promise only sets a variable",
            new() { Effects = new EffectFaults { KeepsReceiving = true } }, "NothingLost"),
        new("R1", PromiseScenarios.LateAcknowledgement, "the sets are read before the receiver is off",
            new() { Effects = new EffectFaults { ReadsSetsFirst = true } }, "NothingLost"),

        new("R1", MembershipScenarios.RecordLost, "a voter that lost its record is welcomed under its id",
            new() { Core = new CoreFaults { WelcomesForgetfulVoters = true } }, "NothingReadIsUndone"),

        new("R2", SuccessionScenarios.EnoughPromises, "promises from one acker less than needed",
            new() { Controller = new ControllerFaults { OnePromiseLess = true } }, "NothingLost"),
        new("R2", SuccessionScenarios.SecondFailover, "ackers are who promised, and only the closed epoch is covered",
            new() { Controller = new ControllerFaults { AckersArePromisers = true, CoversOnlyTheClosed = true } }, "NothingLost"),
        new("R2", SuccessionScenarios.TakenOverAtOnce, "a server that lets clients in counts as one whose commit was acknowledged",
            new() { Core = new CoreFaults { AdoptsForEstablished = true } }, "NothingLost"),
        new("R2", SuccessionScenarios.LateMarker, "a marker of whichever epoch establishes the one that is led",
            new() { Core = new CoreFaults { CountsLateMarkers = true } }, "NothingLost"),
        new("R2", SuccessionScenarios.DataLostAtOnce, "who lost its data leads the epoch that was opened for it",
            new() { Duty = new DutyFaults { LeadsWithLess = true } }, "NothingLost"),
        new("R2", SuccessionScenarios.AppliedFirst, "opened and promoted before the relay log is applied",
            new()
            {
                Controller = new ControllerFaults { OpenBeforeApplied = true },
                Duty = new DutyFaults { PromoteBeforeApplied = true },
            }, "NothingLost"),
        new("R2", SuccessionScenarios.PurgedLogs, "a follower that needs purged logs is not cloned",
            new() { Duty = new DutyFaults { IgnoresPurged = true } }, "MajorityLeads"),

        new("R5", MembershipScenarios.OnlyAckersAcknowledge, "who is no acker acknowledges too",
            new() { Duty = new DutyFaults { LearnersAcknowledge = true } }, "NothingLost"),

        new("R6", ReceiptScenarios.KeptRelayLog, "a full change of source purges what is not applied",
            new() { Effects = new EffectFaults { PurgesUnapplied = true } }, "NothingLost"),

        new("R7", ReceiptScenarios.DoubtfulReceipts, "receipts are trusted after a reboot",
            new() { Duty = new DutyFaults { TrustReceiptsAfterReboot = true } }, "NothingLost"),
        new("R7", ReceiptScenarios.AllLostLeaderLast, "a rebooted host's receipts count",
            new() { Controller = new ControllerFaults { CountDoubtful = true } }, "WaitsForProof"),
        new("R7", ReceiptScenarios.AllLostLeaderFirst, "a rebooted leader's own binary log does not count",
            new() { Controller = new ControllerFaults { DoubtsTheLeader = true } }, "MajorityLeads"),
        new("R7", ReceiptScenarios.WholeAgain, "no marker for receipts in doubt",
            new() { Duty = new DutyFaults { NoMarkerForDoubt = true } }, "MajorityLeads"),

        new("R8", SwitchoverScenarios.HangingDemotion, "a demotion is done when the variable reads 1",
            new() { Effects = new EffectFaults { DemotedByVariable = true } }, "NothingLost"),

        new("R8", SwitchoverScenarios.UnseenDemotion, "a mysqld that reads read-only is taken for demoted",
            new() { Duty = new DutyFaults { TrustsReadOnly = true } }, "NothingLost"),

        new("R8", SwitchoverScenarios.WordThatDoesNotCome, "who takes over does not wait for the last word",
            new() { Duty = new DutyFaults { LeadsWithoutWord = true } }, "OneWriter"),
        new("R8", SwitchoverScenarios.LastTransactions, "who takes over does not wait until all is applied",
            new() { Effects = new EffectFaults { TakesOverUnapplied = true } }, "NothingLost"),
        new("R8", SwitchoverScenarios.LostBeforeItsWord, "an epoch that was handed over proves what was before",
            new() { Controller = new ControllerFaults { TrustsHandOver = true } }, "NothingLost"),
        new("R8", SwitchoverScenarios.BackInAHandOver, "a tail is cut by a first set that is not known",
            new() { Duty = new DutyFaults { CutsByUnknown = true } }, "NothingCommittedIsCut"),

        new("R8", SwitchoverScenarios.DarkInAHandOver, "the leader before a hand-over is no witness of its epoch",
            new() { Controller = new ControllerFaults { DoubtsTheOlder = true } }, "MajorityLeads"),

        new("R8", SwitchoverScenarios.NeededAtOnce, "who handed over follows an established leader only",
            new() { Duty = new DutyFaults { FollowsTheEstablished = true } }, "Answered"),

        new("R8", SwitchoverScenarios.AttachedOnly, "who handed over waits for those that are attached",
            new() { Duty = new DutyFaults { WaitsForTheAttached = true } }, "Answered"),

        new("R8", SwitchoverScenarios.LastToHear, "who hands over stops unannounced",
            new() { Duty = new DutyFaults { StopsUnannounced = true } }, "Undisturbed"),

        new("R8", SwitchoverScenarios.OutOfPlace, "followers out of place are waited for",
            new() { Controller = new ControllerFaults { WaitsForPlaces = true } }, "Answered"),

        new("R1", SuccessionScenarios.AppliedAnew, "who promises leaves the applier off",
            new() { Effects = new EffectFaults { PromisesWithoutApplying = true } }, "MajorityLeads"),

        new("R9", SuccessionScenarios.MajorityLeads, "one acknowledgement is enough in five voters",
            new() { Controller = new ControllerFaults { OneAckOnly = true } }, "MajorityLeads"),

        new("R9", AloneScenarios.Alone, "one node alone takes its own tail for unacknowledged",
            new() { Duty = new DutyFaults { RewindsAlone = true } }, "NothingCommittedIsCut"),
        new("R9", AloneScenarios.NoPair, "a second voter before there is a third",
            new() { Controller = new ControllerFaults { PairsUp = true } }, "MajorityLeads"),
        new("R9", AloneScenarios.Grown, "new ackers are written into the epoch in which nobody had to acknowledge",
            new() { Controller = new ControllerFaults { ChangeAckersInPlace = true } }, "NothingLost"),

        new("R10", LeaderScenarios.StaysDown, "mysqld is started unasked",
            new() { Core = new CoreFaults { StartsUnasked = true } }, "StaysDown"),
        new("R10", LeaderScenarios.NothingReadEarly, "clients are let in before a marker",
            new() { Duty = new DutyFaults { OpensBeforeMarker = true } }, "NothingReadIsUndone"),
        new("R10", LeaderScenarios.UnsettledUnread, "a new leader is read from whoever else has what it applied",
            new() { Duty = new DutyFaults { ShowsUnsettled = true } }, "NothingReadIsUndone"),
        new("R12", LeaderScenarios.LostAcknowledgements, "where four markers wait no other is written",
            new() { Core = new CoreFaults { FewMarkers = true } }, "MajorityLeads"),
        new("R10", RewindScenarios.HostBack, "the tail is cut without an archive",
            new() { Effects = new EffectFaults { CutsUnarchived = true } }, "NothingSilent"),
        new("R10", RewindScenarios.HostBack, "more is cut than the next epoch lacks",
            new() { Effects = new EffectFaults { CutsTooMuch = true } }, "NothingCommittedIsCut"),
        new("R10", LeaderScenarios.NothingReadEarly, "what the epoch began with is cut",
            new() { Effects = new EffectFaults { CutsWhatItBeganWith = true } }, "NothingCommittedIsCut"),
        new("R10", RewindScenarios.MysqldBack, "mysqld is started before the next epoch is known",
            new() { Duty = new DutyFaults { StartsBeforeSuccessor = true } }, "Rewound"),
        new("R10", RewindScenarios.Interrupted, "a repeated rewind forgets its archive",
            new() { Effects = new EffectFaults { ForgetsArchives = true } }, "NothingSilent"),
        new("R10", RewindScenarios.SwitchedOff, "the tail is cut without the note",
            new() { Duty = new DutyFaults { KeepsTheNote = true } }, "NothingCommittedIsCut"),
        new("R10", RewindScenarios.SwitchedOff, "surplus is thrown away without an archive",
            new() { Duty = new DutyFaults { ArchiveNothing = true } }, "NothingSilent"),
        new("R10", RewindScenarios.Differing, "the data is not held against the leader's",
            new() { Duty = new DutyFaults { ChecksNothing = true } }, "Converges"),
        new("R10", RewindScenarios.FoundAfterStart, "nothing is looked at after the start",
            new() { Duty = new DutyFaults { KeepSurplus = true } }, "Converges"),
        new("R10", LeaderScenarios.NewIdentity, "a cloned server keeps its server_uuid",
            new() { Effects = new EffectFaults { KeepsServerUuid = true } }, "SameContent"),

        new("R10", CloneScenarios.DonorBehind, "a receiver skips its own server_id",
            new() { Effects = new EffectFaults { SkipsOwnServerId = true } }, "Converges"),
        new("R10", CloneScenarios.Interrupted, "lost data comes from binary logs alone",
            new() { Duty = new DutyFaults { ReplaysWhatWasLost = true } }, "Copied"),
        new("R10", CloneScenarios.Unseen, "lost data comes from binary logs alone, behind an agent's restart",
            new() { Duty = new DutyFaults { ReplaysWhatWasLost = true } }, "Copied"),
        new("R10", CloneScenarios.WaitedFor, "a receiver skips its own server_id, in an empty directory",
            new() { Effects = new EffectFaults { SkipsOwnServerId = true } }, "Answered"),

        new("R8", PlanScenarios.LeaderLost, "a plan outlives the leader that it was to replace",
            new() { Controller = new ControllerFaults { PlansOutliveLeaders = true } }, "Undisturbed"),
        new("R8", PlanScenarios.OnceOnly, "a planned switchover that began is still planned",
            new() { Controller = new ControllerFaults { KeepsBegunPlans = true } }, "Undisturbed"),

        new("R11", LeaderScenarios.QuickRestart, "a restarted agent forgets its lease",
            new() { Core = new CoreFaults { ForgetsLeaseAtRestart = true } }, "Undisturbed"),
        new("R11", LeaderScenarios.RestartAtOnce, "a restarted agent takes what it knows to be committed for all that is",
            new() { Core = new CoreFaults { TrustsAnOldLog = true } }, "Undisturbed"),
        new("R11", LeaderScenarios.FrozenAgent, "no guard",
            new() { Effects = new EffectFaults { NoGuard = true } }, "OneServing"),
        new("R11", LeaseScenarios.OldGuardFirst, "the next leader does not wait for the guard",
            new() { Core = new CoreFaults { GrantBesideGuard = true } }, "OneServing"),
        new("R11", LeaderScenarios.FrozenOpening, "no guard of what is about to be opened",
            new() { Effects = new EffectFaults { NoGuard = true } }, "NothingReadIsUndone"),
        new("R11", LeaderScenarios.FrozenGuard, "a promise only sets a variable",
            new() { Effects = new EffectFaults { KeepsReceiving = true } }, "NothingLost"),

        new("R12", LeaderScenarios.LostAcknowledgement, "no marker for clients that wait",
            new() { Duty = new DutyFaults { NoMarkerForWaiters = true } }, "Answered"),

        new("Writable", LeaderScenarios.ReadOnlyByHand, "a leader that somebody made read-only stays so",
            new() { Duty = new DutyFaults { StaysReadOnly = true } }, "MajorityLeads"),

        new("R13", WishScenarios.NotTheTagged, "tags do not count",
            new() { Controller = new ControllerFaults { IgnoresWishes = true } }, "WishesKept"),
        new("R13", WishScenarios.NothingLostForIt, "a leader tagged nofailover stays",
            new() { Controller = new ControllerFaults { IgnoresWishes = true } }, "WishesKept"),
        new("R13", WishScenarios.HigherFirst, "priorities do not count",
            new() { Controller = new ControllerFaults { IgnoresWishes = true } }, "WishesKept"),
        new("R13", WishScenarios.NoAcknowledgement, "who is tagged nosync is counted on",
            new() { Controller = new ControllerFaults { IgnoresWishes = true } }, "WishesKept"),
        new("R13", WishScenarios.NobodyElseLives, "who is tagged nosync never acknowledges",
            new() { Controller = new ControllerFaults { WaitsForTheDead = true } }, "MajorityLeads"),
        new("R13", WishScenarios.LeaderGone, "a lost leader counts as one that lives",
            new() { Controller = new ControllerFaults { CountsTheSilent = true } }, "MajorityLeads"),
        new("R13", WishScenarios.GoneAtOnce, "an epoch that cannot be established stands",
            new() { Controller = new ControllerFaults { StandsInVain = true } }, "MajorityLeads"),
        new("R13", VoteScenarios.AsWished, "wishes about votes do not count",
            new() { Controller = new ControllerFaults { IgnoresVoteWishes = true } }, "WishesKept"),
        new("R13", VoteScenarios.NotReady, "a vote is taken though nobody is ready to have it",
            new() { Controller = new ControllerFaults { GivesVotesEarly = true } }, "MajorityLeads"),
        new("R13", VoteScenarios.DeadForLong, "a dead voter keeps its vote",
            new() { Controller = new ControllerFaults { KeepsTheDead = true } }, "MajorityLeads"),
        new("R13", WishScenarios.LeaderMaintained, "a leader in maintenance stays",
            new() { Controller = new ControllerFaults { IgnoresWishes = true } }, "WishesKept"),
        new("R13", WishScenarios.LeftDown, "mysqld is started in maintenance",
            new() { Duty = new DutyFaults { StartsInMaintenance = true } }, "WishesKept"),
        new("R13", WishScenarios.Paused, "a lost leader is replaced in a pause",
            new() { Controller = new ControllerFaults { IgnoresPause = true } }, "NothingWhilePaused"),
        new("R13", WishScenarios.PausedPlan, "a plan begins in a pause",
            new() { Controller = new ControllerFaults { IgnoresPause = true } }, "NothingWhilePaused"),

        new("Data plane", DataPlaneScenarios.LeaderCutOff, "a leader that no mysqld reaches stays",
            new() { Controller = new ControllerFaults { StaysWhenCutOff = true } }, "MajorityLeads"),
        new("Data plane", DataPlaneScenarios.LeaderUnheard, "a leader whose mysqld is not heard stays",
            new() { Controller = new ControllerFaults { StaysWhenCutOff = true } }, "MajorityLeads"),
        new("Data plane", DataPlaneScenarios.MostCutOff, "a leader that too few reach stays",
            new() { Controller = new ControllerFaults { StaysWhenCutOff = true } }, "MajorityLeads"),
        new("Data plane", DataPlaneScenarios.NobodyBetter, "a leader is given up for one that nobody reaches either",
            new() { Controller = new ControllerFaults { LeavesForNobody = true } }, "Undisturbed"),
        new("Data plane", DataPlaneScenarios.OneFollowerCutOff, "a leader is given up for one follower's link",
            new() { Controller = new ControllerFaults { CutOffFromOne = true } }, "Undisturbed"),

        new("Leases", LeaseScenarios.OldLeaseFirst, "the next leader's lease does not wait for the old one's",
            new() { Core = new CoreFaults { GrantBesideOldLease = true } }, "OneWriter"),
        new("Leases", LeaseScenarios.FromTheQuestion, "the lease is counted from the answer",
            new() { Core = new CoreFaults { LeaseFromReply = true } }, "OneWriter"),
        new("Leases", LeaseScenarios.LongerLease, "a leader counts by its own lease",
            new() { Core = new CoreFaults { CountsByItsOwnLease = true } }, "OneWriter"),
        new("Leases", LeaseScenarios.ShorterLease, "a controller counts by its own lease",
            new() { Core = new CoreFaults { ControlsByItsOwnLease = true } }, "OneWriter"),
        new("Leases", LeaseScenarios.NewController, "a new controller forgets the old one's leases",
            new() { Core = new CoreFaults { NewControllerForgetsLeases = true } }, "OneWriter"),
        new("Leases", LeaseScenarios.AnnouncedAbsence, "only the controller remembers that an agent may be away",
            new() { Core = new CoreFaults { RestIsNotShared = true } }, "OneWriter"),
        new("Leases", LeaseScenarios.AbsenceReadAgain, "an agent that is restarted does not read of an absence again",
            new() { Core = new CoreFaults { ReplaysNoRests = true } }, "OneWriter"),
        new("Leases", LeaseScenarios.AbsenceIsOver, "an announced absence outlives its epoch",
            new() { Core = new CoreFaults { RestsOutliveEpochs = true } }, "MajorityLeads"),

        new("Late effects", SwitchoverScenarios.LateStatement, "the opening statement does not look at the lock",
            new() { Effects = new EffectFaults { OpensWithoutLock = true } }, "NothingLost"),
        new("Late effects", SwitchoverScenarios.StaleRequest, "a request is taken under any epoch",
            new() { Core = new CoreFaults { IgnoresSeenEpoch = true } }, "Undisturbed"),

        new("Fence", LeaderScenarios.KilledNotAsked, "mysqld is asked to shut down",
            new() { Effects = new EffectFaults { FencesByShutdown = true } }, "NothingLost"),
    ];

    /// <summary>Switches that no run of the simulation sets, and the test that does.</summary>
    public static readonly IReadOnlyDictionary<string, string> ShownByUnitTests = new Dictionary<string, string>
    {
        ["ControllerFaults.ForgetAdopted"] = "Failover/AdoptionTests",
        ["DutyFaults.ClonesWhilePaused"] = "Failover/WishesTests",
        ["ControllerFaults.RollsTheLeaderFirst"] = "Simulation/Scenarios/RollingScenarioTests",
        ["ControllerFaults.RollsBlindly"] = "Simulation/Scenarios/RollingScenarioTests",
        ["ControllerFaults.RollsOnUnsettled"] = "Simulation/Scenarios/RollingScenarioTests.Ends",
        ["ControllerFaults.RestartsTogether"] = "Simulation/Scenarios/SettingsScenarioTests",
        ["ControllerFaults.RollsOnBehindTheLost"] = "Simulation/Scenarios/RollingScenarioTests",
        ["CoreFaults.StartsAsAsked"] = "Simulation/Scenarios/SettingsScenarioTests",
    };

    /// <summary>Rules without a row: what they are about is not built, so nothing can go wrong with it.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotBuilt = new Dictionary<string, string>
    {
        ["R3"] = "(ackers, W) is constant within an epoch; MembershipTests has the mutant that changes them in the open one",
        ["R4"] = "(ackers, W) is constant within an epoch: an epoch's number is its version; see R3",
    };

    /// <summary>Parts of rules that have rows for the rest.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotBuiltInPart = new Dictionary<string, string>
    {
        ["R5"] = "a leaving node that is not locked out has its mutant in MembershipTests, under random faults",
        ["R8"] = "the next leader is armed as semi-sync source in the flip, not before: an armed one that loses its follower blocks its applier",
        ["R9"] = "W is at least 1 wherever more than one votes: there is no policy by which a commit needs nobody",
    };
}
