using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// What a node does with its own mysqld: a total function of what it knows. Safety does not rest on its being up to date: an
/// outdated node either lacks the lease (and is fenced) or serves an epoch whose ackers have promised to take nothing more.
/// </summary>
public static partial class DutyPolicy
{
    /// <summary>
    /// The next act. Fencing comes first: no other consideration may delay it, because another node may already be writable.
    /// </summary>
    public static DutyAct Decide(DutyInput seen)
    {
        if (Fencing.Decide(seen) is { } fence)
        {
            return fence;
        }

        if (Unreleased(seen) is { } release)
        {
            return release;
        }

        if (seen.Local.RemovedBecause.Length > 0)
        {
            return Removed(seen);
        }

        return seen.Mysqld switch
        {
            { Busy: true } => Hold("busy", "an earlier step on mysqld is under way"),
            { State: MysqldState.Absent } when seen.State.Members.ContainsKey(seen.Self) =>
                new DutyAct.Initialise(new Reason("initialise", seen.State.Adopter == seen.Self && seen.State.Current is null
                    ? "the data that this node brings is not taken over yet"
                    : "there is no data directory yet")),
            { State: MysqldState.Stopped } => StartIfAsked(seen),
            { State: MysqldState.Running, Status: not null } => AheadOfLog(seen) ?? Serve(seen),
            _ => Hold("mysqld-not-running", $"mysqld is {seen.Mysqld.State.ToString().ToLowerInvariant()}"),
        };
    }

    /// <summary>Its data is left alone: it may hold what somebody wants.</summary>
    private static DutyAct Removed(DutyInput seen) => seen.Mysqld.State is MysqldState.Running or MysqldState.Hung
        ? Kill("removed", $"this node was removed from the cluster: {seen.Local.RemovedBecause}")
        : Hold("removed", $"this node was removed from the cluster ({seen.Local.RemovedBecause}); mysqld stays down, its data stays. "
            + "With an empty directory the machine can join as a new node"
            + (seen.Host.Length > 0 ? $" (mysqlha add {seen.Host})" : ""));

    private static DutyAct? Unreleased(DutyInput seen)
    {
        var led = seen.Local.Led;
        if (led <= seen.Local.Released || seen.Mysqld.Busy)
        {
            return null;
        }

        var over = seen.Mysqld.State is MysqldState.Stopped or MysqldState.Absent
            || (seen.Faults.TrustsReadOnly && seen.Mysqld is { State: MysqldState.Running, Duty: MysqldDuty.None, Status.Writable: false });
        return over ? new DutyAct.Release(led, new Reason("released", $"the mysqld that led epoch {led} is gone")) : null;
    }

    private static DutyAct StartIfAsked(DutyInput seen) => seen switch
    {
        { Fresh: false } =>
            Hold("waiting-for-quorum", "mysqld stays down until a majority has told the current epoch"),
        { DiskFull: true } => Hold("disk-full", "mysqld stays down until the disk has room"),
        _ when seen.State.Maintenance.TryGetValue(seen.Self, out var maintenance) && !seen.Faults.StartsInMaintenance =>
            Hold("maintenance", $"in maintenance until {PlanPolicy.Text(maintenance.Until)}: mysqld is left down"),
        { Mysqld.HeldDown: true } => Hold("held-down", "mysqld died again soon after its start; it is held down for a while"),
        _ => Rewinding.Decide(seen) ?? new DutyAct.Start(new Reason("start", "a majority told the epochs")),
    };

    private static DutyAct Serve(DutyInput seen) => seen.State.Current switch
    {
        null => Hold("no-epoch", "no leader was chosen yet"),
        { Closed: true } closed => MakePromise(seen, closed),
        { } when (StopToHandOver(seen) ?? OpenAgain(seen)) is { } act => act,
        { } open when open.Leader == seen.Self => Lead(seen, open),
        { } open => FollowLeader(seen, open),
    };

