using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Telemetry;

/// <summary>
/// A change of leader as a trace of OpenTelemetry: a span for the whole, and below it one for each phase that was seen, from the end of
/// the phase before. The trace's id comes from cluster and epoch: sent by two, it is one trace. Those of spans are random, as .NET makes
/// them.
/// </summary>
internal static class ChangeTrace
{
    /// <summary>Its spans, ended, the whole first. Null: nobody saw how long it took, or nothing of it has a time of day.</summary>
    /// <param name="source">Somebody listens to it, and wants all.</param>
    public static Activity[]? Of(EpochView epoch, ClusterView view, ActivitySource source)
    {
        if (epoch.Phases is not { } phases || ZeroOf(epoch, phases) is not { } zero)
        {
            return null;
        }

        var ends = phases.Each().Where(p => p.At is not null).Select(p => (p.Name, At: p.At!.Value)).OrderBy(p => p.At).ToList();
        // A parent with the trace's id and no span: what is below it is a root.
        var outside = new ActivityContext(IdOf(epoch, view), default, ActivityTraceFlags.Recorded);
        var whole = Span("change of leader", outside, 0, Math.Max(0, ends[^1].At), Facts(epoch, phases, view));
        var spans = new List<Activity> { whole };
        var from = 0;
        foreach (var (name, at) in ends)
        {
            spans.Add(Span(name, whole.Context, Math.Min(from, at), at, [new("mysqlha.phase.until_ms", at)]));
            from = Math.Max(from, at);
        }

        return [.. spans];

        Activity Span(string name, ActivityContext parent, int start, int end, IEnumerable<KeyValuePair<string, object?>> attributes)
        {
            var span = source.StartActivity(name, ActivityKind.Internal, parent, attributes, links: null, zero.AddMilliseconds(start))
                ?? throw new InvalidOperationException($"nobody listens to the source {source.Name}");
            span.SetStatus(ActivityStatusCode.Ok).SetEndTime(zero.AddMilliseconds(end).UtcDateTime).Stop();
            return span;
        }
    }

    /// <summary>
    /// The time of day of the phases' zero. The controller wrote the time down when it proposed the new epoch; the phase ended when that
    /// was committed: a few milliseconds, by which all is shown early.
    /// </summary>
    private static DateTimeOffset? ZeroOf(EpochView epoch, EpochPhases phases) =>
        phases.Open is { } open ? epoch.OpenedAt.AddMilliseconds(-open) : null;

    private static IEnumerable<KeyValuePair<string, object?>> Facts(EpochView epoch, EpochPhases phases, ClusterView view)
    {
        var before = view.History.LastOrDefault(e => e.Number < epoch.Number);
        return
        [
            new("mysqlha.epoch", epoch.Number),
            new("mysqlha.reason", epoch.OpenReason),
            new("mysqlha.counted_from", phases.Zero switch
            {
                PhaseZero.MysqldEnd => "mysqld-end",
                PhaseZero.Known => "known",
                PhaseZero.Asked => "asked",
                _ => "close",
            }),
            .. Leader("new", epoch.Leader, epoch.LeaderAddress, view),
            .. before is null ? [] : Leader("old", before.Leader, before.LeaderAddress, view),
        ];
    }

    private static IEnumerable<KeyValuePair<string, object?>> Leader(string which, NodeId id, string address, ClusterView view) =>
    [
        new($"mysqlha.leader.{which}", view.Member(id)?.Name ?? id.Short),
        new($"mysqlha.leader.{which}.id", id.Hex),
        new($"mysqlha.leader.{which}.address", address),
    ];

    private static ActivityTraceId IdOf(EpochView epoch, ClusterView view)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{view.ClusterId}/{epoch.Number}/");
        return ActivityTraceId.CreateFromBytes(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
    }
}
