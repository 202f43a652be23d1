using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>A member of the cluster: part of the replicated state.</summary>
public sealed record MemberInfo(NodeId Id, string Name, NodeAddress Address)
{
    /// <summary>As its agent reported them last; none too where an older agent wrote the state.</summary>
    public NodeTags Tags { get => field ?? NodeTags.None; init; }

    /// <summary>Whether operators wish it to vote; null: they wished nothing, or an older agent wrote the state.</summary>
    public bool? Votes { get; init; }
}

/// <summary>
/// A planned change of leader under way. <paramref name="Target"/> null: whoever is best; the leader itself: only the ackers change.
/// </summary>
public sealed record Switchover(long Epoch, NodeId? Target, string Reason)
{
    /// <summary>Nobody asked for this target: another will do where it cannot.</summary>
    public bool Chosen { get; init; }

    /// <summary>R8: ackers that receive from the target already while the old leader serves on; none: the old leader stops first.</summary>
    public ImmutableSortedSet<NodeId> Behind { get => field ?? []; init; }

    /// <summary>The plan that it carries out; null: it was asked for at once.</summary>
    public PlannedSwitchover? Plan { get; init; }
}

/// <summary>A voter on its way out of the ackers, then of the voters.</summary>
/// <param name="Stays">It remains a member that follows without a vote; else it is removed for good.</param>
public sealed record Departure(NodeId Node, bool Stays, string Reason);

/// <summary>A node that was a member and never will be again: a machine that comes back to the cluster does so with a new id.</summary>
public sealed record RemovedMember(NodeId Id, string Name, string Host, string Reason, long At);

/// <summary>
/// One MySQL leader's time: the fencing token and what is needed to end it safely. (Ackers, W) is constant within an epoch:
/// a change of either goes through a new epoch, so that no barrier inside one is needed (rules R3 and R4).
/// </summary>
public sealed record EpochRecord
{
    public required long Number { get; init; }
    public required NodeId Leader { get; init; }
    public required string ServerUuid { get; init; }

    /// <summary>All that the leader held, applied, when the epoch was opened; or, handed over, when it became writable.</summary>
    public required GtidSet FirstSet { get; init; }

    /// <summary>
    /// Opened while its predecessor's leader still served (<see cref="HandOver"/>): that its leader holds all that was acknowledged
    /// before is only known when it became writable.
    /// </summary>
    public bool HandedOver { get; init; }

    /// <summary><see cref="FirstSet"/> is not known, or not yet.</summary>
    public bool FirstSetUnknown { get; init; }

    /// <summary>Whose semi-sync acknowledgement may complete a commit; voters only.</summary>
    public required ImmutableSortedSet<NodeId> Ackers { get; init; }

    /// <summary>W: how many of them a commit needs.</summary>
    public required int AcksNeeded { get; init; }

    /// <summary>W ackers acknowledged a commit of this epoch (R2): earlier epochs matter no more.</summary>
    public bool Established { get; init; }
    public bool Closed { get; init; }
    public required string OpenReason { get; init; }
    public string CloseReason { get; init; } = "";

    /// <summary>Unix milliseconds by the proposing controller's wall clock; for people only.</summary>
    public required long OpenedAt { get; init; }
    public long ClosedAt { get; init; }
    public ImmutableArray<ArchivedTail> Archived { get; init; } = [];

    /// <summary>For how long the leader's agent was allowed to be away (<see cref="RestLeader"/>), in milliseconds; 0: it was not, or it is over.</summary>
    public int RestMilliseconds { get; init; }

    /// <summary>
    /// What its leader was configured with when it was opened, in milliseconds: its leases last no longer, and every controller waits so
    /// long for them, whatever either is configured with by then. Null: an older agent opened it, and each goes by its own.
    /// </summary>
    public int? LeaseMilliseconds { get; init; }

    /// <summary>How long the change to this epoch took; null: nobody saw it, or not yet.</summary>
    public EpochPhases? Phases { get; init; }

    /// <summary>Planned switchovers that were dropped in this epoch, oldest first; empty too where an older agent wrote it.</summary>
    public ImmutableArray<DroppedPlan> PlansDropped { get => field.IsDefault ? [] : field; init; }

