using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MySqlHa.Api;

/// <summary><c>/census</c>: JSON for programs; for a browser, a page that shows the same and keeps itself fresh.</summary>
internal static class CensusEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, IClusterPort port) => _ = routes.MapMethods("/census", Answers.Reading, context =>
    {
        context.Response.Headers.Vary = "Accept";
        if (!Browser.Asks(context.Request))
        {
            return context.JsonAsync(Census.Of(port.View), ApiJson.Default.CensusDocument);
        }

        context.Response.Headers.ContentSecurityPolicy = CensusPage.ContentSecurityPolicy;
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return context.BytesAsync(CensusPage.Html, "text/html; charset=utf-8");
    });
}
