using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>What <see cref="Succession"/> makes of a closed epoch.</summary>
/// <param name="Promisers">Those whose promise counts, with what they hold.</param>
/// <param name="InOrder">The candidates, best first: those that have applied everything before those that have not.</param>
internal sealed record Judgement(
    ControllerDecision Decision, ImmutableSortedDictionary<NodeId, GtidSet> Promisers, ImmutableArray<NodeId> InOrder);
