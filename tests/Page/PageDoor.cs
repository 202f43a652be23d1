using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MySqlHa.Cluster;
using MySqlHa.Node;
using MySqlHa.Tests.Api;

namespace MySqlHa.Tests.Page;

/// <summary>What a page asked for under <c>/v1</c>.</summary>
internal sealed record PageRequest(string Method, string Path, string Body, string Token);

/// <summary>How the door tells of events.</summary>
internal enum EventWay
{
    Stream,

    /// <summary>JSON only: the page has to ask.</summary>
    List,

    /// <summary>As an older agent.</summary>
    None,
}

/// <summary>
/// In front of a real API with a given view: passes all on to it but <c>/v1</c>, which the test answers itself, and can be silent.
/// </summary>
internal sealed class PageDoor : IAsyncDisposable
{
    public const string Host = "127.0.61.21";

    /// <summary>What counts as an operator's token here.</summary>
    public const string Token = "a-token-of-the-test";

    private readonly WebApplication _app;

    private PageDoor(WebApplication app, RunningApi api) => (_app, Api) = (app, api);

    public RunningApi Api { get; }

    public Uri Address => new($"http://{Host}:{new Uri(_app.Urls.First()).Port}");

    public EventWay Events { get; set; }

    /// <summary>It takes connections and answers nobody.</summary>
    public bool Silent { get; set; }

    /// <summary>Even looking needs the token.</summary>
    public bool Closed { get; set; }

    public List<PageRequest> Asked { get; } = [];

    /// <summary>Changes that were taken: with the token, and no dry run.</summary>
    public IReadOnlyList<PageRequest> Done
    {
        get
        {
            lock (Asked)
            {
                return [.. Asked.Where(a => a.Token == $"Bearer {Token}" && !a.Body.Contains("\"dryRun\":true", StringComparison.Ordinal))];
            }
        }
    }

    /// <summary>Status and body for what was asked with a token, or for a dry run.</summary>
    public Func<PageRequest, (int Status, string Body)> Answer { get; set; } = asked =>
        (200, asked.Body.Contains("\"dryRun\":true", StringComparison.Ordinal)
            ? Said("done", "can-switch-over", "nothing is in the way: db2 would lead epoch 8. Nothing was changed")
            : Said("done", "switched", "db2 (127.0.61.2) leads epoch 8"));

    /// <summary>Held back until it is done.</summary>
    public Task Delay { get; set; } = Task.CompletedTask;

    public static string Said(string outcome, string code, string text) =>
        $$$"""{"outcome":"{{{outcome}}}","reason":{"code":"{{{code}}}","text":"{{{text}}}"}}""";

    public static async Task<PageDoor> StartAsync(ClusterView view)
    {
        var api = await RunningApi.StartAsync(view);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        _ = builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(Host), 0));
        _ = builder.Services.AddRoutingCore();
        var app = builder.Build();
        var door = new PageDoor(app, api);
        app.Run(door.HandleAsync);
        await app.StartAsync();
        return door;
    }

    public void Tell(params ClusterEvent[] events) => ((EventBook)Api.Events).Add(DateTimeOffset.UtcNow, events);

    public async ValueTask DisposeAsync()
    {
        using (var now = new CancellationTokenSource(0))
        {
            await _app.StopAsync(now.Token);
        }

        await _app.DisposeAsync();
        await Api.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (Silent)
        {
            context.Abort();
            return;
        }

        var path = context.Request.Path.Value!;
        if (Closed && path == "/view" && context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            await ProblemAsync(context, 401, "token-missing", "this node asks for a token");
        }
        else if (path == "/v1/events" && Events == EventWay.None)
        {
            await ProblemAsync(context, 404, "no-such-resource", "there is no /v1/events here");
        }
        else if (path == "/v1/events")
        {
            await TellAsync(context);
        }
        else if (path.StartsWith("/v1/", StringComparison.Ordinal))
        {
            await TakeAsync(context, path);
        }
        else
        {
            await PassOnAsync(context);
        }
    }

    private async Task TakeAsync(HttpContext context, string path)
    {
        using var reader = new StreamReader(context.Request.Body);
        var asked = new PageRequest(
            context.Request.Method, path, await reader.ReadToEndAsync(), context.Request.Headers.Authorization.ToString());
        lock (Asked)
        {
            Asked.Add(asked);
        }

        await Delay;
        var looks = asked.Body.Contains("\"dryRun\":true", StringComparison.Ordinal);
        if (!looks && asked.Token != $"Bearer {Token}")
        {
            var missing = asked.Token.Length == 0;
            await ProblemAsync(context, 401, missing ? "token-missing" : "token-unknown",
                missing ? "a change needs a token of role admin" : "no such token is in force here");
            return;
        }

        var (status, body) = Answer(asked);
        await WriteAsync(context, status, "application/json", body);
    }

    private async Task TellAsync(HttpContext context)
    {
        var streams = context.Request.Headers.Accept == "text/event-stream";
        if (!streams || Events == EventWay.List)
        {
            var kept = Api.Events.After(Number(context.Request.Query["after"])).Select(Shown);
            await WriteAsync(context, 200, "application/json", $"[{string.Join(',', kept)}]");
            return;
        }

        context.Response.ContentType = "text/event-stream";
        var last = Number(context.Request.Headers["Last-Event-ID"]);
        try
        {
            await context.Response.WriteAsync("retry: 1000\n\n", context.RequestAborted);
            while (true)
            {
                foreach (var one in await Api.Events.WaitAsync(last, context.RequestAborted))
                {
                    last = one.Id;
                    await context.Response.WriteAsync($"id: {one.Id}\nevent: {one.Code}\ndata: {Shown(one)}\n\n", context.RequestAborted);
                }

                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
    }

    private static long Number(IEnumerable<string?> given) => long.Parse(given.FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);

    private static string Shown(ClusterEvent one) => JsonSerializer.Serialize(one, ViewJson.Default.ClusterEvent);

    private async Task PassOnAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, context.Request.Path + context.Request.QueryString);
        _ = request.Headers.TryAddWithoutValidation("Accept", context.Request.Headers.Accept.ToString());
        using var answer = await Api.Client.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        _ = context.Response.Headers.Remove("Transfer-Encoding");
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static Task ProblemAsync(HttpContext context, int status, string code, string detail) =>
        WriteAsync(context, status, "application/problem+json", $$"""{"status":{{status}},"code":"{{code}}","detail":"{{detail}}"}""");

    private static async Task WriteAsync(HttpContext context, int status, string type, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body), context.RequestAborted);
    }
}
