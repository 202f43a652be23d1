using System.Collections.Immutable;
using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>What the controller has seen of a rolling restart besides the state and the reports.</summary>
/// <param name="For">How long this controller has known it as it is now.</param>
/// <param name="DriverHeard">Who drove it before was heard since this node controls.</param>
/// <param name="DriverPatienceOver">It had time enough to be heard.</param>
/// <param name="Token">The number of the next restart, greater than any before.</param>
public sealed record RollingSight(TimeSpan For, bool DriverHeard, bool DriverPatienceOver, long Token);

/// <summary>What is to be done for a rolling restart: a command to propose, a node whose agent is to be told, or nothing yet.</summary>
public sealed record RollingAct(ClusterCommand? Propose = null, RollingStep? Tell = null)
{
    public static readonly RollingAct Wait = new();
}

/// <summary>
/// A rolling restart, step by step: one mysqld after another, each when the one before follows again with all that the leader has, the
/// leader's last, behind a switchover. It ends at the first thing that is wrong, and where whoever drove it is lost; asked again, it goes on
/// with those that are left, for what comes next is read from the reports each time.
/// </summary>
public static class RollingPolicy
{
    /// <summary>A mysqld that recovers for long is back at last.</summary>
    public static readonly TimeSpan BackPatience = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan PassingPatience = TimeSpan.FromSeconds(30);

    // What is over by itself, a moment after the step before.
    private static readonly string[] Passing = ["no-leader", "no-majority", "switchover-under-way", "too-few-followers", "not-established", "no-candidate"];

    /// <summary>Every reason why none may begin now; empty: none.</summary>
    public static ImmutableArray<Reason> Refusals(ControllerInput seen, bool all)
    {
        if (seen.State.Rolling is { EndedAt: 0 } rolling)
        {
            return [new Reason("rolling-restart", $"one is under way already: {Describe(seen.State, rolling)}; 'mysqlha restart --rolling --cancel' ends it")];
        }

        if (seen.State.Current is not { Closed: false, Established: true } open)
        {
            return [new Reason("no-leader", "nobody leads, or not surely yet: nothing is restarted until somebody does")];
        }

        return seen.Voters.Count == 1 && Order(seen, all, []).Contains(open.Leader)
            ? [LeadsAlone(seen, open)]
            : [.. SettingsPolicy.Paused(seen), .. SettingsPolicy.Older(seen, MemberReport.Rollings, "rolling restart")];
    }

    /// <summary>
    /// Who is to be restarted, in this order: followers by their addresses, the leader last. Of those that are done too who waits anew: the
    /// configuration was changed meanwhile.
    /// </summary>
    public static ImmutableArray<NodeId> Order(ControllerInput seen, bool all, IReadOnlyCollection<NodeId> done)
    {
        var leader = seen.State.Current is { Closed: false } open ? open.Leader : (NodeId?)null;
        return
        [
            .. MemberOrder.ByAddress(seen.State.Members.Values).Select(m => m.Id)
                .Where(m => m != seen.State.Leaving?.Node && ((all && !done.Contains(m)) || Waits(seen, m)))
                .OrderBy(m => m == leader && !seen.Faults.RollsTheLeaderFirst),
        ];
    }

    /// <summary>"db2, db3, db1 (leads; hands over before)", and of whom nobody knows yet.</summary>
    public static string Names(ControllerInput seen, bool all, ImmutableArray<NodeId> order) => string.Join(", ", order.Select(m =>
        Short(seen.State, m) + (m == seen.State.Current?.Leader ? " (leads; hands over before)" : ""))) + AsFarAsKnown(seen, all);

    /// <summary>Of some it will be known in a moment whether they wait: the configuration was just changed.</summary>
    public static bool ComesToKnow(ControllerInput seen, bool all) =>
        !all && NotKnown(seen).Any(m => seen.Reports.ContainsKey(m.Member.Id));

    /// <summary>", as far as is known: db3 is not heard"; empty: of all members it is known whether they wait.</summary>
    public static string AsFarAsKnown(ControllerInput seen, bool all)
    {
        var unknown = string.Join("; ", NotKnown(seen).Select(m => $"{m.Member.Name} {m.Why}"));
        return all || unknown.Length == 0 ? "" : $", as far as is known: {unknown}";
    }

