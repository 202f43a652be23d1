using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary><c>/explain</c>: who leads and why, and what would be if the leader were lost now. JSON; words for who asks for text.</summary>
internal static class ExplainEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, V1Desk desk) =>
        _ = routes.MapMethods("/explain", Answers.Reading, context => AnswerAsync(desk, context));

    public static Task AnswerAsync(V1Desk desk, HttpContext context)
    {
        context.Response.Headers.Vary = "Accept";
        if (desk.Port.View.Explanation is not { } explained)
        {
            return context.ProblemAsync(StatusCodes.Status503ServiceUnavailable, "not-founded", NotYet(desk.Port.View));
        }

        return AsksForText(context.Request)
            ? context.BytesAsync(Encoding.UTF8.GetBytes(ExplanationText.Of(explained)), "text/plain; charset=utf-8")
            : context.JsonAsync(explained, ViewJson.Default.Explanation);
    }

    private static string NotYet(ClusterView view) =>
        $"This node is in no cluster yet{string.Concat(view.Reasons.Take(1).Select(r => ": " + PlainText.OneLine(r.Text)))}.";

    private static bool AsksForText(HttpRequest request) => Browser.Asks(request)
        || request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase));
}
