using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>What may be asked of the cluster's settings and of one mysqld's restart, as far as no server has to say it.</summary>
public static class SettingsPolicy
{
    /// <summary>Every reason against the change, before a server is asked; empty: none.</summary>
    public static ImmutableArray<Reason> Refusals(ControllerInput seen, ConfigRequest request)
    {
        var (known, set, unset) = (seen.State.Settings, request.Set ?? SettingValues.Empty, request.Unset ?? []);
        if (request.IfVersion is { } version && version != known.Version)
        {
            return [new Reason("other-version", $"asked of version {version}, but the configuration is at version {known.Version}; look and ask again")];
        }

        if (seen.State.Current is not { Closed: false, Established: true })
        {
            return [new Reason("no-leader", "nobody leads: no server could say whether it takes the values")];
        }

        var reasons = ImmutableArray.CreateBuilder<Reason>();
        reasons.AddRange(set.Keys.Where(k => !IsName(k)).Select(odd => new Reason(
            "bad-name", $"'{odd}' is no name of a setting; allowed: lower-case letters, digits and _, like max_connections")));
        reasons.AddRange(set.Where(s => !IsValue(s.Value)).Select(wide => new Reason(
            "bad-value", $"{wide.Key}: one line of at most {ClusterSettings.LongestValue} characters is allowed")));
        reasons.AddRange(unset.Where(set.ContainsKey).Select(both => new Reason("set-and-unset", $"{both} cannot be set and unset at once")));
        var there = known.Values.IsEmpty ? "none is" : string.Join(", ", known.Values.Keys);
        reasons.AddRange(unset.Where(u => !known.Values.ContainsKey(u)).Select(absent => new Reason(
            "not-set", $"{absent} is not set for the cluster; set: {there}")));
        var then = known.Values.RemoveRange(unset).SetItems(set);
        if (then.Count > ClusterSettings.MostKeys)
        {
            reasons.Add(new Reason("too-many", $"{then.Count} settings; at most {ClusterSettings.MostKeys} are allowed"));
        }
        else if (reasons.Count == 0 && SettingValues.Same(then, known.Values))
        {
            reasons.Add(new Reason("nothing-changes", set.IsEmpty ? "nothing to set or unset" : "all of it is set so already"));
        }

        reasons.AddRange(Older(seen, MemberReport.Configurations, "configuration for all"));
        return reasons.ToImmutable();
    }

    /// <summary>What of the change a server can be asked about though there are reasons against it: null where they are not about single settings.</summary>
    public static ImmutableSortedDictionary<string, string>? Askable(ConfigRequest request, ImmutableArray<Reason> against) =>
        against.All(r => r.Code is "bad-name" or "bad-value" or "set-and-unset" or "not-set")
        && SettingValues.Ordered(request.Set ?? SettingValues.Empty) is var set
        && set.RemoveRange(set.Where(s => !IsName(s.Key) || !IsValue(s.Value)).Select(s => s.Key)) is { IsEmpty: false } rest
            ? rest
            : null;

    private static bool IsName(string name) =>
        name.Length is > 0 and <= ClusterSettings.LongestKey && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_');

    private static bool IsValue(string value) => value.Length <= ClusterSettings.LongestValue && !value.Any(char.IsControl);

