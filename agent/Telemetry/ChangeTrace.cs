using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MySqlHa.Cluster;

namespace MySqlHa.Telemetry;

/// <summary>
/// A change of leader as a trace of OpenTelemetry, in OTLP's JSON: a span for the whole, and below it one for each phase that was
/// seen, from the end of the phase before. Ids come from cluster and epoch: sent twice, it is one trace.
/// </summary>
internal static class ChangeTrace
{
    private const int Internal = 1;
    private const int Good = 1;

    /// <summary>Null: nobody saw how long it took, or nothing of it has a time of day.</summary>
    /// <param name="version">Of this agent.</param>
    public static byte[]? Of(EpochView epoch, ClusterView view, string version)
    {
        if (epoch.Phases is not { } phases || ZeroOf(epoch, phases) is not { } zero)
        {
            return null;
        }

        var ends = phases.Each().Where(p => p.At is not null).Select(p => (p.Name, At: p.At!.Value)).OrderBy(p => p.At).ToList();
        var trace = Id(view, epoch, "", 16);
        var root = Id(view, epoch, "whole", 8);
        var spans = new List<OtlpSpan>
        {
            Span(trace, root, null, "change of leader", 0, Math.Max(0, ends[^1].At), Facts(epoch, phases, view)),
        };
        var from = 0;
        foreach (var (name, at) in ends)
        {
            OtlpAttribute[] until = [OtlpAttribute.Of("mysqlha.phase.until_ms", at)];
            spans.Add(Span(trace, Id(view, epoch, name, 8), root, name, Math.Min(from, at), at, until));
            from = Math.Max(from, at);
        }

        OtlpAttribute[] resource =
        [
            OtlpAttribute.Of("service.name", "mysqlha"),
            OtlpAttribute.Of("service.version", version),
            OtlpAttribute.Of("service.instance.id", view.Self.Hex),
            OtlpAttribute.Of("mysqlha.cluster_id", view.ClusterId),
            OtlpAttribute.Of("mysqlha.service_group", view.ServiceGroup.ToString()),
        ];
        var request = new OtlpTraces([new(new(resource), [new(new("mysqlha", version), spans)])]);
        return JsonSerializer.SerializeToUtf8Bytes(request, OtlpJson.Default.OtlpTraces);

        OtlpSpan Span(string of, string id, string? parent, string name, int start, int end, OtlpAttribute[] attributes) =>
            new(of, id, parent, name, Internal, Nanos(zero, start), Nanos(zero, end), attributes, new(Good));
    }

    /// <summary>
    /// The time of day of the phases' zero. The controller wrote the time down when it proposed the new epoch; the phase ended when that
    /// was committed: a few milliseconds, by which all is shown early.
    /// </summary>
    private static DateTimeOffset? ZeroOf(EpochView epoch, EpochPhases phases) =>
        phases.Open is { } open ? epoch.OpenedAt.AddMilliseconds(-open) : null;

    private static OtlpAttribute[] Facts(EpochView epoch, EpochPhases phases, ClusterView view)
    {
        var before = view.History.LastOrDefault(e => e.Number < epoch.Number);
        return
        [
            OtlpAttribute.Of("mysqlha.epoch", epoch.Number),
            OtlpAttribute.Of("mysqlha.reason", epoch.OpenReason),
            OtlpAttribute.Of("mysqlha.counted_from", phases.Zero switch
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

    private static OtlpAttribute[] Leader(string which, NodeId id, string address, ClusterView view) =>
    [
        OtlpAttribute.Of($"mysqlha.leader.{which}", view.Member(id)?.Name ?? id.Short),
        OtlpAttribute.Of($"mysqlha.leader.{which}.id", id.Hex),
        OtlpAttribute.Of($"mysqlha.leader.{which}.address", address),
    ];

    private static string Nanos(DateTimeOffset zero, int milliseconds) =>
        ((zero.ToUnixTimeMilliseconds() + milliseconds) * 1_000_000).ToString(CultureInfo.InvariantCulture);

    private static string Id(ClusterView view, EpochView epoch, string what, int bytes)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{view.ClusterId}/{epoch.Number}/{what}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, bytes));
    }
}

internal sealed record OtlpTraces(IReadOnlyList<OtlpResourceSpans> ResourceSpans);

internal sealed record OtlpResourceSpans(OtlpResource Resource, IReadOnlyList<OtlpScopeSpans> ScopeSpans);

internal sealed record OtlpResource(IReadOnlyList<OtlpAttribute> Attributes);

internal sealed record OtlpScopeSpans(OtlpScope Scope, IReadOnlyList<OtlpSpan> Spans);

internal sealed record OtlpScope(string Name, string Version);

/// <summary>Ids in hex, times in nanoseconds since 1970 as text: so OTLP has 64 bits in JSON.</summary>
internal sealed record OtlpSpan(
    string TraceId,
    string SpanId,
    string? ParentSpanId,
    string Name,
    int Kind,
    string StartTimeUnixNano,
    string EndTimeUnixNano,
    IReadOnlyList<OtlpAttribute> Attributes,
    OtlpStatus Status);

internal sealed record OtlpStatus(int Code);

internal sealed record OtlpAttribute(string Key, OtlpValue Value)
{
    public static OtlpAttribute Of(string key, string value) => new(key, new(value, null));

    public static OtlpAttribute Of(string key, long value) => new(key, new(null, value.ToString(CultureInfo.InvariantCulture)));
}

internal sealed record OtlpValue(string? StringValue, string? IntValue);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OtlpTraces))]
internal sealed partial class OtlpJson : JsonSerializerContext;
