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

        var order = Order(seen, all, []);
        if (seen.Voters.Count == 1 && order.Contains(open.Leader))
        {
            var name = ControllerPolicy.Name(seen, open.Leader);
            return [new Reason("leads-alone", $"{name} votes alone and cannot hand over; 'mysqlha restart {Short(seen.State, open.Leader)} --interrupt-writes'"
                + " restarts its mysqld, and nothing can be written until it leads again")];
        }

        return
        [
            .. seen.State.Paused ? [new Reason("paused", "the cluster is paused: whatever fails meanwhile would not be mended; resume it first")] : Array.Empty<Reason>(),
            .. SettingsPolicy.Older(seen, MemberReport.Rollings, "rolling restart"),
        ];
    }

    /// <summary>Who is to be restarted, in this order: followers by their addresses, the leader last.</summary>
    public static ImmutableArray<NodeId> Order(ControllerInput seen, bool all, IReadOnlyCollection<NodeId> done)
    {
        var leader = seen.State.Current is { Closed: false } open ? open.Leader : (NodeId?)null;
        return
        [
            .. MemberOrder.ByAddress(seen.State.Members.Values).Select(m => m.Id)
                .Where(m => m != seen.State.Leaving?.Node && !done.Contains(m) && (all || Waits(seen, m)))
                .OrderBy(m => m == leader && !seen.Faults.RollsTheLeaderFirst),
        ];
    }

    /// <summary>"db2, db3, db1 (leads; hands over before)".</summary>
    public static string Names(ControllerInput seen, ImmutableArray<NodeId> order) => string.Join(", ", order.Select(m =>
        Short(seen.State, m) + (m == seen.State.Current?.Leader ? " (leads; hands over before)" : "")));

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

        var why = new Reason("driver-lost", $"{ControllerPolicy.Name(seen, rolling.Driver)}, which drove it, is lost");
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
            var hands = node == open.Leader && !seen.Faults.RollsTheLeaderFirst;
            var text = hands ? $"{ControllerPolicy.Name(seen, node)} leads, and hands over" : $"the mysqld of {ControllerPolicy.Name(seen, node)} is restarted";
            return Set(rolling with { Steps = rolling.Steps.Add(new RollingStep(node, hands, seen.WallClock)) }, $"rolling restart: {text}");
        }

        // Of who is not heard nobody knows what waits.
        var unheard = MemberOrder.ByAddress(seen.State.Members.Values).Where(m => !rolling.All && !seen.Reports.ContainsKey(m.Id)).Select(m => m.Name).ToList();
        if (unheard.Count > 0 && sight.For < PassingPatience)
        {
            return RollingAct.Wait;
        }

        var took = TimeSpan.FromMilliseconds(Math.Max(0, seen.WallClock - rolling.At));
        return End(seen, rolling, OperatorOutcome.Done, new Reason("rolled", string.Create(
            CultureInfo.InvariantCulture, $"{rolling.Done.Count()} restarted in {took.TotalSeconds:0.0} s; nothing waits for a restart any more")
                + (unheard.Count > 0 ? $", as far as is known: {string.Join(", ", unheard)} is not heard" : "")));
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
                { PendingRestart: { IsEmpty: false } still } => End(
                    seen, ended, OperatorOutcome.Refused, new Reason("still-waits", $"{name} was restarted, and {string.Join(", ", still)} waits all the same")),
                _ => Set(ended, $"rolling restart: {name} {(seen.State.Current?.Leader == step.Node ? "leads" : "follows")} again after {Seconds(step, seen.WallClock)}"),
            };
        }

        if (sight.For >= BackPatience)
        {
            return End(seen, rolling, OperatorOutcome.Unknown, new Reason("not-back", $"{name} does not follow again after {BackPatience.TotalMinutes:0} minutes"));
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
            return Against(seen, rolling, sight, against, $"{name} is not restarted");
        }

        return step.Token == 0
            ? Set(rolling.With(step with { Token = sight.Token, Pid = report?.MysqldPid ?? 0 }))
            : new RollingAct(Tell: step);
    }

    private static RollingAct WatchHandOver(ControllerInput seen, RollingRestart rolling, RollingStep step, RollingSight sight)
    {
        var (name, current) = (Short(seen.State, step.Node), seen.State.Current);
        if (current is { Closed: false, Established: true } next && next.Leader != step.Node && seen.Reports.GetValueOrDefault(next.Leader) is { Leading: true }
            && Follows(seen, step.Node))
        {
            var text = $"rolling restart: {ControllerPolicy.Name(seen, next.Leader)} leads now";
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

        var against = ControllerPolicy.SwitchoverRefusals(seen, null);
        return against.IsEmpty
            ? new RollingAct(ControllerPolicy.SwitchoverTo(seen, open, null, "a rolling restart restarts the leader's mysqld last"))
            : Against(seen, rolling, sight, against, $"{name} leads and cannot hand over");
    }

    /// <summary>It is waited with for what passes; all else ends it.</summary>
    private static RollingAct Against(ControllerInput seen, RollingRestart rolling, RollingSight sight, ImmutableArray<Reason> against, string what) =>
        sight.For < PassingPatience && against.All(r => Passing.Contains(r.Code))
            ? RollingAct.Wait
            : End(seen, rolling, OperatorOutcome.Refused, new Reason(against[0].Code, $"{what}: {string.Join("; ", against.Select(r => r.Text))}"));

    /// <summary>It follows whoever leads now, with all that the leader had.</summary>
    private static bool Follows(ControllerInput seen, NodeId node) =>
        seen.State.Current is { Closed: false } open && open.Leader != node
        && seen.Reports.GetValueOrDefault(node) is { Mysqld: MysqldState.Running, CatchingUp: false, Status: { ReceiverRunning: true, ApplierRunning: true, LagSeconds: null or <= 10 } } report
        && report.RoleEpoch == open.Number;

    /// <summary>Another process than the one that was to go.</summary>
    private static bool IsAnother(MemberReport report, RollingStep step) =>
        report.Restarted >= step.Token || (step.Pid > 0 && report.MysqldPid > 0 && report.MysqldPid != step.Pid);

    private static bool Waits(ControllerInput seen, NodeId node) =>
        seen.Reports.GetValueOrDefault(node) is { Settings.PendingRestart.IsEmpty: false };

    private static RollingAct Set(RollingRestart next, string text = "") =>
        new(new SetRolling(next with { Revision = next.Revision + 1 }, text));

    private static RollingAct End(ControllerInput seen, RollingRestart rolling, OperatorOutcome outcome, Reason why) => Set(
        rolling with { EndedAt = seen.WallClock, End = AuditEntry.Short(new OperatorAnswer(outcome, why)) },
        $"the rolling restart {(outcome == OperatorOutcome.Done ? "is over" : "stopped")}: {why.Text}");

    private static string Short(ClusterState state, NodeId node) => state.Members.GetValueOrDefault(node)?.Name ?? node.Short;

    private static string Seconds(RollingStep step, long now) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, now - step.BeganAt) / 1000.0:0.0} s");
}
