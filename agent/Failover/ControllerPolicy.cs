using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>All that the controller's decision may know.</summary>
public sealed record ControllerInput
{
    public required ClusterState State { get; init; }
    public required ImmutableSortedSet<NodeId> Voters { get; init; }

    /// <summary>The newest report of each member that is not too old to say something.</summary>
    public required ImmutableSortedDictionary<NodeId, MemberReport> Reports { get; init; }

    /// <summary>Nobody can hold a lease for the current epoch any more, as the controller counts.</summary>
    public required bool LeaseLapsed { get; init; }

    /// <summary>The founding members had time to report; those that did not are waited for no longer.</summary>
    public bool FoundingPatienceOver { get; init; }

    /// <summary>An operator wants the leader given up, whatever its state.</summary>
    public string FailoverAsked { get; init; } = "";

    /// <summary>An operator named the node that shall lead even if acknowledged commits are missing on it.</summary>
    public NodeId? LossAccepted { get; init; }

    /// <summary>Whom an operator would rather see lead, if that is as safe.</summary>
    public NodeId? Preferred { get; init; }

    /// <summary>The node that was meant to lead behind a closed epoch had time to promise and is waited for no longer.</summary>
    public bool WantedPatienceOver { get; init; } = true;

    /// <summary>Followers that are to get behind the next leader, or the next leader itself, had time enough.</summary>
    public bool PlacementPatienceOver { get; init; }

    /// <summary>In a switchover for which all is in place: clients had a moment to begin logging in with the next leader.</summary>
    public bool ClientsTold { get; init; } = true;

    /// <summary>The last switchover began long ago: one that nobody asked for may be tried again.</summary>
    public bool SwitchoverLongAgo { get; init; }

    /// <summary>The leader's mysqld has been out of reach for long, and another would do better (<see cref="DataPlane"/>).</summary>
    public bool DataCutPatienceOver { get; init; }

    /// <summary>Members that get the log and do not vote.</summary>
    public ImmutableSortedSet<NodeId> Learners { get; init; } = [];

    /// <summary>Learners that have the whole log, as far as the controller knows.</summary>
    public ImmutableSortedSet<NodeId> CaughtUp { get; init; } = [];

    /// <summary>Members that the ring has confirmed to be dead.</summary>
    public ImmutableSortedSet<NodeId> Dead { get; init; } = [];

    /// <summary>Nodes of no cluster that asked to join lately.</summary>
    public ImmutableArray<Newcomer> Newcomers { get; init; } = [];

    /// <summary>A departure has not come a step further for long.</summary>
    public bool LeavingPatienceOver { get; init; }

    /// <summary>Members whose mysqld an operator had told to restart, and that are not back yet.</summary>
    public ImmutableSortedSet<NodeId> Restarting { get; init; } = [];

    /// <summary>The controller itself.</summary>
    public NodeId Self { get; init; }

    /// <summary>Voters that are dead for so long that another should have their vote.</summary>
    public ImmutableSortedSet<NodeId> LongDead { get; init; } = [];

    /// <summary>The controller's node is alone on purpose.</summary>
    public bool Standalone { get; init; }

    /// <summary>How many shall vote, by the controller's own configuration: it counts where a cluster of one grows.</summary>
    public int VotersWanted { get; init; }

    /// <summary>How long this controller has known, by its own clock, that the plan is due; null: it is not.</summary>
    public TimeSpan? PlanDueFor { get; init; }

    /// <summary>How late it was by the wall clock when this controller came to it.</summary>
    public TimeSpan PlanFoundLate { get; init; }

    /// <summary>Wall clock, Unix milliseconds: for the history, and to plan by.</summary>
    public long WallClock { get; init; }
    public ControllerFaults Faults { get; init; } = ControllerFaults.None;
}

/// <summary>Who shall vote and who shall only get the log: one step from who does.</summary>
public sealed record VoterChange(ImmutableSortedSet<NodeId> Voters, ImmutableSortedSet<NodeId> Learners, Reason Why);

