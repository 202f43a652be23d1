using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>A change of the replicated state: what a controller proposes and every node applies.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "t")]
[JsonDerivedType(typeof(OpenEpoch), "open")]
[JsonDerivedType(typeof(CloseEpoch), "close")]
[JsonDerivedType(typeof(EstablishEpoch), "establish")]
[JsonDerivedType(typeof(SetPaused), "pause")]
[JsonDerivedType(typeof(StartSwitchover), "switchover")]
[JsonDerivedType(typeof(DropSwitchover), "drop-switchover")]
[JsonDerivedType(typeof(RecordArchive), "archive")]
[JsonDerivedType(typeof(SetMember), "member")]
[JsonDerivedType(typeof(AdmitMember), "admit")]
[JsonDerivedType(typeof(SetVotersTarget), "voters")]
[JsonDerivedType(typeof(StartLeaving), "leave")]
[JsonDerivedType(typeof(EndLeaving), "left")]
[JsonDerivedType(typeof(DropLeaving), "drop-leaving")]
[JsonDerivedType(typeof(RestLeader), "rest")]
[JsonDerivedType(typeof(HandOver), "hand-over")]
[JsonDerivedType(typeof(AbandonPlacement), "abandon-placement")]
[JsonDerivedType(typeof(PlanSwitchover), "plan")]
[JsonDerivedType(typeof(DropPlan), "drop-plan")]
[JsonDerivedType(typeof(NotePhases), "phases")]
[JsonDerivedType(typeof(BeginMaintenance), "maintenance")]
[JsonDerivedType(typeof(EndMaintenance), "end-maintenance")]
[JsonDerivedType(typeof(NoteRequest), "asked")]
[JsonDerivedType(typeof(NoteAnswer), "answered")]
[JsonDerivedType(typeof(ChangeSettings), "settings")]
[JsonDerivedType(typeof(SetRolling), "rolling")]
public abstract record ClusterCommand;

/// <summary>The next epoch. Taken only behind its closed predecessor.</summary>
public sealed record OpenEpoch(EpochRecord Epoch) : ClusterCommand;

/// <summary>No lease for the epoch is renewed from here on.</summary>
public sealed record CloseEpoch(long Epoch, string Reason, long At) : ClusterCommand;

/// <summary>W ackers acknowledged a marker of the epoch.</summary>
/// <param name="FirstSet">Of an epoch that was handed over: what its leader held when it became writable. Null: not known.</param>
public sealed record EstablishEpoch(long Epoch, GtidSet? FirstSet = null) : ClusterCommand;

public sealed record SetPaused(bool Paused) : ClusterCommand;

public sealed record StartSwitchover(long Epoch, NodeId? Target, string Reason) : ClusterCommand
{
    /// <summary>See <see cref="Switchover.Chosen"/>.</summary>
    public bool Chosen { get; init; }

    /// <summary>See <see cref="Switchover.Behind"/>.</summary>
    public ImmutableSortedSet<NodeId> Behind { get => field ?? []; init; }

    /// <summary>The plan that begins with it, and so is used up; null: it was not planned.</summary>
    public PlannedSwitchover? Plan { get; init; }
}

/// <summary>
/// R8: closes an epoch whose leader lives, and opens the next one, in one step. Its leader may become writable only when the old one has
/// said with what set it became read-only.
/// </summary>
public sealed record HandOver(long Epoch, string Reason, long At, EpochRecord Next) : ClusterCommand;

/// <summary>The followers do not get behind the next leader in time: the switchover goes on without that.</summary>
public sealed record AbandonPlacement(long Epoch) : ClusterCommand;

public sealed record DropSwitchover(long Epoch, string Reason) : ClusterCommand
{
    /// <summary>Unix milliseconds by the controller's wall clock; 0: an older agent's.</summary>
    public long When { get; init; }

    /// <summary>An operator asked for it.</summary>
    public bool Cancelled { get; init; }
}

/// <summary>Taken while there is no other plan, and while the leader that it is made under leads.</summary>
public sealed record PlanSwitchover(PlannedSwitchover Plan) : ClusterCommand;

/// <summary>The plan will not be carried out. If it has just begun, that is dropped, as long as its epoch is open.</summary>
public sealed record DropPlan(PlannedSwitchover Plan, string Reason, long When) : ClusterCommand
{
    /// <summary>An operator asked for it.</summary>
    public bool Cancelled { get; init; }
}

/// <summary>How long the change to this epoch took. For people only.</summary>
public sealed record NotePhases(long Epoch, EpochPhases Phases) : ClusterCommand;

/// <summary>An operator asked for something. Before what is done for it. For people only.</summary>
public sealed record NoteRequest(AuditEntry Entry) : ClusterCommand;

/// <summary>How that ended. For people only.</summary>
public sealed record NoteAnswer(NodeId Via, long Call, long At, OperatorAnswer Answer) : ClusterCommand;

/// <summary>A node saved transactions that had to be undone (I5).</summary>
public sealed record RecordArchive(ArchivedTail Tail) : ClusterCommand;

/// <summary>A known member's new name or address.</summary>
public sealed record SetMember(MemberInfo Member) : ClusterCommand;

/// <summary>A newcomer becomes a member: it is told the cluster's secret, and gets the log. It votes later, or never.</summary>
public sealed record AdmitMember(MemberInfo Member) : ClusterCommand;

/// <summary>How many members shall vote: 3, 5 or 7.</summary>
public sealed record SetVotersTarget(int Count) : ClusterCommand;

/// <summary>From here on no epoch is opened with this member among its ackers.</summary>
public sealed record StartLeaving(Departure Departure) : ClusterCommand;

/// <summary>The member votes no more, and no epoch that matters counts on it.</summary>
public sealed record EndLeaving(NodeId Node, long At) : ClusterCommand;

/// <summary>The member stays as it was: the others alone could not go on. Only while it still votes.</summary>
public sealed record DropLeaving(NodeId Node, string Reason) : ClusterCommand;

/// <summary>
/// The leader's agent restarts on purpose: from when this is applied, everybody leaves the leader in peace for so long (0: it is
/// over). In the log, because the next controller must know of it too.
/// </summary>
/// <param name="Life">Which life of the agent asked: a grant to an earlier one may be applied late, and is none for this one.</param>
public sealed record RestLeader(long Epoch, int Milliseconds, long Life) : ClusterCommand;

/// <summary>R13: the node is in maintenance, or for another time than before.</summary>
public sealed record BeginMaintenance(NodeId Node, Maintenance Maintenance) : ClusterCommand;

/// <summary>R13: the maintenance until that instant is over; a longer one that was asked for meanwhile goes on.</summary>
public sealed record EndMaintenance(NodeId Node, long Until, string Why) : ClusterCommand;