    /// <summary>
    /// Promises that are enough: fewer than this many ackers cannot have completed a commit by themselves,
    /// so every acknowledged transaction is held by one of these.
    /// </summary>
    public int PromisesNeeded => Ackers.Count - AcksNeeded + 1;
}

/// <summary>
/// The replicated state: small, immutable, changed only by <see cref="ClusterCommand"/>s in log order, so equal on all nodes at equal index.
/// </summary>
public sealed record ClusterState
{
    /// <summary>Epochs kept for the history. Those back to the last established one are kept whatever their number.</summary>
    public const int HistoryLimit = 200;

    /// <summary>Dropped plans that an epoch remembers.</summary>
    public const int DroppedPlansLimit = 16;

    /// <summary>Requests of operators that are remembered.</summary>
    public const int AuditLimit = 200;

    /// <summary>Removed members that are remembered, so that they are told.</summary>
    public const int RemovedLimit = 64;

    public static readonly ClusterState Empty = new();

    public string ClusterId { get; init; } = "";
    public ImmutableSortedDictionary<NodeId, MemberInfo> Members { get; init; } = ImmutableSortedDictionary<NodeId, MemberInfo>.Empty;

    /// <summary>A node as people know it: its name and address; of who is no member, the beginning of its id.</summary>
    public string NameOf(NodeId node) => Members.TryGetValue(node, out var member) ? $"{member.Name} ({member.Address.Host})" : node.Short;

    /// <summary>The founding member whose own data the cluster begins with: it alone may lead the first epoch. Null: all began empty.</summary>
    public NodeId? Adopter { get; init; }

    /// <summary>Oldest first; the last one is current.</summary>
    public ImmutableArray<EpochRecord> Epochs { get; init; } = [];
    public bool Paused { get; init; }
    public Switchover? Switchover { get; init; }

    /// <summary>The one switchover that is to come.</summary>
    public PlannedSwitchover? Plan { get; init; }

    /// <summary>How many members shall vote; 0: as many as do.</summary>
    public int VotersTarget { get; init; }

    /// <summary>The one member that is on its way out.</summary>
    public Departure? Leaving { get; init; }

    /// <summary>Why the last departure was dropped; empty: it was not.</summary>
    public string LeavingDropped { get => field ?? ""; init; }

    /// <summary>Empty too where an older agent wrote the state, which knew none.</summary>
    public ImmutableSortedDictionary<NodeId, RemovedMember> Removed
    {
        get => field ?? ImmutableSortedDictionary<NodeId, RemovedMember>.Empty;
        init;
    }

    /// <summary>Nodes that operators work on; empty too where an older agent wrote the state.</summary>
    public ImmutableSortedDictionary<NodeId, Maintenance> Maintenance
    {
        get => field ?? ImmutableSortedDictionary<NodeId, Maintenance>.Empty;
        init;
    }

    /// <summary>What every mysqld of the cluster is set to; none too where an older agent wrote the state.</summary>
    public ClusterSettings Settings { get => field ?? ClusterSettings.None; init; }

    /// <summary>The last rolling restart; null: there was none, or an older agent wrote the state.</summary>
    public RollingRestart? Rolling { get; init; }

    /// <summary>Why the last switchover was dropped; empty: it was not.</summary>
    public string SwitchoverDropped { get; init; } = "";

    /// <summary>What operators asked for, oldest first; empty too where an older agent wrote the state.</summary>
    public ImmutableArray<AuditEntry> Audit { get => field.IsDefault ? [] : field; init; }

    public EpochRecord? Current => Epochs.IsEmpty ? null : Epochs[^1];

    /// <summary>The open epoch of this leader, if that is the current one.</summary>
    public bool IsOpenFor(NodeId leader, long epoch) => Current is { Closed: false } current && current.Leader == leader && current.Number == epoch;

    /// <summary>
    /// The epochs whose acknowledged commits the next leader must be shown to hold (R2): the current one, and every
    /// one before it back to the last established.
    /// </summary>
    public IEnumerable<EpochRecord> EpochsToCover()
    {
        for (var i = Epochs.Length - 1; i >= 0; i--)
        {
            yield return Epochs[i];
            if (Epochs[i].Established)
            {
                yield break;
            }
        }
    }

    /// <summary>The epoch that the current one took over from, as long as that may not have come to its end; else null.</summary>
    public EpochRecord? HandingOver() =>
        Current is { Closed: false, HandedOver: true, Established: false } && Epochs.Length > 1 ? Epochs[^2] : null;

