using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>How this API writes its answers: JSON that nobody caches, and refusals as RFC 9457 problems.</summary>
internal static class Answers
{
    public static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Load balancers ask with any of these and look at the status only.</summary>
    public static readonly string[] Checking = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Options];

    public static Task JsonAsync<T>(this HttpContext context, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        context.BytesAsync(JsonSerializer.SerializeToUtf8Bytes(value, type), "application/json; charset=utf-8", status);

    public static Task ProblemAsync(this HttpContext context, int status, string code, string detail) =>
        context.ProblemAsync(
            new ProblemDocument("about:blank", Title(status), status, detail, code), ApiJson.Default.ProblemDocument);

    /// <summary>
    /// How a request ended: done is 200; refused (409) and nobody can say (504) are problems that have the answer's own members too.
    /// </summary>
    public static Task OutcomeAsync(this HttpContext context, OperatorAnswer answer)
    {
        if (answer.Outcome == OperatorOutcome.Done)
        {
            return context.JsonAsync(answer, ViewJson.Default.OperatorAnswer);
        }

        var (reason, status) = (answer.Reason, answer.Outcome == OperatorOutcome.Refused ? 409 : 504);
        return context.ProblemAsync(
            new OutcomeProblem("about:blank", Title(status), status, reason.Text, reason.Code, answer.Outcome, reason),
            ApiJson.Default.OutcomeProblem);
    }

    public static async Task BytesAsync(this HttpContext context, byte[] body, string contentType, int status = StatusCodes.Status200OK)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            response.Headers.Allow = string.Join(", ", Checking);
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    /// <summary>Gives the refusals of routing (no such path, no such method) a body, and turns an exception into an answer.</summary>
    public static async Task CompleteAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await context.ProblemAsync(e.StatusCode, "bad-request", e.Message);
            return;
        }

        if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound, ContentType: null })
        {
            await context.ProblemAsync(404, "no-such-resource", $"There is no {context.Request.Path} here; GET / lists what there is.");
        }
        else if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status405MethodNotAllowed })
        {
            var detail = $"{context.Request.Path} does not take {context.Request.Method}; it takes {context.Response.Headers.Allow}.";
            await context.ProblemAsync(405, "no-such-method", detail);
        }
    }

    private static Task ProblemAsync<T>(this HttpContext context, T problem, JsonTypeInfo<T> type)
        where T : ProblemDocument =>
        context.BytesAsync(JsonSerializer.SerializeToUtf8Bytes(problem, type), "application/problem+json", problem.Status);

    private static string Title(int status) => status switch
    {
        400 => "Bad request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not found",
        405 => "Method not allowed",
        413 => "Too large",
        415 => "Unsupported media type",
        503 => "Not available",
        504 => "Outcome unknown",
        _ => "Refused",
    };
}

/// <summary>RFC 9457, with our fixed code beside its words.</summary>
internal record ProblemDocument(string Type, string Title, int Status, string Detail, string Code);

/// <summary>
/// What the cluster did not do, or nobody knows whether it did. <paramref name="Outcome"/> and <paramref name="Reason"/> are the members
/// of <see cref="OperatorAnswer"/>: who reads that finds it here as well.
/// </summary>
internal sealed record OutcomeProblem(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    [property: JsonConverter(typeof(CamelCaseEnum<OperatorOutcome>))] OperatorOutcome Outcome,
    Reason Reason)
    : ProblemDocument(Type, Title, Status, Detail, Code);
