using System.Collections.Immutable;
using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// Whether this node does what it is for, and if not, why. Pure; what <see cref="HealthEndpoints"/> answer.
/// </summary>
internal static class NodeDuty
{
    /// <summary>Duty is to lead with a lease, or to follow. A node that does neither has no use for clients, whatever the cause.</summary>
    public static ImmutableArray<Reason> AgainstHealth(ClusterView view, TimeSpan leaseLeft) => view.Member(view.Self) switch
    {
        { Role: MemberRole.Leader } me => [.. AgainstLeader(view, leaseLeft), .. AgainstHealthOf(me)],
        { } me when Follows(view, me) => AgainstFollower(view, maxLag: null),
        var me => [new Reason("no-role", "this node neither leads nor follows"), .. me?.Problems ?? [], .. view.Reasons],
    };

    /// <summary>Empty: this node is the leader, writable, and its lease runs.</summary>
    public static ImmutableArray<Reason> AgainstLeader(ClusterView view, TimeSpan leaseLeft)
    {
        var me = view.Member(view.Self);
        if (view.Leader != view.Self || !view.EpochOpen || me is null)
        {
            return view.Leader is { } leader && view.EpochOpen
                ? [new Reason("not-the-leader", $"the leader is {Named(view, leader)}")]
                : [new Reason("no-leader", "there is no leader"), .. view.Reasons];
        }

        var reasons = ImmutableArray.CreateBuilder<Reason>();
        if (leaseLeft <= TimeSpan.Zero)
        {
            reasons.Add(new Reason("no-lease", "this node leads the epoch, but its lease has run out"));
        }

        if (!me.Writable)
        {
            reasons.Add(new Reason("not-writable", "this node leads the epoch, but is not writable"));
        }

        return reasons.ToImmutable();
    }

    /// <summary>Empty: this node is a healthy follower, and not further behind than allowed (null: any lag will do).</summary>
    public static ImmutableArray<Reason> AgainstFollower(ClusterView view, TimeSpan? maxLag) =>
        // While nobody leads, no receiver can run: what is here can still be read, unless the caller bounds the lag.
        AgainstFollower(view, maxLag, receives: view is { EpochOpen: true, Leader: not null } || maxLag is not null);

    /// <summary>Empty: this node may be read from. It leads, or follows and is not further behind than allowed.</summary>
    public static ImmutableArray<Reason> AgainstReader(ClusterView view, TimeSpan leaseLeft, TimeSpan? maxLag) =>
        Leads(view) ? AgainstLeader(view, leaseLeft) : AgainstFollower(view, maxLag);

    /// <summary>Empty: this node leads, or it follows a leader, and may be read from.</summary>
    public static ImmutableArray<Reason> AgainstReadiness(ClusterView view, TimeSpan leaseLeft, TimeSpan? maxLag) =>
        Leads(view) ? AgainstLeader(view, leaseLeft) : AgainstFollower(view, maxLag, receives: true);

    /// <summary>
    /// Empty: the agent's loop goes on. A leader whose loop is held up for a lease has lost its mysqld; where nothing is lost it may take
    /// twice as long.
    /// </summary>
    public static ImmutableArray<Reason> AgainstLiveness(ClusterView view, TimeSpan sinceStep, TimeSpan lease)
    {
        var allowed = Leads(view) ? lease : lease * 2;
        return sinceStep <= allowed ? [] :
        [
            new Reason("loop-held-up", string.Create(
                CultureInfo.InvariantCulture,
                $"the agent's loop ended its last step {sinceStep.TotalSeconds:0.###} s ago; {allowed.TotalSeconds:0.###} s are allowed")),
        ];
    }

    public static string Named(ClusterView view, NodeId id) =>
        view.Member(id) is { } member ? $"{id.Short} at {member.Address.Host}" : id.Short;

    private static bool Leads(ClusterView view) => view.EpochOpen && view.Leader == view.Self;

    /// <summary>
    /// As its role says; and while the last epoch is closed and the next one sought, who followed in it: nobody writes then, so what it has
    /// is not old. A node that reaches no majority cannot know that.
    /// </summary>
    private static bool Follows(ClusterView view, MemberView me) => me.Role == MemberRole.Follower
        || (view is { EpochOpen: false, Election: ElectionStatus.Running }
            && me is { Role: MemberRole.None, Readable: true, Writable: false, ApplierRunning: true });

    private static ImmutableArray<Reason> AgainstFollower(ClusterView view, TimeSpan? maxLag, bool receives)
    {
        if (view.Member(view.Self) is not { } me || !Follows(view, me))
        {
            return view.Leader == view.Self
                ? [new Reason("not-a-follower", "this node is the leader")]
                : [new Reason("not-a-follower", "this node does not follow"), .. view.Member(view.Self)?.Problems ?? [], .. view.Reasons];
        }

        var reasons = ImmutableArray.CreateBuilder<Reason>();
        reasons.AddRange(AgainstHealthOf(me));
        if (!me.Readable)
        {
            reasons.Add(new Reason("closed", "mysqld lets no clients in yet"));
        }

        if (receives && !me.ReceiverRunning)
        {
            reasons.Add(new Reason("receiver-stopped", "nothing is received from the leader"));
        }

        if (!me.ApplierRunning)
        {
            reasons.Add(new Reason("applier-stopped", "what is received is not applied"));
        }

        reasons.AddRange(me.Problems.Where(p => p.Code == "catching-up"));
        if (me.Maintenance is { } maintenance)
        {
            reasons.Add(new Reason("maintenance", string.Create(CultureInfo.InvariantCulture, $"in maintenance until {maintenance.Until.UtcDateTime:s}Z")));
        }
        else if (me.Tags.Contains("noload"))
        {
            reasons.Add(new Reason("noload", "this node is tagged noload"));
        }

        if (maxLag is { } limit)
        {
            AddLag(me.LagSeconds, limit, reasons);
        }

        return reasons.ToImmutable();
    }

    private static void AddLag(double? lag, TimeSpan limit, ImmutableArray<Reason>.Builder reasons)
    {
        if (lag is not { } seconds)
        {
            reasons.Add(new Reason("lag-unknown", "how far this node is behind is not known"));
        }
        else if (seconds > limit.TotalSeconds)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###} s behind, {limit.TotalSeconds:0.###} s are allowed");
            reasons.Add(new Reason("lag-too-high", text));
        }
    }

    private static IEnumerable<Reason> AgainstHealthOf(MemberView me)
    {
        if (me.Mysqld != MysqldState.Running)
        {
            yield return new Reason("mysqld-not-running", $"mysqld is {me.Mysqld.ToString().ToLowerInvariant()}");
        }

        if (me.Health is MemberHealth.Ok or MemberHealth.Warning)
        {
            yield break;
        }

        yield return me.Health == MemberHealth.Critical
            ? new Reason("health-critical", "this node's health is critical")
            : new Reason("health-unknown", "this node's health is not known");
        foreach (var problem in me.Problems)
        {
            yield return problem;
        }
    }
}
