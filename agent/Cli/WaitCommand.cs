using System.CommandLine;
using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>
/// <c>mysqlha wait</c>: until the node that answers is in order, for scripts that touch one node after the other. Patience counts from
/// the last progress that the node shows, since a clone takes as long as it takes.
/// </summary>
internal static class WaitCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    /// <summary>What a switchover asks of its target; more would make the next node's turn come when nobody can take over.</summary>
    private static readonly TimeSpan MostLag = TimeSpan.FromSeconds(5);

    public static Command Build()
    {
        var timeout = new Option<string>("--timeout")
        {
            Description = "How long to wait without progress: 30s, 5m; a number alone is seconds",
            HelpName = "DURATION",
            DefaultValueFactory = _ => "60s",
        };
        timeout.Validators.Add(result =>
        {
            if (!TryPatience(result.GetValueOrDefault<string>(), out _))
            {
                result.AddError($"--timeout: '{result.GetValueOrDefault<string>()}' is not a duration; allowed: 30, 30s, 5m");
            }
        });
        const string Description = "Waits until the node that answers leads an established epoch, or follows such a leader and keeps up";
        return new Command("wait", Description) { timeout }.Client((parse, client, cancellation) =>
            RunAsync(parse, client, TryPatience(parse.GetValue(timeout)!, out var patience) ? patience : default, cancellation));
    }

    /// <summary>Empty: the node is in order.</summary>
    internal static IEnumerable<Reason> Against(ClusterView view)
    {
        var me = view.Member(view.Self);
        if (ViewText.Leader(view) is null || me is null)
        {
            return [new Reason("no-leader", "there is no leader"), .. view.Reasons, .. me?.Problems ?? []];
        }

        if (!view.Established || !view.LeaderWritable)
        {
            return [new Reason("not-established", $"epoch {view.Epoch} has a leader that takes no writes yet"), .. view.Reasons];
        }

        return view.Leader == view.Self ? [] : [.. AgainstFollower(view, me)];
    }

    private static IEnumerable<Reason> AgainstFollower(ClusterView view, MemberView me)
    {
        if (me is { Role: MemberRole.Follower, Mysqld: MysqldState.Running, ReceiverRunning: true, ApplierRunning: true }
            && me.Epoch == view.Epoch && me.Health is MemberHealth.Ok or MemberHealth.Warning)
        {
            if (me.LagSeconds > MostLag.TotalSeconds)
            {
                yield return new Reason(
                    "lag-too-high", $"it is {ViewText.Lag(me.LagSeconds)} behind, {MostLag.TotalSeconds:0} s are allowed");
            }

            yield break;
        }

        yield return new Reason("does-not-follow", $"it does not follow the leader yet (mysqld is {ViewText.Word(me.Mysqld)})");
        if (me.Activity.Length > 0)
        {
            yield return new Reason("busy", $"it is busy: {me.Activity}");
        }

        foreach (var problem in me.Problems)
        {
            yield return problem;
        }
    }

    private static bool TryPatience(string? text, out TimeSpan patience)
    {
        patience = default;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            patience = TimeSpan.FromSeconds(seconds);
            return true;
        }

        return text is not null && DurationText.TryParse(text, out patience);
    }

    private static async Task<int> RunAsync(ParseResult parse, ClusterClient client, TimeSpan patience, CancellationToken cancellation)
    {
        var since = Environment.TickCount64;
        var progress = "";
        while (true)
        {
            var (name, reasons, activity) = await LookAsync(client, cancellation);
            if (reasons.Count == 0)
            {
                parse.InvocationConfiguration.Output.WriteLine($"{name} is in order");
                return ExitCodes.Ok;
            }

            if (activity != progress)
            {
                (progress, since) = (activity, Environment.TickCount64);
            }

            if (Environment.TickCount64 - since >= patience.TotalMilliseconds)
            {
                var last = string.Join("; ", reasons);
                await parse.InvocationConfiguration.Error.WriteLineAsync(
                    $"mysqlha: {name} is not in order after {patience.TotalSeconds:0} s: {last}");
                return ExitCodes.Error;
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    private static async Task<(string Name, IReadOnlyList<string> Reasons, string Activity)> LookAsync(
        ClusterClient client, CancellationToken cancellation)
    {
        try
        {
            var view = await client.ViewAsync(cancellation);
            var me = view.Member(view.Self);
            return (me?.Name ?? view.Self.Short, [.. Against(view).Select(r => r.Text).Distinct()], me?.Activity ?? "");
        }
        catch (ClientException e)
        {
            return ("the node", [PlainText.OneLine(e.Message)], ""); // an agent that is only just starting does not answer yet
        }
    }
}