/// <summary>What the controller proposes (at most one command or change of voters at a time) and why it does not propose more.</summary>
public sealed record ControllerDecision(ClusterCommand? Proposal, ImmutableArray<Reason> Reasons)
{
    public VoterChange? Change { get; init; }

    /// <summary>Why another voter should be the controller; null: no reason.</summary>
    public Reason? HandOver { get; init; }

    public static ControllerDecision Propose(ClusterCommand command) => new(command, []);

    public static ControllerDecision Wait(params IEnumerable<Reason> reasons) => new(null, [.. reasons]);
}

/// <summary>
/// Who leads: a function of the replicated state and of what members report. Steps of a failover: close the epoch, gather promises,
/// open the next one with a promiser that holds everything those promises hold, note that it is established.
/// </summary>
public static class ControllerPolicy
{
    public static ControllerDecision Decide(ControllerInput seen)
    {
        if (seen.State.ClusterId.Length == 0)
        {
            return ControllerDecision.Wait();
        }

        if ((Archived(seen) ?? Wishes.Over(seen)) is { } housekeeping)
        {
            return ControllerDecision.Propose(housekeeping);
        }

        return seen.State.Current switch
        {
            null => FirstEpoch(seen),
            { Closed: true } closed => Succession.Decide(seen, closed),
            { } open => WatchOver(seen, open),
        };
    }

    /// <summary>Why a node that asks to join may not; null: it may, when its turn comes.</summary>
    public static Reason? JoinRefusal(ControllerInput seen, Newcomer newcomer) => MembershipPolicy.Refusal(seen, newcomer);

    /// <summary>Why a member cannot be removed now; empty: it can.</summary>
    public static ImmutableArray<Reason> RemoveRefusals(ControllerInput seen, NodeId node) => MembershipPolicy.RemoveRefusals(seen, node);

    private static ClusterCommand? Archived(ControllerInput seen)
    {
        var tail = seen.Reports.Values.Select(r => r.Archived)
            .FirstOrDefault(t => t is not null && !seen.State.Epochs.Any(e => e.Archived.Any(a => a.Node == t.Node && a.Path == t.Path)));
        return tail is null || seen.State.Current is null ? null : new RecordArchive(tail);
    }

    /// <summary>
    /// A founded cluster without an epoch: nothing was ever acknowledged. All are empty, or one brings data of its own: then that one
    /// leads and no other, and is waited for.
    /// </summary>
    private static ControllerDecision FirstEpoch(ControllerInput seen)
    {
        var ready = seen.Voters.Select(v => seen.Reports.GetValueOrDefault(v)).OfType<MemberReport>()
            .Where(r => r is { Mysqld: MysqldState.Running, Status: not null }).ToList();
        var majority = (seen.Voters.Count / 2) + 1;
        if (seen.State.Adopter is { } bringer && ready.All(r => r.Node != bringer))
        {
            // However long it takes: with any other leader the data it brings would be what has to go.
            var problem = seen.Reports.GetValueOrDefault(bringer) is not { } report
                ? " (not heard of)"
                : report.Problems.Where(p => p.Code is "adopt-refused" or "effect-failed").Select(p => $": {p.Text}").FirstOrDefault();
            return ControllerDecision.Wait(new Reason(
                "waiting-for-adoption", $"waiting for {seen.State.NameOf(bringer)} to take over the data that it brings{problem}"));
        }

        if (ready.Count < seen.Voters.Count && !(seen.FoundingPatienceOver && ready.Count >= majority))
        {
            return ControllerDecision.Wait(new Reason("waiting-for-mysqld", $"{ready.Count} of {seen.Voters.Count}: waiting for mysqld on the founding members"));
        }

        if (seen.State.Adopter is { } adopter)
        {
            return AdoptersEpoch(seen, adopter, ready);
        }

        var first = ready.Where(r => ready.All(o => r.Status!.Executed.Contains(o.Status!.Executed))).OrderBy(r => r.Node).FirstOrDefault();
        return first is null
            ? ControllerDecision.Wait(DataDiffers(seen, ready))
            : ControllerDecision.Propose(new OpenEpoch(NewEpoch(seen, 1, first, "first leader of a new cluster")));
    }