    private static DutyAct MakePromise(DutyInput seen, EpochRecord closed)
    {
        var made = seen.Local.Promise;
        if (made is not null && made.Epoch >= closed.Number && made.BootId == seen.BootId && seen.Mysqld.Duty == MysqldDuty.Promised)
        {
            return Hold("promised", $"promised to take nothing more from epochs up to {closed.Number}; waiting for the next leader");
        }

        if ((seen.Mysqld.Duty == MysqldDuty.Demoted || (seen.Faults.PromisesUnfenced && seen.Mysqld.Duty == MysqldDuty.Leading))
            && seen.Local.Released < closed.Number)
        {
            return new DutyAct.Release(closed.Number, new Reason("released", "read-only for the switchover"));
        }

        return new DutyAct.MakePromise(closed.Number, ReceiptsNow(seen), new Reason("promise", $"epoch {closed.Number} is closed: {closed.CloseReason}"));
    }

    /// <summary>
    /// Whether something that this node acknowledged may be gone: the host was rebooted since the receiver ran, or the data was
    /// replaced. A relay log is in the page cache only (sync_relay_log defaults to 10000).
    /// </summary>
    private static Receipts ReceiptsNow(DutyInput seen) => seen.Local.Attachment switch
    {
        null => Receipts.Whole,
        { Receipts: Receipts.Whole } a when a.BootId == seen.BootId || seen.ReceiptsSurvivePowerLoss || seen.Faults.TrustReceiptsAfterReboot => Receipts.Whole,
        { Receipts: Receipts.Whole } => Receipts.Doubtful,
        { } a => a.Receipts,
    };

    private static DutyAct Lead(DutyInput seen, EpochRecord open)
    {
        var mysqld = seen.Mysqld;
        if (seen.Local.Released >= open.Number)
        {
            return Hold("released", $"led epoch {open.Number} and gave it up; waiting for it to be closed");
        }

        if (mysqld.Duty == MysqldDuty.Leading && mysqld.DutyEpoch == open.Number)
        {
            return ServeAsLeader(seen, open);
        }

        if (mysqld.Duty == MysqldDuty.Demoted)
        {
            return FinishSwitchover(seen, open);
        }

        GtidSet? last = null;
        if (seen.State.HandingOver() is { } before && !seen.Faults.LeadsWithoutWord)
        {
            if (seen.Reports.GetValueOrDefault(before.Leader)?.Final is not { } word || word.Epoch != before.Number)
            {
                return Hold("waiting-for-last-word", $"{seen.State.NameOf(before.Leader)} has not said yet with what it ends epoch {before.Number}");
            }

            last = word.Set;
        }
        else if (LacksFirstSet(seen, open) is { } lost)
        {
            return lost;
        }
        else if (!mysqld.Status!.AllApplied && !seen.Faults.PromoteBeforeApplied)
        {
            return Hold("applying", "what was received is still being applied");
        }

        if (seen.Unguarded)
        {
            return Hold("unguarded", $"epoch {open.Number} is open for this node, but its guard is missing: it does not begin to lead");
        }

        return seen.LeaseHeld
            ? new DutyAct.Promote(
                open.Number,
                open.AcksNeeded,
                ReplicationAccess.Of(seen, open),
                new Reason("promote", $"epoch {open.Number} is open for this node and the lease is held"))
            {
                After = last,
                ClosedToClients = !Settled(seen, open, last),
            }
            : Hold("waiting-for-lease", $"epoch {open.Number} is open for this node; waiting for the lease");
    }