    /// <summary>"db2 is restarted, 1 restarted before".</summary>
    public static string Describe(ClusterState state, RollingRestart rolling)
    {
        var now = rolling.UnderWay switch
        {
            null => "the next step is sought",
            { HandsOver: true } step => $"{Short(state, step.Node)} hands over",
            { } step => $"the mysqld of {Short(state, step.Node)} is restarted",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{now}, {rolling.Done.Count()} done before")
            + (rolling.Stopping is { } why ? $"; then it ends: {why.Text}" : "");
    }

    public static RollingAct Decide(ControllerInput seen, RollingRestart rolling, RollingSight sight)
    {
        if (rolling.Driver != seen.Self)
        {
            return TakeUp(seen, rolling, sight);
        }

        return rolling.UnderWay switch
        {
            { Node: var node } when !seen.State.Members.ContainsKey(node) =>
                End(seen, rolling, OperatorOutcome.Unknown, new Reason("no-member", $"{Short(seen.State, node)} is no member any more")),
            { Node: var node } when seen.Dead.Contains(node) && (rolling.Stopping is not null || sight.For >= PassingPatience) => Lost(seen, rolling, node),
            null => Next(seen, rolling, sight),
            { HandsOver: true } step => WatchHandOver(seen, rolling, step, sight),
            { } step => WatchRestart(seen, rolling, step, sight),
        };
    }

    /// <summary>From where whoever drove it before left it; if that one is lost, only to a safe point.</summary>
    private static RollingAct TakeUp(ControllerInput seen, RollingRestart rolling, RollingSight sight)
    {
        if (seen.Faults.RollsAlone || (!sight.DriverHeard && !sight.DriverPatienceOver))
        {
            return RollingAct.Wait;
        }

        var taken = rolling with { Driver = seen.Self };
        if (sight.DriverHeard || seen.Faults.RollsOnBehindTheLost)
        {
            return Set(taken);
        }

        var why = new Reason("driver-lost", $"{seen.State.NameOf(rolling.Driver)}, which drove it, is lost");
        return Set(taken with { Stopping = rolling.Stopping ?? why }, $"the rolling restart ends behind the step under way: {why.Text}");
    }

    /// <summary>The ring has confirmed that the member of the step under way is dead: how far the step came is known when it is back.</summary>
    private static RollingAct Lost(ControllerInput seen, RollingRestart rolling, NodeId node)
    {
        var dead = $"{Short(seen.State, node)} is not heard of any more";
        return rolling.Stopping is { } stopping
            ? End(seen, rolling, OperatorOutcome.Refused, new Reason(stopping.Code, $"{stopping.Text}; {dead}"))
            : End(seen, rolling, OperatorOutcome.Unknown, new Reason("not-back", dead));
    }

    private static RollingAct Next(ControllerInput seen, RollingRestart rolling, RollingSight sight)
    {
        if (rolling.Stopping is { } stopping)
        {
            return End(seen, rolling, OperatorOutcome.Refused, stopping);
        }

        if (seen.State.Current is not { Closed: false, Established: true } open)
        {
            return sight.For < PassingPatience ? RollingAct.Wait : End(seen, rolling, OperatorOutcome.Refused, new Reason("no-leader", "nobody leads, or not surely"));
        }

        var order = Order(seen, rolling.All, [.. rolling.Done]);
        if (order is [var node, ..])
        {
            if (seen.Voters.Count == 1 && node == open.Leader)
            {
                return End(seen, rolling, OperatorOutcome.Refused, LeadsAlone(seen, open));
            }

            var hands = node == open.Leader && !seen.Faults.RollsTheLeaderFirst;
            var text = hands ? $"{seen.State.NameOf(node)} leads, and hands over" : $"the mysqld of {seen.State.NameOf(node)} is restarted";
            return Set(rolling with { Steps = rolling.Steps.Add(new RollingStep(node, hands, seen.WallClock)) }, $"rolling restart: {text}");
        }

        var known = AsFarAsKnown(seen, rolling.All);
        if (known.Length > 0 && sight.For < PassingPatience)
        {
            return RollingAct.Wait;
        }

        var took = TimeSpan.FromMilliseconds(Math.Max(0, seen.WallClock - rolling.At));
        var done = string.Create(CultureInfo.InvariantCulture, $"{rolling.Done.Count()} restarted in {took.TotalSeconds:0.0} s");
        return End(seen, rolling, OperatorOutcome.Done, new Reason("rolled", $"{done}; nothing waits for a restart any more{known}"));
    }

    private static RollingAct WatchRestart(ControllerInput seen, RollingRestart rolling, RollingStep step, RollingSight sight)
    {
        var (name, report) = (Short(seen.State, step.Node), seen.Reports.GetValueOrDefault(step.Node));
        if (step.Token != 0 && (Follows(seen, step.Node) || SettingsPolicy.LeadsOn(seen.State.Current, report)) && IsAnother(report!, step))
        {
            var ended = rolling.With(step with { EndedAt = seen.WallClock });
            return report!.Settings switch
            {
                { Problems: [var problem, ..] } => End(seen, ended, OperatorOutcome.Refused, new Reason("not-taken", $"{name}: {problem.Text}")),
                // What came meanwhile may wait: it is this one's turn again.
                { PendingRestart: { IsEmpty: false } still } when step.Settings == seen.State.Settings.Version => End(
                    seen, ended, OperatorOutcome.Refused, new Reason("still-waits", $"{name} was restarted, and {string.Join(", ", still)} waits all the same")),
                _ => Set(ended, $"rolling restart: {name} {(seen.State.Current?.Leader == step.Node ? "leads" : "follows")} again after {Seconds(step, seen.WallClock)}"),
            };
        }

        if (sight.For >= BackPatience)
        {
            var why = seen.State.Current is { Closed: false } open
                ? ControllerPolicy.FollowerRefusals(seen, open, step.Node).Select(r => $": {r.Text}").FirstOrDefault()
                : ": nobody leads";
            var late = new Reason("not-back", $"{name} does not follow again after {BackPatience.TotalMinutes:0} minutes{why}");
            return End(seen, rolling, OperatorOutcome.Unknown, late);
        }

        if (step.Token != 0 && sight.For >= PassingPatience && seen.State.Maintenance.ContainsKey(step.Node))
        {
            var away = new Reason("maintenance", $"{name} is in maintenance, and does not follow again");
            return End(seen, rolling, OperatorOutcome.Unknown, away);
        }

        var untaken = step.Token == 0 || (report is { Mysqld: MysqldState.Running } && !IsAnother(report, step));
        if (!untaken)
        {
            return RollingAct.Wait;
        }

        if (step.Token == 0 && rolling.Stopping is { } stopping)
        {
            return End(seen, rolling, OperatorOutcome.Refused, stopping);
        }

        var against = seen.Faults.RollsBlindly ? [] : SettingsPolicy.RestartRefusals(seen, step.Node, interruptWrites: false);
        if (!against.IsEmpty)
        {
            var what = step.Token == 0 ? $"{name} is not restarted" : $"{name} is not told again, and may be restarted yet";
            return Against(seen, rolling, sight, against, what);
        }

        return step.Token == 0
            ? Set(rolling.With(step with { Token = sight.Token, Pid = report?.MysqldPid ?? 0, Settings = seen.State.Settings.Version }))
            : new RollingAct(Tell: step);
    }

    private static RollingAct WatchHandOver(ControllerInput seen, RollingRestart rolling, RollingStep step, RollingSight sight)
    {
        var (name, current) = (Short(seen.State, step.Node), seen.State.Current);
        if (current is { Closed: false, Established: true } next && next.Leader != step.Node && seen.Reports.GetValueOrDefault(next.Leader) is { Leading: true }
            && Follows(seen, step.Node))
        {
            var text = $"rolling restart: {seen.State.NameOf(next.Leader)} leads now";
            return Set(rolling.With(step with { EndedAt = seen.WallClock, Leader = next.Leader }), text);
        }

        if (sight.For >= BackPatience)
        {
            return End(seen, rolling, OperatorOutcome.Unknown, new Reason("not-handed-over", $"{name} was to hand over, and does not follow another yet"));
        }

        if (current is not { Closed: false } open || open.Leader != step.Node)
        {
            return RollingAct.Wait;
        }

        if (seen.State.Switchover?.Epoch == open.Number)
        {
            return step.Token == open.Number ? RollingAct.Wait : Set(rolling.With(step with { Token = open.Number }));
        }

        if (step.Token == open.Number)
        {
            return End(seen, rolling, OperatorOutcome.Refused, new Reason("switchover-dropped", $"{name} leads and cannot hand over: {seen.State.SwitchoverDropped}"));
        }

        if (rolling.Stopping is { } stopping)
        {
            return End(seen, rolling, OperatorOutcome.Refused, stopping);
        }

        // A switchover alone could be had in a pause, and then the restart that it is for could not.
        var paused = seen.Faults.RollsBlindly ? [] : SettingsPolicy.Paused(seen);
        var against = ControllerPolicy.SwitchoverRefusals(seen, null).AddRange(paused);
        return against.IsEmpty
            ? new RollingAct(ControllerPolicy.SwitchoverTo(seen, open, null, "a rolling restart restarts the leader's mysqld last"))
            : Against(seen, rolling, sight, against, $"{name} leads and cannot hand over");
    }

    /// <summary>It is waited with for what passes; all else ends it.</summary>
    private static RollingAct Against(
        ControllerInput seen, RollingRestart rolling, RollingSight sight, ImmutableArray<Reason> against, string what)
    {
        var told = rolling.UnderWay is { HandsOver: false, Token: > 0 };
        var why = new Reason(against[0].Code, $"{what}: {string.Join("; ", against.Select(r => r.Text))}");
        return sight.For < PassingPatience && against.All(r => Passing.Contains(r.Code))
            ? RollingAct.Wait
            : End(seen, rolling, told ? OperatorOutcome.Unknown : OperatorOutcome.Refused, why);
    }

    /// <summary>It follows whoever leads now, with all that the leader had.</summary>
    private static bool Follows(ControllerInput seen, NodeId node) =>
        seen.State.Current is { Closed: false } open && open.Leader != node
        && seen.Reports.GetValueOrDefault(node) is { Mysqld: MysqldState.Running, CatchingUp: false, Status: { ReceiverRunning: true, ApplierRunning: true, LagSeconds: null or <= 10 } } report
        && report.RoleEpoch == open.Number;

    /// <summary>Another process than the one that was to go.</summary>
    private static bool IsAnother(MemberReport report, RollingStep step) =>
        report.Restarted >= step.Token || (step.Pid > 0 && report.MysqldPid > 0 && report.MysqldPid != step.Pid);

    /// <summary>What waits on it is known: it has looked at all that the cluster is set to, or says what is wrong with that.</summary>
    private static bool IsSettled(ControllerInput seen, MemberReport report) => seen.State.Settings.Version == 0
        || (report.Settings is { } told && (told.Version >= seen.State.Settings.Version || !told.Problems.IsEmpty));

    /// <summary>Of whose mysqld nobody knows whether it waits, and why. One that does not run takes all when it starts.</summary>
    private static IEnumerable<(MemberInfo Member, string Why)> NotKnown(ControllerInput seen)
    {
        foreach (var member in MemberOrder.ByAddress(seen.State.Members.Values).Where(m => m.Id != seen.State.Leaving?.Node))
        {
            if (seen.Reports.GetValueOrDefault(member.Id) is not { } report)
            {
                yield return (member, "is not heard");
            }
            else if (report.Mysqld == MysqldState.Running && !IsSettled(seen, report) && !seen.Faults.RollsOnUnsettled)
            {
                var version = seen.State.Settings.Version.ToString(CultureInfo.InvariantCulture);
                yield return (member, $"has not looked at version {version} of the configuration yet");
            }
        }
    }

    private static Reason LeadsAlone(ControllerInput seen, EpochRecord open) => new(
        "leads-alone",
        $"{seen.State.NameOf(open.Leader)} votes alone and cannot hand over;"
            + $" 'mysqlha restart {Short(seen.State, open.Leader)} --interrupt-writes'"
            + " restarts its mysqld, and nothing can be written until it leads again");

    private static bool Waits(ControllerInput seen, NodeId node) =>
        seen.Reports.GetValueOrDefault(node) is { Settings.PendingRestart.IsEmpty: false };

    private static RollingAct Set(RollingRestart next, string text = "") =>
        new(new SetRolling(next with { Revision = next.Revision + 1 }, text));

    private static RollingAct End(ControllerInput seen, RollingRestart rolling, OperatorOutcome outcome, Reason why) => Set(
        rolling with { EndedAt = seen.WallClock, End = AuditEntry.Short(new OperatorAnswer(outcome, why)) },
        $"the rolling restart {(outcome == OperatorOutcome.Done ? "is over" : "stopped")}: {why.Text}");

    private static string Short(ClusterState state, NodeId node) =>
        state.Members.GetValueOrDefault(node)?.Name ?? state.Removed.GetValueOrDefault(node)?.Name ?? node.Short;

    private static string Seconds(RollingStep step, long now) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, now - step.BeganAt) / 1000.0:0.0} s");
}