    private static ControllerDecision AdoptersEpoch(ControllerInput seen, NodeId adopter, IReadOnlyCollection<MemberReport> ready)
    {
        var first = ready.Single(r => r.Node == adopter);
        return ready.All(r => first.Status!.Executed.Contains(r.Status!.Executed))
            ? ControllerDecision.Propose(new OpenEpoch(NewEpoch(seen, 1, first, "the new cluster begins with the data that this node brought")))
            : ControllerDecision.Wait(DataDiffers(seen, ready));
    }

    private static Reason DataDiffers(ControllerInput seen, IReadOnlyCollection<MemberReport> ready)
    {
        var holders = ready.Where(r => !r.Status!.Executed.IsEmpty).Select(r => $"{seen.State.NameOf(r.Node)} holds {r.Status!.Executed}");
        return new Reason(
            "data-differs", $"founding members hold different data: {string.Join("; ", holders)}; empty the data directory of all but one");
    }

    private static ControllerDecision WatchOver(ControllerInput seen, EpochRecord open)
    {
        var leader = seen.Reports.GetValueOrDefault(open.Leader);
        var why = seen.FailoverAsked.Length > 0 ? seen.FailoverAsked
            : leader?.Released >= open.Number ? ReleaseReason(seen, open)
            : seen.LeaseLapsed ? "the leader was not heard of for a whole lease"
            : Placement.Failed(seen, open) ?? DataPlane.Failed(seen, open) ?? Wishes.StandsInVain(seen, open);
        if (why is not null)
        {
            // Paused or not, a switchover that an operator asked for is brought to an end; and a leader that let go for one, while that was
            // being dropped, cannot take it back.
            return seen.State.Paused && !seen.Faults.IgnoresPause && seen.FailoverAsked.Length == 0 && seen.State.Switchover?.Epoch != open.Number && seen.State.HandingOver() is null
                && !(leader is { Demoted: true } && leader.Released >= open.Number)
                ? ControllerDecision.Wait(new Reason("paused", $"{why}, but automatic failover is paused"))
                : ControllerDecision.Propose(new CloseEpoch(open.Number, why, seen.WallClock));
        }

        if (!open.Established && leader?.MarkerAcknowledged == open.Number)
        {
            return ControllerDecision.Propose(new EstablishEpoch(open.Number, leader.FirstSet));
        }

        // One of an earlier epoch is over, whoever leads now; it is forgotten when this epoch is established.
        if (seen.State.Switchover is { } switchover && switchover.Epoch == open.Number)
        {
            return leader?.SwitchoverProblem.Length > 0
                ? ControllerDecision.Propose(new DropSwitchover(switchover.Epoch, leader.SwitchoverProblem) { When = seen.WallClock })
                : !switchover.Behind.IsEmpty ? Placement.Watch(seen, open, switchover)
                : ControllerDecision.Wait(new Reason("switchover", "a switchover is under way"));
        }

        if ((PlanPolicy.Decide(seen, open) ?? Wishes.Decide(seen, open)) is { } appointment)
        {
            return ControllerDecision.Propose(appointment);
        }

        var membership = MembershipPolicy.Decide(seen, open);
        return membership with
        {
            Reasons = [.. WatchReasons(seen, open, leader), .. PlanPolicy.Waiting(seen), .. Wishes.Waiting(seen, open), .. membership.Reasons],
        };
    }

    private static string ReleaseReason(ControllerInput seen, EpochRecord open) =>
        seen.State.Switchover?.Epoch == open.Number ? seen.State.Switchover.Reason
        : seen.Reports.GetValueOrDefault(open.Leader) is { Demoted: true } ? "the leader had let go when the switchover was dropped"
        : seen.Reports.GetValueOrDefault(open.Leader) is { DiskFull: true } ? "the leader's disk is full"
        : seen.Reports.GetValueOrDefault(open.Leader) is { Unguarded: true } ? "the leader's guard is missing"
        : seen.Reports.GetValueOrDefault(open.Leader)?.Drilled == open.Number ? "a drill had the leader's mysqld killed"
        : seen.Reports.GetValueOrDefault(open.Leader)?.RestartedLeading == open.Number ? "an operator had the leader's mysqld restarted"
        : "the leader's mysqld died";