    private static DutyAct ServeAsLeader(DutyInput seen, EpochRecord open)
    {
        var status = seen.Mysqld.Status!;
        if (seen.State.Switchover is { Behind.IsEmpty: true } switchover && switchover.Epoch == open.Number)
        {
            return new DutyAct.Demote(open.Number, new Reason("switchover", switchover.Reason));
        }

        if (Rewinding.IsOver(seen, status))
        {
            return new DutyAct.ForgoRewind(new Reason("semi-sync-off", "semi-sync was switched off here by somebody else"));
        }

        var access = ReplicationAccess.Of(seen, open);
        // Where enough are attached, clients come first; where not, some may be standing before a locked door.
        var clientsFirst = !seen.MarkerAcknowledged || status.OfflineMode;
        if (access != seen.Mysqld.Access && !seen.Mysqld.AccessHeldBack && !(clientsFirst && status.AttachedAckers >= open.AcksNeeded))
        {
            return new DutyAct.SetAccess(access, new Reason("access", $"{access.LetIn.Count} members may replicate from here"));
        }

        if (!seen.MarkerAcknowledged && OthersCloneFirst(seen, open, status))
        {
            return Hold("leading", $"leading epoch {open.Number}; the others are cloned from here first:"
                + $" {status.AttachedAckers} of {open.AcksNeeded} ackers attached");
        }

        if (!seen.MarkerAcknowledged && !seen.Mysqld.MarkerUnderWay)
        {
            return new DutyAct.Mark(open.Number, new Reason("marker", "the epoch is not established yet"));
        }

        if ((seen.MarkerAcknowledged || seen.Faults.OpensBeforeMarker) && status.OfflineMode)
        {
            return new DutyAct.OpenToClients(new Reason("open", $"a commit of epoch {open.Number} was acknowledged by {open.AcksNeeded}"));
        }

        if (seen.MarkerAcknowledged && !seen.Mysqld.EventsSeenTo && !seen.Faults.EventsOnlyAtTheDoor)
        {
            return new DutyAct.EnableEvents(new Reason("events", "the events that the leader before ran are run here"));
        }

        if (seen.MarkerAcknowledged && status.SourceHost.Length > 0 && !seen.Mysqld.SourceHeldBack && !seen.Faults.KeepsSource)
        {
            return new DutyAct.ForgetSource(new Reason("forget-source", $"the source of before, {status.SourceHost}, is forgotten"));
        }

        if (!seen.Mysqld.MarkerUnderWay && seen.Reports.Values.FirstOrDefault(r => WantsMarker(seen, open, r)) is { } doubtful)
        {
            return new DutyAct.Mark(open.Number, new Reason("marker", $"the receipts of {seen.State.NameOf(doubtful.Node)} are in doubt until it holds a new commit"));
        }

        if (status is { WaitingSessions: > 0, AttachedAckers: > 0 } && !seen.Faults.NoMarkerForWaiters)
        {
            // R12: MySQL never repeats an acknowledgement that was lost with its connection; a later one completes the earlier commits.
            return new DutyAct.Mark(open.Number, new Reason("marker", $"{status.WaitingSessions} sessions wait for an acknowledgement"));
        }

        return Hold("leading", status.AttachedAckers < open.AcksNeeded
            ? $"leading epoch {open.Number}; writes wait: {status.AttachedAckers} of {open.AcksNeeded} ackers attached"
            : $"leading epoch {open.Number}");
    }

    private static DutyAct FinishSwitchover(DutyInput seen, EpochRecord open)
    {
        if (seen.State.Switchover is not { } switchover || switchover.Epoch != open.Number)
        {
            return seen.LeaseHeld
                ? new DutyAct.Promote(open.Number, open.AcksNeeded, ReplicationAccess.Of(seen, open), new Reason("switchover-dropped", "the switchover was dropped; leading on"))
                : Hold("waiting-for-lease", "the switchover was dropped; waiting for the lease");
        }

        if (switchover.Target == seen.Self)
        {
            // Every commit is complete, so its own promise is enough; and should it be lost now, those of its ackers are.
            return new DutyAct.Release(open.Number, new Reason("released", "read-only, to lead the next epoch with other ackers"));
        }

        var final = seen.Mysqld.FinalSet;
        // Applied, not only received: the next leader could not be opened before, and the old one would be instead.
        var holders = seen.Reports.Values.Where(r => r.Node != seen.Self && open.Ackers.Contains(r.Node)
            && (switchover.Target is null || switchover.Target == r.Node) && r.Status is { } s && s.Executed.Contains(final));
        return holders.Any()
            ? new DutyAct.Release(open.Number, new Reason("released", "read-only, and the next leader holds every commit"))
            : Hold("switchover-catching-up", "read-only for the switchover; waiting until the next leader holds every commit");
    }

