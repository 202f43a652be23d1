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
/// <param name="patience">As <see cref="ApiOptions.StreamPatience"/>.</param>
internal sealed class EventsEndpoint(
    IClusterPort port, ConnectionBook book, Access access, TimeSpan patience, CancellationToken stopping)
{
    public const string Stream = "text/event-stream";

    /// <summary>Of the connections that the API has room for, so many may be streams.</summary>
    internal const int MostStreams = 64;

    /// <summary>Characters that are written at once: the patience of a write is for so much, not for all that is kept.</summary>
    private const int Piece = 16 * 1024;

    private const string Resume = "Last-Event-ID";
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    private readonly StreamPlaces _places = new(MostStreams, patience, TimeProvider.System);

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
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        if (!_places.Take(end))
        {
            var detail = $"{MostStreams} streams of events are open, as many as this node serves, none for {patience.TotalSeconds:0} s yet";
            await context.ProblemAsync(503, "too-many-streams", detail);
            return;
        }

        try
        {
            _ = await book.KeepingAsync(context, async () =>
            {
                await StreamAsync(context, after, end.Token);
                return true;
            });
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client is gone or takes nothing, another has its place, or the API ends.
        }
        finally
        {
            _places.Leave(end);
        }
    }

    private async Task StreamAsync(HttpContext context, long after, CancellationToken end)
    {
        var response = context.Response;
        response.ContentType = Stream;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        await WriteAsync(context, "retry: 1000\n\n", end);
        while (true)
        {
            var learned = await NextAsync(after, end);
            // Asked behind the wait: what happened since a token was taken out is not for who has it.
            if (!access.MayStillRead(context))
            {
                return;
            }

            var text = new StringBuilder(learned.Count == 0 ? ": still here\n\n" : "");
            foreach (var one in learned)
            {
                if (text.Length >= Piece)
                {
                    await WriteAsync(context, text.ToString(), end);
                    _ = text.Clear();
                }

                after = one.Id;
                var json = JsonSerializer.Serialize(one, ViewJson.Default.ClusterEvent);
                _ = text.Append(CultureInfo.InvariantCulture, $"id: {one.Id}\nevent: {one.Code}\ndata: {json}\n\n");
            }

            await WriteAsync(context, text.ToString(), end);
        }
    }

    /// <summary>None: nothing happened for as long as a heartbeat takes.</summary>
    private async Task<IReadOnlyList<ClusterEvent>> NextAsync(long after, CancellationToken end)
    {
        using var heartbeat = CancellationTokenSource.CreateLinkedTokenSource(end);
        heartbeat.CancelAfter(Heartbeat);
        try
        {
            return await port.Events.WaitAsync(after, heartbeat.Token);
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            return [];
        }
    }

    /// <summary>A connection that takes nothing for as long as is waited is closed: nothing else ends what waits in it.</summary>
    private async Task WriteAsync(HttpContext context, string text, CancellationToken end)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(end);
        late.CancelAfter(patience);
        try
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), late.Token);
            await context.Response.Body.FlushAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
            throw;
        }
    }
}
