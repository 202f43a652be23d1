using System.Diagnostics;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>
/// Restarts one mysqld after another, each when the one before follows again with all that the leader has. What comes next is read from
/// the cluster each time: a run that was interrupted is gone on with by another.
/// </summary>
/// <param name="all">Those too that no setting waits for.</param>
internal sealed class RollingRestart(ClusterClient client, bool all, TextWriter output, TextWriter error)
{
    private static readonly TimeSpan BackPatience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan PassingPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    // What is over by itself, a moment after the step before.
    private static readonly string[] Passing =
        ["other-epoch", "no-leader", "no-majority", "not-controller", "switchover-under-way", "too-few-followers"];

    private readonly HashSet<NodeId> _done = [];

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(bool dryRun, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var view = await client.ViewAsync(cancellation);
        if (dryRun)
        {
            var names = Order(view).Select(m => m.Name + (m.Id == view.Leader ? " (leads; hands over before)" : "")).ToList();
            await output.WriteLineAsync(names.Count > 0
                ? $"would be restarted, in this order: {string.Join(", ", names)}"
                : "nothing waits for a restart");
            return ExitCodes.Ok;
        }

        while (Order(view) is { Count: > 0 } order)
        {
            var next = order[0];
            var code = next.Id == view.Leader ? await MoveLeaderAsync(view, next, cancellation) : await RestartAsync(next, cancellation);
            if (code != ExitCodes.Ok)
            {
                await error.WriteLineAsync("mysqlha: stopped here; asked again, 'restart --rolling' goes on with those that are left");
                return code;
            }

            view = await client.ViewAsync(cancellation);
        }

        await output.WriteLineAsync(_done.Count == 0
            ? "nothing waits for a restart"
            : $"{_done.Count} restarted in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s; nothing waits for a restart any more");
        return ExitCodes.Ok;
    }

    /// <summary>Followers by number, the leader last.</summary>
    private List<MemberView> Order(ClusterView view) =>
    [
        .. view.Members.Where(m => m.Standing is MemberStanding.Voter or MemberStanding.Learner && !_done.Contains(m.Id)
                && (all || Waits(view, m.Id)))
            .OrderBy(m => m.Id == view.Leader).ThenBy(m => m.Number),
    ];

    private static bool Waits(ClusterView view, NodeId node) => view.Configuration?.Member(node) is { PendingRestart.IsEmpty: false };

    private async Task<int> RestartAsync(MemberView member, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        await output.WriteLineAsync($"{member.Name}: its mysqld is restarted");
        var answer = await InPatienceAsync(view => new RestartRequest(view.Epoch, member.Id), cancellation);
        if (answer.Outcome == OperatorOutcome.Refused)
        {
            return await StopAsync(ExitCodes.Refused, $"{member.Name} is not restarted: {answer.Reason.Text} [{answer.Reason.Code}]");
        }

        // An unknown outcome is known by looking: a mysqld that recovers for long is back at last.
        if (!await UntilAsync(view => IsBack(view, member), BackPatience, cancellation))
        {
            return await StopAsync(ExitCodes.Unknown, $"{member.Name} does not follow again after {BackPatience.TotalMinutes:0} minutes");
        }

        _ = _done.Add(member.Id);
        await output.WriteLineAsync($"{member.Name}: follows again after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
        var view = await client.ViewAsync(cancellation);
        return view.Configuration?.Member(member.Id) switch
        {
            { Problems: [var problem, ..] } => await StopAsync(ExitCodes.Error, $"{member.Name}: {problem.Text}"),
            { PendingRestart: { IsEmpty: false } still } =>
                await StopAsync(ExitCodes.Error, $"{member.Name} was restarted, and {string.Join(", ", still)} waits all the same"),
            _ => ExitCodes.Ok,
        };
    }

    private async Task<int> MoveLeaderAsync(ClusterView view, MemberView leader, CancellationToken cancellation)
    {
        await output.WriteLineAsync($"{leader.Name}: leads, and hands over");
        var answer = await InPatienceAsync(
            now => new SwitchoverRequest(now.Leader == leader.Id ? now.Epoch : view.Epoch, null), cancellation);
        if (answer.Outcome == OperatorOutcome.Refused)
        {
            var why = $"{leader.Name} leads and cannot hand over: {answer.Reason.Text} [{answer.Reason.Code}]";
            return await StopAsync(ExitCodes.Refused, why);
        }

        bool HandedOver(ClusterView now) => now.LeaderWritable && now.Leader != leader.Id && Follows(now, leader.Id);
        if (!await UntilAsync(HandedOver, BackPatience, cancellation))
        {
            return await StopAsync(ExitCodes.Unknown, $"{leader.Name} was to hand over, and does not follow another yet");
        }

        var next = ViewText.Leader(await client.ViewAsync(cancellation));
        await output.WriteLineAsync($"{next?.Name ?? "another"}: leads now");
        return ExitCodes.Ok;
    }

    private static bool Follows(ClusterView view, NodeId node) =>
        view.Member(node) is { Role: MemberRole.Follower, ReceiverRunning: true, Health: MemberHealth.Ok };

    /// <summary>It follows, in another process than before, and has said what still waits.</summary>
    private static bool IsBack(ClusterView view, MemberView before) =>
        Follows(view, before.Id) && view.Member(before.Id)!.MysqldPid is > 0 and var pid && pid != before.MysqldPid
        && view.Configuration?.Member(before.Id)?.Version is not null;

    /// <summary>Asks, and again where it was refused for what passes.</summary>
    private async Task<OperatorAnswer> InPatienceAsync(Func<ClusterView, OperatorRequest> requestOf, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await client.AskAsync(requestOf(await client.ViewAsync(cancellation)), cancellation);
            if (answer.Outcome != OperatorOutcome.Refused || !Passing.Contains(answer.Reason.Code)
                || Stopwatch.GetElapsedTime(began) > PassingPatience)
            {
                return answer;
            }

            await Task.Delay(LookEvery, cancellation);
        }
    }

    private async Task<bool> UntilAsync(Func<ClusterView, bool> condition, TimeSpan patience, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < patience)
        {
            if (condition(await client.ViewAsync(cancellation)))
            {
                return true;
            }

            await Task.Delay(LookEvery, cancellation);
        }

        return false;
    }

    private async Task<int> StopAsync(int code, string sentence)
    {
        await error.WriteLineAsync($"mysqlha: {PlainText.OneLine(sentence)}");
        return code;
    }
}