    /// <summary>The state after a command. A command that no longer fits (a stale epoch, a doubled proposal) changes nothing.</summary>
    public ClusterState Apply(ClusterCommand command) => command switch
    {
        OpenEpoch open => Open(open),
        CloseEpoch close => Current is { Closed: false } current && current.Number == close.Epoch
            ? WithCurrent(current with { Closed = true, CloseReason = close.Reason, ClosedAt = close.At })
            : this,
        EstablishEpoch establish => Current is { Closed: false, Established: false } current && current.Number == establish.Epoch
            ? WithCurrent(Establish(current, establish.FirstSet)) with { Switchover = null }
            : this,
        HandOver hand => HandOverTo(hand),
        AbandonPlacement abandon => Switchover is { } s && s.Epoch == abandon.Epoch ? this with { Switchover = s with { Target = s.Chosen ? null : s.Target, Behind = [] } } : this,
        SetPaused pause => this with { Paused = pause.Paused },
        StartSwitchover start => Current is { Closed: false } current && current.Number == start.Epoch && Switchover is null
            && (start.Plan is null || start.Plan == Plan)
            ? this with
            {
                Switchover = new Switchover(start.Epoch, start.Target, start.Reason) { Chosen = start.Chosen, Behind = start.Behind, Plan = start.Plan },
                SwitchoverDropped = "",
                Plan = start.Plan == Plan ? null : Plan,
            }
            : this,
        DropSwitchover drop => Switchover?.Epoch == drop.Epoch ? WithoutSwitchover(drop) : this,
        PlanSwitchover plan => Plan is null && Current is { Closed: false } current && current.Leader == plan.Plan.From
            ? this with { Plan = plan.Plan }
            : this,
        DropPlan drop => WithoutPlan(drop),
        NotePhases note => Current is { Closed: false, Phases: null } current && current.Number == note.Epoch
            ? WithCurrent(current with { Phases = note.Phases })
            : this,
        NoteRequest note => Note(note.Entry),
        NoteAnswer note => Answered(note),
        RecordArchive record => RecordTail(record.Tail),
        SetMember set => Members.ContainsKey(set.Member.Id) ? this with { Members = Members.SetItem(set.Member.Id, set.Member) } : this,
        AdmitMember admit => Members.ContainsKey(admit.Member.Id) || Removed.ContainsKey(admit.Member.Id)
            ? this
            : this with { Members = Members.SetItem(admit.Member.Id, admit.Member) },
        SetVotersTarget target => this with { VotersTarget = target.Count },
        StartLeaving start => Leaving is null && Members.ContainsKey(start.Departure.Node)
            ? this with { Leaving = start.Departure, LeavingDropped = "" }
            : this,
        EndLeaving end => Leaving?.Node == end.Node ? Left(Leaving, end.At) : this,
        DropLeaving drop => Leaving?.Node == drop.Node ? this with { Leaving = null, LeavingDropped = drop.Reason } : this,
        RestLeader rest => Current is { Closed: false } current && current.Number == rest.Epoch
            ? WithCurrent(current with { RestMilliseconds = rest.Milliseconds })
            : this,
        BeginMaintenance begin => Members.ContainsKey(begin.Node)
            ? this with { Maintenance = Maintenance.SetItem(begin.Node, begin.Maintenance) }
            : this,
        EndMaintenance end => Maintenance.TryGetValue(end.Node, out var maintenance) && maintenance.Until == end.Until
            ? this with { Maintenance = Maintenance.Remove(end.Node) }
            : this,
        ChangeSettings change => Settings.With(change) is { } changed ? this with { Settings = changed } : this,
        SetRolling { Next: var next } => next.Revision != (Rolling?.Revision ?? 0) + 1 ? this
            : (this with { Rolling = next }).Answered(next.End is { } end ? new NoteAnswer(next.Via, next.Call, next.At, end) : null),
        _ => throw new InvalidOperationException($"the replicated state knows no command {command.GetType().Name}"),
    };

