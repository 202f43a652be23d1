using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MySqlHa.Cluster;

/// <summary>What an operator may ask of the cluster. Any node takes it; the ring brings it to who must act.</summary>
/// <param name="SeenEpoch">The epoch the operator saw when asking; refused under another. 0: whichever is current.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "verb")]
[JsonDerivedType(typeof(SwitchoverRequest), "switchover")]
[JsonDerivedType(typeof(SwitchoverCheckRequest), "switchover-check")]
[JsonDerivedType(typeof(FailoverRequest), "failover")]
[JsonDerivedType(typeof(StepDownRequest), "step-down")]
[JsonDerivedType(typeof(PauseRequest), "pause")]
[JsonDerivedType(typeof(ReinitRequest), "reinit")]
[JsonDerivedType(typeof(VotersRequest), "voters")]
[JsonDerivedType(typeof(RemoveRequest), "remove")]
[JsonDerivedType(typeof(PlanSwitchoverRequest), "plan-switchover")]
[JsonDerivedType(typeof(CancelSwitchoverRequest), "cancel-switchover")]
[JsonDerivedType(typeof(DrillRequest), "drill")]
[JsonDerivedType(typeof(MaintenanceRequest), "maintenance")]
[JsonDerivedType(typeof(AddRequest), "add")]
[JsonDerivedType(typeof(VotingRequest), "vote")]
[JsonDerivedType(typeof(ConfigRequest), "config")]
[JsonDerivedType(typeof(RestartRequest), "restart")]
[JsonDerivedType(typeof(RollingRequest), "rolling-restart")]
[JsonDerivedType(typeof(StopRollingRequest), "stop-rolling-restart")]
public abstract record OperatorRequest(long SeenEpoch);

/// <summary>Planned change of leader, nothing lost; <paramref name="To"/> null: the best follower.</summary>
public sealed record SwitchoverRequest(long SeenEpoch, NodeId? To) : OperatorRequest(SeenEpoch);

/// <summary>Whether a <see cref="SwitchoverRequest"/> would be taken now. Changes nothing.</summary>
public sealed record SwitchoverCheckRequest(long SeenEpoch, NodeId? To) : OperatorRequest(SeenEpoch);

/// <summary>
/// A <see cref="SwitchoverRequest"/> at a time: exactly one of <paramref name="At"/> and <paramref name="InMilliseconds"/>, both by the
/// controller's wall clock, in the future and at most 31 days ahead. What is unsafe now may be safe then, and does not keep it from
/// being planned.
/// </summary>
/// <param name="DryRun">Only says what would be refused now, of the plan and of a switchover. Changes nothing.</param>
public sealed record PlanSwitchoverRequest(long SeenEpoch, NodeId? To, DateTimeOffset? At, long? InMilliseconds, bool DryRun)
    : OperatorRequest(SeenEpoch);

/// <summary>Drop the switchover that is under way and not past its flip; else the planned one.</summary>
public sealed record CancelSwitchoverRequest(long SeenEpoch) : OperatorRequest(SeenEpoch);

/// <summary>A failover on purpose: the leader's agent kills its mysqld. Refused, with all reasons, where none could happen now.</summary>
/// <param name="DryRun">Only says whether it would be taken now. Changes nothing.</param>
public sealed record DrillRequest(long SeenEpoch, bool DryRun) : OperatorRequest(SeenEpoch);

/// <summary>Give up the current leader now. <paramref name="AcceptDataLoss"/>: open the next epoch with <paramref name="To"/> even if acknowledged commits may be missing there.</summary>
public sealed record FailoverRequest(long SeenEpoch, NodeId? To, bool AcceptDataLoss) : OperatorRequest(SeenEpoch);

/// <summary>The leader hands over to whoever is best.</summary>
public sealed record StepDownRequest(long SeenEpoch) : OperatorRequest(SeenEpoch);

/// <summary>No automatic failover while paused.</summary>
public sealed record PauseRequest(long SeenEpoch, bool Paused) : OperatorRequest(SeenEpoch);

