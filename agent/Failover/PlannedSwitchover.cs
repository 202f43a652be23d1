using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>An operator's appointment: a switchover at a time. Replicated, so that whoever controls then keeps it.</summary>
/// <param name="From">Who led when it was made.</param>
/// <param name="Target">Null: the best follower of then. Such a plan is to replace From, and over once another leads.</param>
/// <param name="At">Unix milliseconds by the wall clock of whoever controls then.</param>
/// <param name="Made">Unix milliseconds by the wall clock of the controller that took it.</param>
public sealed record PlannedSwitchover(NodeId From, NodeId? Target, long At, long Made);

/// <summary>A plan that did not end as it was meant to, in the history of the epoch in which it was dropped.</summary>
/// <param name="When">Unix milliseconds by the wall clock of the controller that dropped it.</param>
/// <param name="Cancelled">An operator did it.</param>
public sealed record DroppedPlan(PlannedSwitchover Plan, string Reason, long When, bool Cancelled);