    private static DutyAct FollowLeader(DutyInput seen, EpochRecord open)
    {
        var mysqld = seen.Mysqld;
        var status = mysqld.Status!;
        var leader = seen.Reports.GetValueOrDefault(open.Leader);
        if (mysqld.Duty == MysqldDuty.Following && mysqld.DutyEpoch == open.Number)
        {
            return StayAttached(seen, open, status, leader);
        }

        if (seen.Local.Promise is { } promise && promise.Epoch >= open.Number)
        {
            return Hold("promised", $"promised to take nothing from epoch {open.Number}");
        }

        // A node that missed the closing may still receive from the old leader: what it holds is only known once that has stopped.
        // And who is no acker promises in any case: before that the leader does not let it in.
        // Who receives from this leader already, since before the hand-over, takes nothing from the one before.
        var inPlace = open.HandedOver && status.ReceiverRunning && open.Ackers.Contains(seen.Self) && IsSource(seen, open.Leader, status);
        var owesPromise = !open.Ackers.Contains(seen.Self) && (seen.Local.Promise?.Epoch ?? -1) < open.Number - 1;
        if (owesPromise || (mysqld.Duty != MysqldDuty.Promised && !inPlace && (status.ReceiverRunning || status.ReceiverConnecting)))
        {
            return new DutyAct.MakePromise(open.Number - 1, ReceiptsNow(seen), new Reason("promise", $"epoch {open.Number} is open; taking nothing more from earlier ones"));
        }

        // After a rewind as after any start: before the receiver starts, what this node holds must be history: the epoch's first
        // set, and what this very leader committed since (its server_uuid is never reused for other transactions: a node that lost a
        // tail gets a new one).
        if (open.FirstSetUnknown && !Leads(leader, open))
        {
            return Hold("waiting-for-leader", $"{seen.State.NameOf(open.Leader)} takes over epoch {open.Number} and does not lead yet");
        }

        if ((mysqld.Duty == MysqldDuty.Demoted || inPlace) && LeavesTheFirstCommitAlone(seen, open, leader))
        {
            // Others acknowledge it: at once, or they only count as attached (MySQL counts a receiver as long as TCP holds it for there).
            return Hold("waiting-for-first-commit", $"{seen.State.NameOf(open.Leader)} leads epoch {open.Number} with all the acknowledgements that it needs");
        }

        var first = open.FirstSetUnknown ? leader!.Status!.Executed : open.FirstSet;
        var extra = status.Holds.Minus(first).WithoutServer(open.ServerUuid);
        if (!extra.IsEmpty && !seen.Faults.KeepSurplus)
        {
            return Reseed(seen, open, extra, new Reason("surplus", $"holds transactions that the leader never had: {extra}"));
        }

        if (status.Holds.IsEmpty && leader?.Status?.Executed.IsEmpty == false && (seen.Local.Joined || MayWaitForAClone(seen, open, leader)))
        {
            return Reseed(seen, open, GtidSet.Empty, seen.Local.Joined
                ? new Reason("new", "a new node starts with a copy of the cluster's data")
                : new Reason("lost", "this node's data was lost or its making anew was interrupted: it starts with a copy of the cluster's data"));
        }

        if (leader?.Status is { } theirs && leader.RoleEpoch == open.Number && !status.Executed.Contains(theirs.Purged)
            && !seen.Faults.IgnoresPurged)
        {
            return Reseed(seen, open, GtidSet.Empty, new Reason("purged", "the leader no longer has the binary logs that this node needs"));
        }

        return new DutyAct.Follow(open.Number, open.Leader, Acknowledges(seen, open), NextAttachment(seen, open), new Reason("follow", $"epoch {open.Number} is led by {seen.State.NameOf(open.Leader)}"));
    }

    /// <summary>Receipts stay whole within one boot; a new boot, or doubt from before, makes them doubtful until <see cref="StayAttached"/> finds them complete.</summary>
    private static Attachment NextAttachment(DutyInput seen, EpochRecord open) => new(open.Number, seen.BootId, ReceiptsNow(seen));

