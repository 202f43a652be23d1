using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// One status code for a load balancer, 200 or 503, the reasons in the body: under our own names and under those that balancers in front
/// of Patroni ask. GET, HEAD and OPTIONS answer alike. What is asked for and not understood is a 400, so that no limit is lost by a typo.
/// </summary>
internal static class HealthEndpoints
{
    /// <summary>The same question by different names.</summary>
    private static readonly string[] Leader = ["/leader", "/primary", "/master", "/read-write"];

    private static readonly string[] Follower = ["/follower", "/replica"];

    public static void Map(IEndpointRouteBuilder routes, IClusterPort port)
    {
        Map(routes, port, ["/health"], NodeDuty.AgainstHealth);
        Map(routes, port, Leader, NodeDuty.AgainstLeader);
        // Last: a loop that lives takes a step for whoever looks.
        Map(routes, port, ["/liveness"], (view, _) => NodeDuty.AgainstLiveness(view, port.SinceStep, port.Lease));
        MapWithLag(routes, port, Follower, (view, _, lag) => NodeDuty.AgainstFollower(view, lag));
        MapWithLag(routes, port, ["/read-only"], NodeDuty.AgainstReader);
        MapWithLag(routes, port, ["/readiness"], NodeDuty.AgainstReadiness);
        // Patroni's own example asks this, with no path at all. To read, / is the list of what there is.
        _ = routes.MapMethods("/", [HttpMethods.Options], context => Answer(context, port, NodeDuty.AgainstLeader))
            .WithMetadata(new NeedOf(Need.Check));
    }

    private static void Map(IEndpointRouteBuilder routes, IClusterPort port, string[] paths, Against against)
    {
        foreach (var path in paths)
        {
            _ = routes.MapMethods(path, Answers.Checking, context => UnknownKey(context) is { } key
                ? context.ProblemAsync(400, "bad-query", $"{path} has no parameter '{key}'; it has none")
                : Answer(context, port, against)).WithMetadata(new NeedOf(Need.Check));
        }
    }

    private static void MapWithLag(IEndpointRouteBuilder routes, IClusterPort port, string[] paths, AgainstLag against)
    {
        foreach (var path in paths)
        {
            _ = routes.MapMethods(path, Answers.Checking, context =>
            {
                if (UnknownKey(context, "lag") is { } key)
                {
                    return context.ProblemAsync(400, "bad-query", $"{path} has no parameter '{key}'; allowed: lag, a time like 5s");
                }

                var given = context.Request.Query["lag"];
                TimeSpan? limit = null;
                if (given.Count > 0)
                {
                    if (given.Count > 1 || !TryLag(given[0]!, out var read))
                    {
                        var shown = PlainText.OneLine(given.ToString());
                        return context.ProblemAsync(400, "bad-lag", $"lag: '{shown}' is not allowed; {AllowedLag}");
                    }

                    limit = read;
                }

                return Answer(context, port, (view, leaseLeft) => against(view, leaseLeft, limit));
            }).WithMetadata(new NeedOf(Need.Check));
        }
    }

    private const string AllowedLag =
        "allowed is a time, not a size: seconds or a number with a unit, at most a day, once: 5, 0.5, 5s, 500ms, 2m";

    private static string? UnknownKey(HttpContext context, params string[] known) => context.Request.Query.Keys
        .Where(key => !known.Contains(key, StringComparer.OrdinalIgnoreCase)).Select(PlainText.OneLine).FirstOrDefault();

    private static bool TryLag(string text, out TimeSpan lag)
    {
        if (DurationText.TryParse(text, out lag))
        {
            return lag <= TimeSpan.FromDays(1);
        }

        // A day at most here too: Patroni's lag=1048576 is a number of bytes, and would let anybody pass as one of seconds.
        var good = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= TimeSpan.FromDays(1).TotalSeconds;
        lag = good ? TimeSpan.FromSeconds(seconds) : default;
        return good;
    }

    private static Task Answer(HttpContext context, IClusterPort port, Against against)
    {
        // First the lease, then the picture: the other way round, an old picture could borrow a new lease.
        var leaseLeft = port.LeaseLeft;
        var view = port.View;
        var reasons = against(view, leaseLeft);
        var document = DutyDocument.Of(view, reasons);
        return context.JsonAsync(document, ApiJson.Default.DutyDocument, reasons.IsEmpty ? 200 : 503);
    }

    /// <summary>Empty: 200. Else why not.</summary>
    private delegate ImmutableArray<Reason> Against(ClusterView view, TimeSpan leaseLeft);

    /// <param name="maxLag">Null: any will do.</param>
    private delegate ImmutableArray<Reason> AgainstLag(ClusterView view, TimeSpan leaseLeft, TimeSpan? maxLag);
}

/// <summary>What a health answer says beyond its status code.</summary>
internal sealed record DutyDocument(
    string Status,
    string ServiceGroup,
    string MemberId,
    string Role,
    string Health,
    long Epoch,
    double? LagSeconds,
    LeaderDocument? Leader,
    ImmutableArray<ReasonDocument> Reasons)
{
    public static DutyDocument Of(ClusterView view, ImmutableArray<Reason> reasons)
    {
        var me = view.Member(view.Self);
        return new DutyDocument(
            reasons.IsEmpty ? "ok" : "unavailable",
            view.ServiceGroup.ToString(),
            view.Self.Hex,
            Words.Of(me?.Role ?? MemberRole.None),
            Words.Of(me?.Health ?? MemberHealth.Unknown),
            view.Epoch,
            me?.LagSeconds,
            LeaderDocument.Of(view),
            ReasonDocument.Of(reasons));
    }
}

/// <summary>Who leads, and where its mysqld is.</summary>
internal sealed record LeaderDocument(string MemberId, int Number, string Name, string Ip, int MysqlPort, int HttpGatewayPort)
{
    /// <summary>Null: no leader, or one this node has not heard of yet.</summary>
    public static LeaderDocument? Of(ClusterView view) =>
        view is { EpochOpen: true, Leader: { } id } && view.Member(id) is { } m
            ? new LeaderDocument(id.Hex, m.Number, m.Name, m.Address.Host, m.Address.MysqlPort, m.Address.HttpPort)
            : null;
}

/// <summary>A reason: a code that never changes and one sentence.</summary>
internal sealed record ReasonDocument(string Code, string Text)
{
    public static ImmutableArray<ReasonDocument> Of(ImmutableArray<Reason> reasons) =>
        [.. reasons.Distinct().Select(r => new ReasonDocument(r.Code, r.Text))];
}
