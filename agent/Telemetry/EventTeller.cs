using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Telemetry;

/// <summary>Reads the node's events as they come and gives them to those who tell the world. The loop never waits for it.</summary>
public sealed class EventTeller : IAsyncDisposable
{
    private readonly IEventSource _events;
    private readonly Func<ClusterView> _view;
    private readonly ImmutableArray<(WebhookPoster Poster, PostQueue Queue)> _hooks;
    private readonly TraceTarget? _traces;
    private readonly PostQueue? _collector;
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _telling;
    private TraceExporter? _exporter;

    private EventTeller(
        IEventSource events,
        Func<ClusterView> view,
        ImmutableArray<WebhookTarget> hooks,
        TraceTarget? traces,
        ILogger logger,
        TimeSpan pause)
    {
        (_events, _view, _traces) = (events, view, traces);
        _hooks = [.. hooks.Select(h => (new WebhookPoster(h), new PostQueue("webhook", h.Url, logger, pause)))];
        _collector = traces is null ? null : new PostQueue("collector", traces.Url, logger, pause);
        _telling = Task.Run(() => TellAsync(_ends.Token));
    }

    /// <summary>Null: there is nobody to be told.</summary>
    /// <param name="view">The latest picture; asked for when something happened.</param>
    /// <param name="traces">Who gets a trace of each change of leader; null: nobody.</param>
    /// <param name="pause">Before a receiver is tried again for the first time; null: half a second.</param>
    public static EventTeller? Start(
        IEventSource events,
        Func<ClusterView> view,
        ImmutableArray<WebhookTarget> hooks,
        TraceTarget? traces,
        ILogger logger,
        TimeSpan? pause = null) =>
        hooks.IsEmpty && traces is null ? null : new EventTeller(events, view, hooks, traces, logger, pause ?? TimeSpan.FromSeconds(0.5));

    /// <summary>Names and numbers for the metrics.</summary>
    public IEnumerable<KeyValuePair<string, long>> Counters
    {
        get
        {
            var all = _hooks.Select(h => h.Queue.Counts).ToList();
            yield return KeyValuePair.Create("webhooks_sent", all.Sum(c => c.Sent));
            yield return KeyValuePair.Create("webhooks_failed", all.Sum(c => c.Failed));
            yield return KeyValuePair.Create("webhooks_given_up", all.Sum(c => c.GivenUp));
            yield return KeyValuePair.Create("webhooks_refused", all.Sum(c => c.Refused));
            if (_collector?.Counts is { } traces)
            {
                yield return KeyValuePair.Create("traces_sent", traces.Sent);
                yield return KeyValuePair.Create("traces_failed", traces.Failed);
                yield return KeyValuePair.Create("traces_given_up", traces.GivenUp);
                yield return KeyValuePair.Create("traces_refused", traces.Refused);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _telling;
        foreach (var queue in _hooks.Select(h => h.Queue).Append(_collector).OfType<PostQueue>())
        {
            await queue.DisposeAsync();
        }

        foreach (var (poster, _) in _hooks)
        {
            poster.Dispose();
        }

        _exporter?.Dispose();
        _ends.Dispose();
    }

    private async Task TellAsync(CancellationToken ends)
    {
        try
        {
            ClusterView? view = null;
            var desk = new EventDesk(() => view!.Controller == view.Self);
            for (var last = 0L; ;)
            {
                var learned = await _events.WaitAsync(last, ends);
                last = learned[^1].Id;
                view = _view();
                foreach (var one in desk.Tell(learned))
                {
                    Tell(one, view);
                }
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    private void Tell(ClusterEvent one, ClusterView view)
    {
        WebhookMessage? message = null;
        foreach (var (poster, queue) in _hooks)
        {
            if (poster.Target.Wants(one))
            {
                queue.Send(poster.PostOf(message ??= WebhookBody.Of(one, view).ToMessage()));
            }
        }

        if (one.Code == "phases" && _traces is not null && view.History.FirstOrDefault(e => e.Number == one.Epoch) is { } epoch)
        {
            TellTrace(epoch, view, one.Code);
        }
    }

    /// <summary>Apart from all else: OpenTelemetry's library is loaded when this runs.</summary>
    private void TellTrace(EpochView epoch, ClusterView view, string code)
    {
        _exporter ??= new TraceExporter(_traces!, view);
        if (_exporter.PostOf(epoch, view, code) is { } post)
        {
            _collector!.Send(post);
        }
    }
}