    /// <summary>Every reason why the mysqld of this member may not be restarted now; empty: none.</summary>
    /// <param name="interruptWrites">The operator knows that it leads and nobody else can: nothing can be written until it leads again.</param>
    public static ImmutableArray<Reason> RestartRefusals(ControllerInput seen, NodeId node, bool interruptWrites)
    {
        var name = seen.State.NameOf(node);
        if (!seen.State.Members.ContainsKey(node))
        {
            return [new Reason("no-member", $"{node} is no member of this cluster")];
        }

        if (seen.State.Current is not { Closed: false, Established: true } open)
        {
            return [new Reason("no-leader", "nobody leads, or not surely yet: nothing is restarted until somebody does")];
        }

        var leads = open.Leader == node;
        if (leads && seen.Voters.Count > 1)
        {
            return [new Reason("leads", $"{name} leads; switch over first, then restart it")];
        }

        if (leads != interruptWrites)
        {
            return
            [
                leads
                    ? new Reason("leads-alone", $"{name} leads and nobody else can: nothing can be written from its mysqld's restart until it leads again;"
                        + " --interrupt-writes says that this is meant")
                    : new Reason("follows", $"{name} does not lead: its restart interrupts no writes, ask without --interrupt-writes"),
            ];
        }

        var reasons = ImmutableArray.CreateBuilder<Reason>();
        reasons.AddRange(Paused(seen));
        if (seen.State.Switchover is not null)
        {
            reasons.Add(new Reason("switchover-under-way", "a switchover is under way"));
        }

        if (seen.State.Maintenance.ContainsKey(node))
        {
            reasons.Add(new Reason("maintenance", $"{name} is in maintenance: its mysqld would be left down"));
        }

        if (leads && seen.State.Leaving is not null)
        {
            reasons.Add(new Reason("leaving", "who votes is just changing"));
        }

        if (seen.Reports.GetValueOrDefault(node) is not { Mysqld: MysqldState.Running })
        {
            reasons.Add(new Reason("mysqld-down", $"the mysqld of {name} does not run, or {name} is not heard"));
        }

        // Those that must go on without it.
        var others = open.Ackers.Where(a => a != node).ToList();
        var away = Away(seen, besides: node);
        var unable = others.SelectMany(a => away.Contains(a)
            ? [new Reason("restarting", $"{seen.State.NameOf(a)} is just being restarted")]
            : ControllerPolicy.FollowerRefusals(seen, open, a).Take(1)).ToList();
        if (open.Ackers.Contains(node) && others.Count - unable.Count < open.AcksNeeded)
        {
            reasons.Add(new Reason(
                "too-few-followers",
                $"without {name}, {others.Count - unable.Count} followers would be left to acknowledge, and {open.AcksNeeded} must"
                    + string.Concat(unable.Select(u => $"; {u.Text}"))));
        }

        var up = seen.Voters.Count(v => v != node && !away.Contains(v) && seen.Reports.GetValueOrDefault(v) is { Mysqld: MysqldState.Running });
        var majority = (seen.Voters.Count / 2) + 1;
        if (!leads && seen.Voters.Contains(node) && up < majority && !reasons.Any(r => r.Code == "too-few-followers"))
        {
            reasons.Add(new Reason("no-majority", $"without {name}, {up} of {seen.Voters.Count} voters would be up, and {majority} are needed"));
        }

        reasons.AddRange(Older(seen, MemberReport.Configurations, "restart that is asked for"));
        return reasons.ToImmutable();
    }

    /// <summary>It was restarted, and follows with all that the leader had; or it leads again.</summary>
    public static bool IsBack(MemberReport? report, EpochRecord? open, long asked) => report?.Restarted == asked
        && (LeadsOn(open, report) || (report is { Mysqld: MysqldState.Running, CatchingUp: false, Status.ReceiverRunning: true }
            && open is { Closed: false } && report.RoleEpoch == open.Number));

    /// <summary>It leads the open epoch, and clients can write.</summary>
    internal static bool LeadsOn(EpochRecord? open, MemberReport? report) => open is { Closed: false, Established: true } && report?.Node == open.Leader
        && report is { Leading: true, Mysqld: MysqldState.Running, Status: { Writable: true, OfflineMode: false } } && report.RoleEpoch == open.Number;

    /// <summary>Who was told to restart a moment ago: its report may not say so yet.</summary>
    private static ImmutableSortedSet<NodeId> Away(ControllerInput seen, NodeId besides)
    {
        var told = seen.State.Rolling is { EndedAt: 0, UnderWay: { HandsOver: false, Node: var rolled } }
            ? seen.Restarting.Add(rolled)
            : seen.Restarting;
        return seen.Faults.RestartsTogether ? [] : told.Remove(besides);
    }

    internal static IEnumerable<Reason> Paused(ControllerInput seen) => seen.State.Paused
        ? [new Reason("paused", "the cluster is paused: whatever fails meanwhile would not be mended; resume it first")]
        : [];

    /// <summary>A member's agent could not read what would be proposed.</summary>
    internal static IEnumerable<Reason> Older(ControllerInput seen, int understands, string what)
    {
        var older = seen.Reports.Values.Where(r => r.Understands < understands).Select(r => seen.State.NameOf(r.Node)).ToList();
        return older.Count == 0 ? [] : [new Reason("older-agent", $"the agent of {string.Join(", ", older)} is older and knows no {what}; upgrade it first")];
    }
}
