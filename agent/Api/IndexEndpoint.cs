using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MySqlHa.Api;

/// <summary><c>/</c>: a browser is sent to the census; a program gets the list of what there is.</summary>
internal static class IndexEndpoint
{
    private static readonly IndexDocument Document = new("mysqlha", new Dictionary<string, string>
    {
        ["/census"] = "members, leader, election and epoch in Habitat's words; a page for browsers",
        ["/services"] = "the service of this node",
        ["/services/mysql/{group}"] = "the same, by service group",
        ["/services/mysql/{group}/health"] = "health as Habitat answers it: 200, 503 critical, 500 unknown",
        ["/health"] = "200 while this node leads or follows as it should, else 503",
        ["/leader"] = "200 on the leader while it is writable and its lease runs, else 503",
        ["/follower"] = "200 on a healthy follower, else 503; ?lag=5s bounds how far it may be behind",
        ["/primary"] = "as /leader, for load balancers; also /master, /read-write, and OPTIONS /",
        ["/replica"] = "as /follower, for load balancers",
        ["/read-only"] = "200 on the leader and on a healthy follower, else 503; ?lag=5s bounds how far a follower may be behind",
        ["/readiness"] = "the same, of a follower only while it receives from the leader",
        ["/liveness"] = "200 while the agent's loop goes on, whatever mysqld does, else 503",
        ["/raft/status"] = "term, role, log positions",
        ["/history"] = "the epochs: who led when, and why it changed",
        ["/explain"] = "who leads and why, who would be next, and what keeps a failover from happening; text for who accepts text/plain",
        ["/metrics"] = "for Prometheus",
        ["/view"] = "everything, as the command line reads it",
        ["/operator"] = "POST: the door of the command line; /v1 leads through the same",
        ["/v1/openapi.json"] = "all of /v1, reading and changing, with what it takes and answers",
        ["/v1/cluster"] = "as /view; also /v1/members, /v1/members/{member}, /v1/history, /v1/explain",
        ["/v1/audit"] = "what operators asked for: who, when, from where, and what came of it",
        ["/v1/events"] = "what happened; a stream for who accepts text/event-stream",
        ["/v1/switchover"] = "POST, DELETE; also /v1/failover, /v1/step-down, /v1/pause, /v1/voters, /v1/drill, with a token of role admin",
    });

    public static void Map(IEndpointRouteBuilder routes) => _ = routes.MapMethods("/", Answers.Reading, context =>
    {
        context.Response.Headers.Vary = "Accept";
        if (!Browser.Asks(context.Request))
        {
            return context.JsonAsync(Document, ApiJson.Default.IndexDocument);
        }

        context.Response.Redirect("/census");
        return Task.CompletedTask;
    }).WithMetadata(new NeedOf(Need.Nothing));
}

internal sealed record IndexDocument(string Product, IReadOnlyDictionary<string, string> Resources);

/// <summary>Who asks: a person's browser names <c>text/html</c>; programs and curl do not.</summary>
internal static class Browser
{
    public static bool Asks(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));
}