/// <summary>Throw the node's data away and clone it anew from the cluster. Never the leader.</summary>
public sealed record ReinitRequest(long SeenEpoch, NodeId Node) : OperatorRequest(SeenEpoch);

/// <summary>How many members shall vote: 3, 5 or 7. Members that are ready get a vote, or some lose theirs, one at a time.</summary>
public sealed record VotersRequest(long SeenEpoch, int Count) : OperatorRequest(SeenEpoch);

/// <summary>Take a member out for good; if it leads, another takes over first.</summary>
/// <param name="DryRun">Only says whether it would be taken now. Changes nothing.</param>
public sealed record RemoveRequest(long SeenEpoch, NodeId Node, bool DryRun = false) : OperatorRequest(SeenEpoch);

/// <summary>Operators work on a node for a while; it hands over first if it leads.</summary>
/// <param name="ForMilliseconds">From now on, by the controller's wall clock, 1 s to 31 days; null: the maintenance is over.</param>
/// <param name="Reason">For people, one line of at most 200 characters; null: none.</param>
public sealed record MaintenanceRequest(long SeenEpoch, NodeId Node, long? ForMilliseconds, string? Reason) : OperatorRequest(SeenEpoch);

/// <summary>Take in a node whose agent runs with this ring's key and knows no peer. Done when it is a member; then it gets the data.</summary>
/// <param name="Host">Its IP address.</param>
/// <param name="Port">Its ring port.</param>
/// <param name="Votes">As in <see cref="VotingRequest"/>; null: as it is needed.</param>
public sealed record AddRequest(long SeenEpoch, string Host, int Port, bool? Votes) : OperatorRequest(SeenEpoch);

/// <summary>
/// Whether a member shall vote. The number of voters stays as it is: who is to vote takes the place of one that nobody wished to, who is
/// not to vote needs another in its place. Done when it is noted; it is carried out as soon as that is safe.
/// </summary>
public sealed record VotingRequest(long SeenEpoch, NodeId Node, bool Votes) : OperatorRequest(SeenEpoch);

/// <summary>Change the settings of mysqld that the whole cluster has. Refused, with nothing changed, where a server would not take one.</summary>
/// <param name="Set">By name, as mysqld knows it.</param>
/// <param name="Unset">What is back at each node's own or at mysqld's default.</param>
/// <param name="IfVersion">The version that the change is meant for, refused under another; null: whichever it is.</param>
/// <param name="DryRun">Only says whether it would be taken now. Changes nothing.</param>
public sealed record ConfigRequest(
    long SeenEpoch, ImmutableSortedDictionary<string, string>? Set, ImmutableSortedSet<string>? Unset, long? IfVersion, bool DryRun)
    : OperatorRequest(SeenEpoch);

/// <summary>Restart the mysqld of a follower. The leader's only where nobody else can lead, and <paramref name="InterruptWrites"/> says so.</summary>
/// <param name="InterruptWrites">The node votes alone: until it leads again nothing can be written. Refused of a node that need not.</param>
public sealed record RestartRequest(long SeenEpoch, NodeId Node, bool InterruptWrites = false) : OperatorRequest(SeenEpoch);

/// <summary>
/// Restart one mysqld after another, the leader's last, behind a switchover. Done when it has begun; the view says how far it is.
/// </summary>
/// <param name="All">Those too that no setting waits for.</param>
/// <param name="DryRun">Only says in which order. Changes nothing.</param>
public sealed record RollingRequest(long SeenEpoch, bool All, bool DryRun) : OperatorRequest(SeenEpoch);

/// <summary>End the rolling restart behind the step that is under way.</summary>
public sealed record StopRollingRequest(long SeenEpoch) : OperatorRequest(SeenEpoch);

/// <summary>How a request ended. Unknown is an outcome of its own: look before trying again.</summary>
public enum OperatorOutcome
{
    Done,
    Refused,
    Unknown,
}

public sealed record OperatorAnswer(OperatorOutcome Outcome, Reason Reason);
