using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// <c>/v1/events</c>: the kept events as JSON, or, for who accepts <c>text/event-stream</c>, one after the other as they happen. A comment
/// every ten seconds tells a client that the node lives, and the node that the client is gone.
/// </summary>
internal sealed class EventsEndpoint(IClusterPort port, ConnectionBook book, Access access, CancellationToken stopping)
{
    public const string Stream = "text/event-stream";

    /// <summary>Of the connections that the API has room for, so many may be streams.</summary>
    internal const int MostStreams = 64;

    private const string Resume = "Last-Event-ID";
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    private int _open;

    public Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.Vary = "Accept";
        var streams = context.Request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals(Stream, StringComparison.OrdinalIgnoreCase));
        var given = context.Request.Query["after"] is { Count: > 0 } query ? query : streams ? context.Request.Headers[Resume] : default;
        long after = 0;
        if (given.Count > 1 || (given.Count == 1 && !long.TryParse(given[0], NumberStyles.None, CultureInfo.InvariantCulture, out after)))
        {
            var shown = PlainText.OneLine(given.ToString());
            return context.ProblemAsync(400, "bad-query", $"after: '{shown}' is not allowed; allowed: the id of an event, once");
        }

        return !streams ? context.JsonAsync([.. port.Events.After(after)], ViewJson.Default.ClusterEventArray)
            : HttpMethods.IsHead(context.Request.Method) ? context.BytesAsync([], Stream)
            : BoundedAsync(context, after);
    }

    private async Task BoundedAsync(HttpContext context, long after)
    {
        try
        {
            if (Interlocked.Increment(ref _open) > MostStreams)
            {
                await context.ProblemAsync(503, "too-many-streams", $"{MostStreams} streams of events are open, and this node serves no more");
                return;
            }

            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            _ = await book.KeepingAsync(context, async () =>
            {
                await StreamAsync(context, after, end.Token);
                return true;
            });
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client is gone, or the API ends.
        }
        finally
        {
            _ = Interlocked.Decrement(ref _open);
        }
    }

    private async Task StreamAsync(HttpContext context, long after, CancellationToken end)
    {
        var response = context.Response;
        response.ContentType = Stream;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        await WriteAsync(response, "retry: 1000\n\n", end);
        while (true)
        {
            var learned = await NextAsync(after, end);
            // Asked behind the wait: what happened since a token was taken out is not for who has it.
            if (!access.MayStillRead(context))
            {
                return;
            }

            var text = new StringBuilder();
            foreach (var one in learned)
            {
                after = one.Id;
                var json = JsonSerializer.Serialize(one, ViewJson.Default.ClusterEvent);
                _ = text.Append(CultureInfo.InvariantCulture, $"id: {one.Id}\nevent: {one.Code}\ndata: {json}\n\n");
            }

            await WriteAsync(response, text.Length > 0 ? text.ToString() : ": still here\n\n", end);
        }
    }

    /// <summary>None: nothing happened for as long as a heartbeat takes.</summary>
    private async Task<IReadOnlyList<ClusterEvent>> NextAsync(long after, CancellationToken end)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(end);
        patience.CancelAfter(Heartbeat);
        try
        {
            return await port.Events.WaitAsync(after, patience.Token);
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            return [];
        }
    }

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken end)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), end);
        await response.Body.FlushAsync(end);
    }
}
