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
public abstract record OperatorRequest(long SeenEpoch);

/// <summary>Planned change of leader, nothing lost; <paramref name="To"/> null: the best follower.</summary>
public sealed record SwitchoverRequest(long SeenEpoch, NodeId? To) : OperatorRequest(SeenEpoch);

/// <summary>Whether a <see cref="SwitchoverRequest"/> would be taken now. Changes nothing.</summary>
public sealed record SwitchoverCheckRequest(long SeenEpoch, NodeId? To) : OperatorRequest(SeenEpoch);

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
public sealed record RemoveRequest(long SeenEpoch, NodeId Node) : OperatorRequest(SeenEpoch);

/// <summary>How a request ended. Unknown is an outcome of its own: look before trying again.</summary>
public enum OperatorOutcome
{
    Done,
    Refused,
    Unknown,
}

public sealed record OperatorAnswer(OperatorOutcome Outcome, Reason Reason);
