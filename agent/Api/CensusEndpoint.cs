using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MySqlHa.Api;

/// <summary><c>/census</c>: JSON for programs; for a browser, a page that shows the same and keeps itself fresh.</summary>
internal static class CensusEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, IClusterPort port, Access access) =>
        _ = routes.MapMethods("/census", Answers.Reading, context => AnswerAsync(context, port, access)).WithMetadata(new NeedOf(Need.Judged));

    private static async Task AnswerAsync(HttpContext context, IClusterPort port, Access access)
    {
        context.Response.Headers.Vary = "Accept";
        if (!Browser.Asks(context.Request))
        {
            if (await access.CallerAsync(context, changes: false) is not null)
            {
                await context.JsonAsync(Census.Of(port.View), ApiJson.Default.CensusDocument);
            }

            return;
        }

        // The page itself holds nothing of the cluster.
        context.Response.Headers.ContentSecurityPolicy = CensusPage.ContentSecurityPolicy;
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        await context.BytesAsync(CensusPage.Html, "text/html; charset=utf-8");
    }
}
