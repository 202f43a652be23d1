using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// <c>POST /operator</c>: asks the cluster to do something and answers when it is done (200), refused (409), or when nobody can say
/// (504: look before asking again).
/// </summary>
internal static class OperatorEndpoint
{
    /// <summary>Longer than any request takes that is not stuck; the node itself gives up sooner.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static void Map(IEndpointRouteBuilder routes, IClusterPort port, ConnectionBook book, ILogger logger) =>
        _ = routes.MapMethods("/operator", [HttpMethods.Post], context => Handle(context, port, book, logger));

    private static async Task Handle(HttpContext context, IClusterPort port, ConnectionBook book, ILogger logger)
    {
        var remote = context.Connection.RemoteIpAddress?.ToString() ?? "?";
        if (OperatorGuard.Against(context, port.View) is var (status, reason))
        {
            ApiLog.Refused(logger, remote, reason.Text);
            await context.ProblemAsync(status, reason.Code, reason.Text);
            return;
        }

        OperatorRequest request;
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            request = OperatorBody.Read(body.ToArray());
        }
        catch (FormatException e)
        {
            await context.ProblemAsync(400, "bad-request", $"The body is no operator request: {e.Message}");
            return;
        }

        var answer = await book.KeepingAsync(context, () => AskAsync(port, request, context.RequestAborted));
        ApiLog.Answered(logger, remote, request.ToString(), answer.Outcome.ToString(), answer.Reason.Text);
        await context.JsonAsync(answer, ViewJson.Default.OperatorAnswer, answer.Outcome switch
        {
            OperatorOutcome.Done => 200,
            OperatorOutcome.Refused => 409,
            _ => 504,
        });
    }

    private static async Task<OperatorAnswer> AskAsync(IClusterPort port, OperatorRequest request, CancellationToken aborted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        patience.CancelAfter(Patience);
        try
        {
            return await port.AskAsync(request, patience.Token);
        }
        catch (OperationCanceledException)
        {
            return new OperatorAnswer(
                OperatorOutcome.Unknown,
                new Reason("no-answer", $"no answer within {Patience.TotalSeconds:0} s; the request may still be carried out"));
        }
    }
}
