namespace MySqlHa.Membership;

/// <summary>
/// What a member says of itself. Only the member changes its facts, and each change raises its incarnation, so of two
/// versions the one with the higher incarnation is the newer.
/// Printable ASCII without <c>"</c> and <c>\</c>: every fact has the same length in memory and in a datagram.
/// </summary>
/// <param name="Group">The service group's name, <c>production</c>; at most 63 characters.</param>
/// <param name="Name">For people; at most 63 characters.</param>
/// <param name="ClusterId">Of the cluster that the member belongs to; empty until one is founded; at most 36 characters.</param>
/// <param name="AgentVersion">At most 32 characters.</param>
/// <param name="Adopts">Brings data of its own into a cluster that is yet to be founded (<c>--adopt</c>).</param>
public sealed record MemberFacts(string Group, string Name, string ClusterId, string AgentVersion, bool Adopts = false);