    /// <summary>R5: only an acker of the epoch acknowledges.</summary>
    private static bool Acknowledges(DutyInput seen, EpochRecord open) => open.Ackers.Contains(seen.Self) || seen.Faults.LearnersAcknowledge;

    private static DutyAct StayAttached(DutyInput seen, EpochRecord open, MysqldStatus status, MemberReport? leader)
    {
        if (seen.ReinitAsked)
        {
            return Reseed(seen, open, GtidSet.Empty, new Reason("reinit", "an operator asked for this node's data to be made anew"));
        }

        if (!status.ReceiverRunning && seen.State.Maintenance.TryGetValue(seen.Self, out var maintenance) && !seen.Faults.StartsInMaintenance)
        {
            return Hold("maintenance", $"in maintenance until {PlanPolicy.Text(maintenance.Until)}: replication is left as it is");
        }

        // The source has purged binary logs that this node needs. MySQL says so with 1236 (ER_SOURCE_FATAL_ERROR_READING_BINLOG), and since
        // 8.0.22 with 13114, which has other causes too: then the sets decide.
        var purged = status.ReceiverErrorNumber == 1236
            || (leader?.Status is { } source && leader.RoleEpoch == open.Number && !status.Holds.Contains(source.Purged));
        if (!status.ReceiverRunning && purged && IsSource(seen, open.Leader, status) && !seen.Faults.IgnoresPurged)
        {
            return Reseed(seen, open, GtidSet.Empty, new Reason("purged", $"the leader cannot serve what this node needs: {status.ReceiverError}"));
        }

        // The leader began a commit after it saw this receiver attached, and this node holds it. A receiver gets transactions in order,
        // so it holds all that came before: everything it ever acknowledged, to this leader or to an earlier one.
        if (seen.Local.Attachment is { Receipts: not Receipts.Whole } mine && mine.Epoch == open.Number
            && leader is { Leading: true, Status: { } theirs } && leader.RoleEpoch == open.Number
            && leader.MarkedAfter.GetValueOrDefault(seen.Self) >= seen.AttachedAt && status.Holds.Contains(theirs.Executed))
        {
            return new DutyAct.BecomeWhole(mine with { Receipts = Receipts.Whole }, new Reason("whole", "everything ever acknowledged is here again"));
        }

        if (DataCheck.Decide(seen, open, status, leader) is { } found)
        {
            return found;
        }

        if (seen.DifferenceStands && seen.Local.Unchecked == LocalRecord.Rewound && !seen.Faults.ChecksNothing)
        {
            var why = new Reason("differs", "its data differs from the leader's though the transactions are the same");
            return Reseed(seen, open, GtidSet.Empty, why);
        }

        // A statement of an earlier agent may have moved the receiver since; and a switchover does so on purpose.
        var from = SourceIn(seen, open);
        var elsewhere = status.SourceHost.Length > 0 && !IsSource(seen, from, status);
        return elsewhere || (!status.ReceiverRunning && !status.ReceiverConnecting)
            ? new DutyAct.Follow(open.Number, from, Acknowledges(seen, open), seen.Local.Attachment!,
                from != open.Leader ? new Reason("behind", $"{from} is to lead next, and this node to follow it")
                : new Reason("receiver-stopped", elsewhere ? $"the receiver was at {status.SourceHost}" : $"the receiver stopped: {status.ReceiverError}"))
            : Hold("following", $"following {from} in epoch {open.Number}");
    }

    /// <summary>The leader; or, before a switchover, who leads next.</summary>
    private static NodeId SourceIn(DutyInput seen, EpochRecord open) =>
        seen.State.Switchover is { Target: { } next } switchover && switchover.Epoch == open.Number && switchover.Behind.Contains(seen.Self)
            ? next
            : open.Leader;

    private static bool IsSource(DutyInput seen, NodeId from, MysqldStatus status) =>
        !seen.State.Members.TryGetValue(from, out var member) || status.SourceHost == member.Address.Host;

    private static DutyAct.Hold Hold(string code, string text) => new(new Reason(code, text));

    private static DutyAct.Kill Kill(string code, string text) => new(new Reason(code, text));
}
