using System.Diagnostics;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>
/// Asks for a rolling restart and says what the cluster does, step by step, until it is over. The cluster goes on by itself where nobody
/// looks on any more.
/// </summary>
internal sealed class RollingWatch(ClusterClient client, TextWriter output, TextWriter error)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>An answer that is lost may be of one that began all the same.</summary>
    private static readonly TimeSpan BeginPatience = TimeSpan.FromSeconds(5);

    /// <summary>A node that is just busy answers within it.</summary>
    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(5);

    private int _begun;
    private int _ended;

    /// <summary>For how long nobody who answers may be without a majority before this looks on no more: elections take seconds.</summary>
    public TimeSpan QuorumPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(bool all, bool dryRun, CancellationToken cancellation)
    {
        var before = await client.ViewAsync(cancellation);
        var answer = await client.AskAsync(new RollingRequest(before.Epoch, all, dryRun), cancellation);
        if (answer.Outcome == OperatorOutcome.Refused)
        {
            return await StopAsync(ExitCodes.Refused, $"refused: {answer.Reason.Text} [{answer.Reason.Code}]");
        }

        if (answer.Outcome == OperatorOutcome.Done && (dryRun || answer.Reason.Code == "nothing-waits"))
        {
            await output.WriteLineAsync(answer.Reason.Text);
            return ExitCodes.Ok;
        }

        if (await BegunAsync(before.Rolling?.BegunAt, cancellation) is not { } rolling)
        {
            var what = $"outcome unknown: {answer.Reason.Text}; look ('mysqlha status') before trying again";
            return await StopAsync(ExitCodes.Unknown, what);
        }

        return await FollowAsync(rolling, cancellation);
    }

    private async Task<RollingView?> BegunAsync(DateTimeOffset? last, CancellationToken cancellation)
    {
        var until = DateTimeOffset.UtcNow + BeginPatience;
        while (true)
        {
            if ((await LookAsync(cancellation)).Rolling is { BegunAt: { } begun } rolling && begun != last)
            {
                return rolling;
            }

            if (DateTimeOffset.UtcNow > until)
            {
                return null;
            }

            await Task.Delay(LookEvery, cancellation);
        }
    }

    private async Task<int> FollowAsync(RollingView rolling, CancellationToken cancellation)
    {
        var (began, quorumSeen) = (rolling.BegunAt, Stopwatch.StartNew());
        while (true)
        {
            // Another node may answer that knows less yet.
            if (rolling.BegunAt == began)
            {
                await SayAsync(rolling);
                if (rolling.End is { } end)
                {
                    return await EndAsync(rolling, end);
                }
            }
            else if (rolling.BegunAt > began)
            {
                const string Another = "another rolling restart has begun meanwhile; 'mysqlha history' says how this one ended";
                return await StopAsync(ExitCodes.Unknown, Another);
            }

            await Task.Delay(LookEvery, cancellation);
            var view = await LookAsync(cancellation);
            if (view.Election != ElectionStatus.NoQuorum)
            {
                quorumSeen.Restart();
            }
            else if (quorumSeen.Elapsed > QuorumPatience)
            {
                throw NotSeen($"nobody who answers has reached a majority for {QuorumPatience.TotalSeconds:0} s");
            }

            rolling = view.Rolling ?? rolling;
        }
    }

    /// <summary>Where nobody answers the cluster goes on all the same: how that ends is not known here.</summary>
    private async Task<ClusterView> LookAsync(CancellationToken cancellation)
    {
        var until = DateTimeOffset.UtcNow + LookPatience;
        while (true)
        {
            try
            {
                return await client.ViewAsync(cancellation);
            }
            catch (ClientException e) when (DateTimeOffset.UtcNow > until)
            {
                throw NotSeen(e.Message);
            }
            catch (ClientException)
            {
                await Task.Delay(LookEvery, cancellation);
            }
        }
    }

    private static ClientException NotSeen(string why) =>
        new(ExitCodes.Unknown, $"{why}; the cluster goes on without this command: 'mysqlha status' says how far it is");

    private async Task SayAsync(RollingView rolling)
    {
        foreach (var (step, number) in rolling.Steps.Select((step, index) => (step, index + 1)))
        {
            if (number > _begun)
            {
                _begun = number;
                await output.WriteLineAsync($"{step.Name}: {(step.HandsOver ? "leads, and hands over" : "its mysqld is restarted")}");
            }

            if (number > _ended && step.EndedAt is { } ended)
            {
                _ended = number;
                await output.WriteLineAsync(step.HandsOver
                    ? $"{step.Leader ?? "another"}: leads now"
                    : $"{step.Name}: follows again after {Math.Max(0, (ended - step.BeganAt).TotalSeconds):0.0} s");
            }
        }
    }

    private async Task<int> EndAsync(RollingView rolling, OperatorAnswer end)
    {
        if (end.Outcome == OperatorOutcome.Done)
        {
            await output.WriteLineAsync(end.Reason.Text);
            return ExitCodes.Ok;
        }

        var code = end switch
        {
            { Outcome: OperatorOutcome.Unknown } => ExitCodes.Unknown,
            { Reason.Code: "not-taken" or "still-waits" } => ExitCodes.Error,
            // Refused is where nothing was done.
            _ => rolling.Steps.Any(s => s.EndedAt is not null) ? ExitCodes.Error : ExitCodes.Refused,
        };
        _ = await StopAsync(code, $"{end.Reason.Text} [{end.Reason.Code}]");
        var again = $"'restart --rolling{(rolling.All ? " --all" : "")}' {RollingView.AskedAgain(rolling.All)}";
        await error.WriteLineAsync($"mysqlha: stopped here; asked again, {again}");
        return code;
    }

    private async Task<int> StopAsync(int code, string sentence)
    {
        await error.WriteLineAsync($"mysqlha: {PlainText.OneLine(sentence)}");
        return code;
    }
}
