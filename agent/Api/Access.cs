using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>What a path needs of who asks; a path without one needs <see cref="Read"/>.</summary>
internal enum Need
{
    /// <summary>As configured: nothing, or a token of any role.</summary>
    Read,

    /// <summary>The path's handler asks <see cref="Access"/> itself: it depends on what is asked.</summary>
    Judged,

    /// <summary>It holds nothing of the cluster.</summary>
    Nothing,

    /// <summary>A load balancer's check: neither token nor TLS, ever.</summary>
    Check,
}

/// <summary>
/// Who may do what. A token counts over TLS, or from this machine; who changes something needs one of an admin's, wherever the request
/// comes from. Any thread may call.
/// </summary>
internal sealed class Access(AccessOptions options, ILogger logger)
{
    private const string Scheme = "Bearer ";
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private readonly RefusedCallers _refused = new(logger, TimeProvider.System);
    private string _told = "";

    public TokenBook Tokens { get; } = new(options);

    public ServerCertificate Certificate { get; } = new(options);

    /// <summary>Requests that were refused for want of a token, or of its role.</summary>
    public long Refused => _refused.Count;

    /// <summary>Until cancelled: looks at the files, and tells what is wrong with them.</summary>
    public async Task WatchAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                Look();
                await Task.Delay(LookEvery, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The API ends.
        }
    }

    public void Look()
    {
        Certificate.Refresh();
        _ = Tokens.Current();
        var problem = string.Join("; ", new[] { Tokens.Problem, Certificate.Problem }.Where(p => p.Length > 0));
        if (problem != _told)
        {
            _told = problem;
            options.OnProblem(problem);
        }
    }

    /// <summary>Before every path's handler.</summary>
    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var need = context.GetEndpoint()?.Metadata.GetMetadata<NeedOf>()?.Need ?? Need.Read;
        if (need != Need.Check && options.TlsRequired && !context.Request.IsHttps)
        {
            await RefuseAsync(context, 403, "tls-required", "this node answers over TLS only (api.tls: required): ask https://");
        }
        else if (need != Need.Read || await CallerAsync(context, changes: false) is not null)
        {
            await next(context);
        }
    }

    /// <summary>
    /// Who asks: a token's owner; or, where only a look is taken and that is free, anybody, without a name. Null: refused, and answered.
    /// </summary>
    public async Task<Caller?> CallerAsync(HttpContext context, bool changes)
    {
        var from = From(context);
        if (IsOtherSite(context.Request))
        {
            return await RefuseAsync(context, 403, "other-site", "the request comes from a page of another site");
        }

        var given = context.Request.Headers.Authorization;
        if (given.Count == 0)
        {
            return changes || options.ReadNeedsToken
                ? await RefuseAsync(context, 401, "token-missing", changes
                    ? "a change needs a token of role admin: 'Authorization: Bearer TOKEN'; mysqlha with the ring key at hand (--ring-key FILE) sends one"
                    : "this node asks for a token (api.read: token): 'Authorization: Bearer TOKEN'")
                : new Caller("", "", from);
        }

        if (!context.Request.IsHttps && !IsHere(context.Connection.RemoteIpAddress))
        {
            return await RefuseAsync(
                context, 403, "token-in-plain",
                "a token is taken over TLS only, and this one came in plain: ask https://, and replace the token if others could hear it");
        }

        if (Tokens.Find(TokenIn(given)) is not { } token)
        {
            return await RefuseAsync(context, 401, "token-unknown", "no such token is in force here");
        }

        return changes && token.Role != Caller.Admin
            ? await RefuseAsync(context, 403, "role-missing", $"a change needs the role admin; {token.Name} has the role {token.Role}")
            : new Caller(token.Name, token.Role, from);
    }

    /// <summary>Of a stream that goes on: its token may have been taken out since it began.</summary>
    public bool MayStillRead(HttpContext context) => context.Request.Headers.Authorization is { Count: > 0 } given
        ? Tokens.Find(TokenIn(given)) is not null
        : !options.ReadNeedsToken;

    public static string From(HttpContext context) => Plain(context.Connection.RemoteIpAddress)?.ToString() ?? "?";

    /// <summary>It came over no wire.</summary>
    internal static bool IsHere(IPAddress? remote) => Plain(remote) is { } ip && IPAddress.IsLoopback(ip);

    private static IPAddress? Plain(IPAddress? ip) => ip is { IsIPv4MappedToIPv6: true } ? ip.MapToIPv4() : ip;

    private static string TokenIn(StringValues given) =>
        given is [{ } one] && one.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? one[Scheme.Length..].Trim() : "";

    /// <summary>Browsers name the page's site with every request that could change something.</summary>
    private static bool IsOtherSite(HttpRequest request) =>
        request.Headers.Origin is [{ } origin, ..] && !origin.EndsWith($"://{request.Host}", StringComparison.OrdinalIgnoreCase);

    private async Task<Caller?> RefuseAsync(HttpContext context, int status, string code, string detail)
    {
        _refused.Note(From(context), code, detail);
        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate =
                code == "token-unknown" ? "Bearer realm=\"mysqlha\", error=\"invalid_token\"" : "Bearer realm=\"mysqlha\"";
        }

        await context.ProblemAsync(status, code, detail);
        return null;
    }
}

/// <summary>On a path: what it needs.</summary>
internal sealed record NeedOf(Need Need);
