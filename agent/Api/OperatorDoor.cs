using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// The one way by which requests reach the cluster, whatever path they came to: who asks is judged, the request is brought to who must
/// act, and the answer says how it ended: done (200), refused (409), or nobody can say (504: look before asking again).
/// </summary>
internal sealed class OperatorDoor(IClusterPort port, ConnectionBook book, Access access, ILogger logger)
{
    /// <summary>Longer than any request takes that is not stuck; the node itself gives up sooner.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public IClusterPort Port => port;

    /// <param name="read">From the body's bytes; throws <see cref="FormatException"/>. Null: it was refused, and answered.</param>
    /// <param name="changes">Whatever the body says. Else it may only look.</param>
    public async Task HandleAsync(HttpContext context, Func<ReadOnlyMemory<byte>, Task<OperatorRequest?>> read, bool changes = false)
    {
        // Strangers are turned away before a byte of what they sent is read.
        if (await access.CallerAsync(context, changes) is not { } caller)
        {
            return;
        }

        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true && !IsJson(context.Request))
        {
            await context.ProblemAsync(415, "not-json", "the content type has to be application/json");
            return;
        }

        OperatorRequest? request;
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            request = await read(body.ToArray());
        }
        catch (FormatException e)
        {
            await context.ProblemAsync(400, "bad-request", $"The body is no operator request: {e.Message}");
            return;
        }

        if (request is null || (!RequestText.OnlyLooks(request) && await access.CallerAsync(context, changes: true) is null))
        {
            return;
        }

        var answer = await book.KeepingAsync(context, () => AskAsync(request, caller, context.RequestAborted));
        var who = caller.Name.Length > 0 ? caller.Name : "somebody";
        ApiLog.Answered(logger, who, caller.From, request.ToString(), answer.Outcome.ToString(), answer.Reason.Text);
        await context.OutcomeAsync(answer);
    }

    private static bool IsJson(HttpRequest request) =>
        request.GetTypedHeaders().ContentType?.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) == true;

    private async Task<OperatorAnswer> AskAsync(OperatorRequest request, Caller caller, CancellationToken aborted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        patience.CancelAfter(Patience);
        try
        {
            return await port.AskAsync(request, caller, patience.Token);
        }
        catch (OperationCanceledException)
        {
            return new OperatorAnswer(
                OperatorOutcome.Unknown,
                new Reason("no-answer", $"no answer within {Patience.TotalSeconds:0} s; the request may still be carried out"));
        }
    }
}