    private static IEnumerable<Reason> WatchReasons(ControllerInput seen, EpochRecord open, MemberReport? leader)
    {
        if (leader?.Status is { Writable: true } status && status.AttachedAckers < open.AcksNeeded)
        {
            var missing = open.Ackers.Where(a => seen.Reports.GetValueOrDefault(a)?.RoleEpoch != open.Number).Select(a => seen.State.NameOf(a));
            yield return new Reason("waiting-for-ackers",
                $"writes wait: {status.AttachedAckers} of {open.AcksNeeded} ackers attached; missing: {string.Join(", ", missing)}");
        }

        foreach (var cut in DataPlane.Reasons(seen, open))
        {
            yield return cut;
        }

        var able = open.Ackers.Count(a => seen.Reports.GetValueOrDefault(a) is { Mysqld: MysqldState.Running, ReceiptsInDoubt: false });
        if (able < open.PromisesNeeded)
        {
            yield return Alone.Of(seen) ?? new Reason("no-failover-possible", $"if the leader is lost now, only {able} of {open.PromisesNeeded} promises could be had");
        }
    }

    /// <summary>
    /// Why a switchover cannot start now; empty: it can. Checked again by the leader step by step, so a later loss only drops it.
    /// </summary>
    public static ImmutableArray<Reason> SwitchoverRefusals(ControllerInput seen, NodeId? target)
    {
        if (seen.State.Current is not { Closed: false } open)
        {
            return [new Reason("no-leader", "there is no leader to switch from")];
        }

        var reasons = ImmutableArray.CreateBuilder<Reason>();
        if (seen.State.Switchover is not null)
        {
            reasons.Add(new Reason("switchover-under-way", "a switchover is under way already"));
        }

        if (!open.Established)
        {
            reasons.Add(new Reason("not-established", "no commit of the current epoch was acknowledged yet"));
        }

        if (target == open.Leader)
        {
            reasons.Add(new Reason("leads-already", $"{seen.State.NameOf(open.Leader)} leads already"));
        }
        else if (target is { } node)
        {
            reasons.AddRange(TargetRefusals(seen, open, node));
        }

        var able = AbleFollowers(seen, open).Count();
        if (able < open.AcksNeeded || able == 0)
        {
            reasons.Add(new Reason("no-candidate", $"{able} followers are attached and able; a leader needs {Math.Max(1, open.AcksNeeded)} to acknowledge its commits"));
        }
        else if (SwitchoverTargets(seen).IsEmpty)
        {
            var unwanted = open.Ackers.Select(a => Wishes.AgainstLeading(seen, a)).OfType<Reason>().Select(r => r.Text);
            reasons.Add(new Reason("no-candidate", $"nobody else may lead: {string.Join("; ", unwanted)}"));
        }

        return reasons.ToImmutable();
    }

    /// <summary>How a switchover from the open epoch begins.</summary>
    /// <param name="target">Null: whoever is best.</param>
    public static StartSwitchover SwitchoverTo(ControllerInput seen, EpochRecord open, NodeId? target, string reason) =>
        Placement.Start(seen, open, target, reason);

    /// <summary>The members that a switchover from the open epoch could end with, in no order.</summary>
    public static ImmutableArray<NodeId> SwitchoverTargets(ControllerInput seen) => seen.State.Current is { Closed: false } open
        ? [.. open.Ackers.Where(a => TargetRefusals(seen, open, a).IsEmpty)]
        : [];

    /// <summary>Who could acknowledge the next leader's commits, or be that one if operators want so.</summary>
    internal static IEnumerable<NodeId> AbleFollowers(ControllerInput seen, EpochRecord open) =>
        open.Ackers.Where(a => seen.State.Leaving?.Node != a && FollowerRefusals(seen, open, a).IsEmpty);

