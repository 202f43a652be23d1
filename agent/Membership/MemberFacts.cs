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
/// <param name="Leads">The epoch of its group that it leads, writable; 0: none. At most 2^50. For people and other groups alone: who leads
/// is decided, and known within the group, by the log.</param>
public sealed record MemberFacts(string Group, string Name, string ClusterId, string AgentVersion, bool Adopts = false, long Leads = 0)
{
    /// <summary>The same, but that the other lacks what older agents do not know and so do not pass on.</summary>
    internal bool IsFullerThan(MemberFacts other) => other.Leads == 0 && Leads > 0 && this == other with { Leads = Leads };
}
