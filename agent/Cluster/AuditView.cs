namespace MySqlHa.Cluster;

/// <summary>One request of an operator: who asked for what, when, where, and what came of it.</summary>
/// <param name="Number">From 1, over the cluster's life.</param>
/// <param name="At">By the wall clock of the controller that took it.</param>
/// <param name="Who">The name of the token.</param>
/// <param name="Role"><c>admin</c>.</param>
/// <param name="From">The address that the request came from.</param>
/// <param name="Via">The node that was asked.</param>
/// <param name="Request">In words: <c>switchover to db2</c>.</param>
/// <param name="Outcome">Null: under way, or who controlled the cluster was lost before it could say.</param>
/// <param name="Reason">Why, or what was done; null with the outcome.</param>
public sealed record AuditView(
    long Number,
    DateTimeOffset At,
    string Who,
    string Role,
    string From,
    string Via,
    string Request,
    OperatorOutcome? Outcome,
    Reason? Reason);