    private ClusterState Left(Departure departure, long at)
    {
        if (departure.Stays || !Members.TryGetValue(departure.Node, out var member))
        {
            return this with { Leaving = null };
        }

        var removed = Removed.SetItem(member.Id, new RemovedMember(member.Id, member.Name, member.Address.Host, departure.Reason, at));
        var oldest = removed.Values.OrderBy(r => r.At).ThenBy(r => r.Id).Take(Math.Max(0, removed.Count - RemovedLimit)).Select(r => r.Id);
        return this with
        {
            Leaving = null,
            Members = Members.Remove(member.Id),
            Maintenance = Maintenance.Remove(member.Id),
            Removed = removed.RemoveRange(oldest),
        };
    }

    private ClusterState Open(OpenEpoch open)
    {
        var fits = Current is { } current ? current.Closed && open.Epoch.Number == current.Number + 1 : open.Epoch.Number == 1;
        if (!fits)
        {
            return this;
        }

        var epochs = Epochs.Add(open.Epoch);
        var lastEstablished = epochs.Length - 1 - epochs.Reverse().TakeWhile(e => !e.Established).Count();
        var surplus = Math.Min(epochs.Length - HistoryLimit, Math.Max(0, lastEstablished));
        // A switchover of an earlier epoch is over with this one, however it went.
        var next = this with { Epochs = surplus > 0 ? epochs.RemoveRange(0, surplus) : epochs, Switchover = null, SwitchoverDropped = "" };
        return Switchover is { Plan: { Target: { } meant } plan } && meant != open.Epoch.Leader
            ? next.Note(new DroppedPlan(plan, "it began, and another node came to lead", open.Epoch.OpenedAt, Cancelled: false))
            : next;
    }

    private ClusterState WithoutSwitchover(DropSwitchover drop)
    {
        var next = this with { Switchover = null, SwitchoverDropped = drop.Reason };
        return Switchover?.Plan is { } plan ? next.Note(new DroppedPlan(plan, drop.Reason, drop.When, drop.Cancelled)) : next;
    }

    private ClusterState WithoutPlan(DropPlan drop) =>
        Plan == drop.Plan ? (this with { Plan = null }).Note(new DroppedPlan(drop.Plan, drop.Reason, drop.When, drop.Cancelled))
        : Switchover is { } begun && begun.Plan == drop.Plan && Current is { Closed: false }
            ? WithoutSwitchover(new DropSwitchover(begun.Epoch, drop.Reason) { When = drop.When, Cancelled = drop.Cancelled })
        : this;

    private ClusterState Note(AuditEntry entry)
    {
        var all = Audit.Add(entry with { Number = Audit.IsEmpty ? 1 : Audit[^1].Number + 1 });
        return this with { Audit = all.Length > AuditLimit ? all.RemoveAt(0) : all };
    }

    private ClusterState Answered(NoteAnswer? note) => note is not null && Audit.FirstOrDefault(e => e.IsFor(note) && e.Answer is null) is { } entry
        ? this with { Audit = Audit.Replace(entry, entry.With(note.Answer)) }
        : this;

    private ClusterState Note(DroppedPlan dropped)
    {
        if (Current is not { } current)
        {
            return this;
        }

        var all = current.PlansDropped.Add(dropped);
        return WithCurrent(current with { PlansDropped = all.Length > DroppedPlansLimit ? all.RemoveAt(0) : all });
    }

    private static EpochRecord Establish(EpochRecord epoch, GtidSet? first) => epoch.FirstSetUnknown && first is not null
        ? epoch with { Established = true, FirstSet = first, FirstSetUnknown = false }
        : epoch with { Established = true };

    private ClusterState HandOverTo(HandOver hand) =>
        Current is { Closed: false } current && current.Number == hand.Epoch && Switchover is { Behind.IsEmpty: false } s && s.Epoch == hand.Epoch
            ? WithCurrent(current with { Closed = true, CloseReason = hand.Reason, ClosedAt = hand.At }).Open(new OpenEpoch(hand.Next))
            : this;

    private ClusterState RecordTail(ArchivedTail tail)
    {
        if (Current is not { } current || current.Archived.Any(t => t.Node == tail.Node && t.Path == tail.Path))
        {
            return this;
        }

        return WithCurrent(current with { Archived = current.Archived.Add(tail) });
    }

    private ClusterState WithCurrent(EpochRecord current) => this with { Epochs = Epochs.SetItem(Epochs.Length - 1, current) };
}