    private static ImmutableArray<Reason> TargetRefusals(ControllerInput seen, EpochRecord open, NodeId node) =>
        Wishes.AgainstLeading(seen, node) is { } unwanted ? [unwanted]
        : !open.Ackers.Contains(node) ? [new Reason("not-an-acker", $"{seen.State.NameOf(node)} is no acker of epoch {open.Number}")]
        : seen.State.Leaving?.Node == node ? [new Reason("leaving", $"{seen.State.NameOf(node)} is leaving")]
        : FollowerRefusals(seen, open, node);

    /// <summary>Every reason why a member cannot be counted on as a follower of the epoch now; empty: it can.</summary>
    internal static ImmutableArray<Reason> FollowerRefusals(ControllerInput seen, EpochRecord open, NodeId node)
    {
        var name = seen.State.NameOf(node);
        if (seen.Reports.GetValueOrDefault(node) is not { } report)
        {
            return [new Reason("not-heard", $"{name} was not heard of")];
        }

        if (report.Mysqld != MysqldState.Running)
        {
            return [new Reason("mysqld-down", $"mysqld on {name} is {report.Mysqld.ToString().ToLowerInvariant()}")];
        }

        (bool Holds, Reason Reason)[] all =
        [
            (report.RoleEpoch != open.Number, new("not-attached", $"{name} does not follow epoch {open.Number}")),
            (report.ReceiptsInDoubt, new("in-doubt", $"the receipts of {name} are in doubt")),
            (report.Status is { ReceiverRunning: false }, new("not-receiving", $"{name} does not receive")),
            (report.Status is { ApplierRunning: false }, new("not-applying", $"{name} does not apply"
                + (report.Status is { ApplierError: { Length: > 0 } error } ? $": {error}" : ""))),
            (report.DiskFull, new("disk-full", $"the disk of {name} is full")),
            (report.Unguarded, new("unguarded", $"{name} has no guard")),
            (report.CatchingUp, new("catching-up", $"{name} does not have all yet that the leader had when it began to follow")),
            (report.Status is { LagSeconds: > 5 }, new("lag", $"{name} is {report.Status?.LagSeconds:0.0} s behind; at most 5 s")),
        ];
        return [.. all.Where(r => r.Holds).Select(r => r.Reason)];
    }

    internal static EpochRecord NewEpoch(ControllerInput seen, long number, MemberReport leader, string reason)
    {
        var ackers = Ackers(seen, leader.Node);
        return new EpochRecord
        {
            Number = number,
            Leader = leader.Node,
            ServerUuid = leader.Status!.ServerUuid,
            FirstSet = leader.Status.Executed,
            Ackers = ackers,
            AcksNeeded = AcksNeeded(seen, ackers),
            OpenReason = reason,
            OpenedAt = seen.WallClock,
            LeaseMilliseconds = leader.LeaseMilliseconds,
        };
    }

    /// <summary>
    /// All other voters but one that is leaving, for an epoch never counts on who may be gone before it ends; and those that operators want.
    /// </summary>
    internal static ImmutableSortedSet<NodeId> Ackers(ControllerInput seen, NodeId leader)
    {
        var voters = seen.Faults.AckersArePromisers && seen.State.Current is { Closed: true } closed ? Promisers(seen, closed.Number) : seen.Voters;
        var able = seen.State.Leaving is { } leaving && !seen.Faults.RemoveWithoutNewEpoch
            ? voters.Remove(leader).Remove(leaving.Node)
            : voters.Remove(leader);
        return Wishes.Acknowledging(seen, able);
    }

    /// <summary>W: with the leader itself, more than half of those that may complete a commit.</summary>
    internal static int AcksNeeded(ControllerInput seen, ImmutableSortedSet<NodeId> ackers) =>
        seen.Faults.OneAckOnly ? 1 : (ackers.Count + 1) / 2;

    private static ImmutableSortedSet<NodeId> Promisers(ControllerInput seen, long epoch) =>
        [.. seen.Voters.Where(v => seen.Reports.GetValueOrDefault(v)?.StandingPromise(epoch) is not null)];
}
