using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Hooks;

/// <summary>What the suitability hook last said of this node.</summary>
/// <param name="Suitable">It ended with 0, or there is none.</param>
/// <param name="Priority">0 to 1000, from its last line; null: it said none.</param>
/// <param name="Problem">Why it is not suitable, for people.</param>
public sealed record Suitability(bool Suitable, int? Priority, string Problem = "")
{
    public static readonly Suitability Unknown = new(true, null);
}

/// <summary>
/// Runs an operator's executables: one after the other in the order of events, beside all else. What they do, or how long they take, never
/// holds the cluster up.
/// </summary>
public sealed class HookRunner(HookOptions options, IEventSource events, Func<ClusterView> view, ILogger logger)
{
    /// <summary>Further behind than this, events are left out: who is that late is told what is.</summary>
    private const int MostBehind = 200;

    /// <summary>By hook, why it is not run: told once, however often it would be.</summary>
    private readonly ConcurrentDictionary<string, string> _problems = new();

    /// <summary>On each event that has a hook, and on every one for a hook named <c>event</c>. Until cancelled.</summary>
    public async Task FollowEventsAsync(CancellationToken stopping)
    {
        var last = events.After(0) is [.., var newest] ? newest.Id : 0;
        try
        {
            while (true)
            {
                var happened = await events.WaitAsync(last, stopping);
                last = happened[^1].Id;
                if (happened.Count > MostBehind)
                {
                    HookLog.Behind(logger, happened.Count - MostBehind);
                }

                foreach (var one in happened.Skip(happened.Count - MostBehind))
                {
                    await TellAsync(one, stopping);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The agent ends; so did the hook under way.
        }
    }

    /// <summary>Asks the suitability hook again and again, and passes on each answer that differs from the last. Until cancelled.</summary>
    public async Task WatchSuitabilityAsync(Action<Suitability> changed, CancellationToken stopping)
    {
        var known = Suitability.Unknown;
        try
        {
            while (true)
            {
                var now = await AskSuitabilityAsync(stopping);
                if (now != known)
                {
                    known = now;
                    if (now.Problem.Length > 0)
                    {
                        HookLog.Wrong(logger, HookEvents.Suitability, now.Problem);
                    }

                    changed(now);
                }

                await Task.Delay(options.SuitabilityEvery, stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
    }

    /// <summary>A hook that fails, is killed or says something else keeps the node from leading: what it would say is not known.</summary>
    internal async Task<Suitability> AskSuitabilityAsync(CancellationToken stopping)
    {
        if (Find(HookEvents.Suitability) is not { } path)
        {
            return Suitability.Unknown;
        }

        var outcome = await HookProcess.RunAsync(path, HookEvents.EnvironmentOf(HookEvents.Suitability, view()), options.Limit, stopping);
        // One that was taken away before it could start, or while it ran, counts no more.
        if (outcome is { ExitCode: 0, LastLine: "" } || (outcome.ExitCode is null && !File.Exists(path)))
        {
            return Suitability.Unknown;
        }

        if (outcome.ExitCode == 0
            && int.TryParse(outcome.LastLine, NumberStyles.None, CultureInfo.InvariantCulture, out var priority) && priority <= 1000)
        {
            return new Suitability(true, priority);
        }

        return new Suitability(false, null, outcome switch
        {
            { ExitCode: null } => outcome.Problem,
            { ExitCode: 0 } => $"its last line is '{outcome.LastLine}'; a number from 0 to 1000 is allowed, or nothing",
            _ => $"it ended with {outcome.ExitCode}{(outcome.LastLine.Length > 0 ? $": {outcome.LastLine}" : "")}",
        });
    }

    private async Task TellAsync(ClusterEvent happened, CancellationToken stopping)
    {
        var seen = view();
        if (HookEvents.HookOf(happened, seen) is { } named)
        {
            await RunAsync(named, happened, seen, stopping);
        }

        await RunAsync("event", happened, seen, stopping);
    }

    private async Task RunAsync(string hook, ClusterEvent happened, ClusterView seen, CancellationToken stopping)
    {
        if (Find(hook) is not { } path)
        {
            return;
        }

        var began = Stopwatch.GetTimestamp();
        var outcome = await HookProcess.RunAsync(path, HookEvents.EnvironmentOf(happened, hook, seen), options.Limit, stopping);
        if (outcome.ExitCode is { } exit)
        {
            HookLog.Ended(logger, hook, exit, (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds, outcome.LastLine);
        }
        else
        {
            HookLog.Wrong(logger, hook, outcome.Problem);
        }
    }

    private string? Find(string hook)
    {
        try
        {
            var path = HookFolder.Find(options.Directory, hook, out var problem);
            NoteProblem(hook, problem);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            NoteProblem(hook, e.Message);
            return null;
        }
    }

    private void NoteProblem(string hook, string problem)
    {
        if (_problems.GetValueOrDefault(hook, "") != problem)
        {
            _problems[hook] = problem;
            if (problem.Length > 0)
            {
                HookLog.Wrong(logger, hook, problem);
            }
        }
    }
}
