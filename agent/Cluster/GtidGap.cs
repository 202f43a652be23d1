namespace MySqlHa.Cluster;

/// <summary>
/// What a member lacks of what the leader had executed when it last reported: transactions, not seconds. Both sides are reports of
/// slightly different moments, so under load a healthy follower shows a few.
/// </summary>
/// <param name="Missing">Not received.</param>
/// <param name="Behind">Not applied, received or not.</param>
public readonly record struct GtidGap(long Missing, long Behind)
{
    /// <summary>Null: there is no leader, or one of the two never reported.</summary>
    public static GtidGap? Of(ClusterView view, MemberView member)
    {
        if (view is not { EpochOpen: true, Leader: { } id } || view.Member(id) is not { ReportAgeSeconds: not null } leader
            || member.ReportAgeSeconds is null)
        {
            return null;
        }

        var behind = leader.Executed.Minus(member.Executed);
        return new GtidGap(behind.Minus(member.Received).Count, behind.Count);
    }
}
