using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// <c>/health</c>, <c>/leader</c>, <c>/follower</c>: one status code for a load balancer, 200 or 503, the reasons in the body.
/// GET, HEAD and OPTIONS answer alike.
/// </summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, IClusterPort port)
    {
        _ = routes.MapMethods("/health", Answers.Checking, context => Answer(context, port, NodeDuty.AgainstHealth));
        _ = routes.MapMethods("/leader", Answers.Checking, context => Answer(context, port, NodeDuty.AgainstLeader));
        _ = routes.MapMethods("/follower", Answers.Checking, context => Follower(context, port));
    }

    private static Task Follower(HttpContext context, IClusterPort port)
    {
        var given = context.Request.Query["lag"];
        if (given.Count == 0)
        {
            return Answer(context, port, (view, _) => NodeDuty.AgainstFollower(view, maxLag: null));
        }

        const string Allowed = "seconds, or a number with a unit: 5, 0.5, 5s, 500ms, 2m";
        return given.Count == 1 && TryLag(given[0]!, out var limit)
            ? Answer(context, port, (view, _) => NodeDuty.AgainstFollower(view, limit))
            : context.ProblemAsync(400, "bad-lag", $"lag: '{given}' is not a duration; allowed: {Allowed}");
    }

    private static bool TryLag(string text, out TimeSpan lag)
    {
        if (DurationText.TryParse(text, out lag))
        {
            return true;
        }

        var good = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= TimeSpan.FromDays(365).TotalSeconds;
        lag = good ? TimeSpan.FromSeconds(seconds) : default;
        return good;
    }

    private static Task Answer(HttpContext context, IClusterPort port, Func<ClusterView, TimeSpan, ImmutableArray<Reason>> against)
    {
        // First the lease, then the picture: the other way round, an old picture could borrow a new lease.
        var leaseLeft = port.LeaseLeft;
        var view = port.View;
        var reasons = against(view, leaseLeft);
        var document = DutyDocument.Of(view, reasons);
        return context.JsonAsync(document, ApiJson.Default.DutyDocument, reasons.IsEmpty ? 200 : 503);
    }
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
