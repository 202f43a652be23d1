using System.Collections.Immutable;
using Google.Protobuf;
using Xunit;

namespace MySqlHa.Tests.Telemetry;

/// <summary>What a collector reads of a request to take traces, by the numbers of fields in OpenTelemetry's trace.proto.</summary>
internal sealed record OtlpTrace(
    ImmutableDictionary<string, object> Resource, string Scope, string ScopeVersion, ImmutableArray<OtlpSpan> Spans)
{
    /// <summary>Of one resource and one scope: more is not sent.</summary>
    public static OtlpTrace Of(byte[] request)
    {
        var resource = Assert.Single(Messages(Fields(request), 1));
        var scope = Assert.Single(Messages(resource, 2));
        var named = Assert.Single(Messages(scope, 1));
        return new OtlpTrace(
            Attributes(Assert.Single(Messages(resource, 1)), 1), Text(named, 1), Text(named, 2), [.. Messages(scope, 2).Select(SpanOf)]);
    }

    private static OtlpSpan SpanOf(ILookup<int, object> span) => new(
        Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), (long)span[6].Single(), Time(span, 7), Time(span, 8), Attributes(span, 9),
        (long)Assert.Single(Messages(span, 15))[3].Single());

    private static ImmutableDictionary<string, object> Attributes(ILookup<int, object> of, int field) => Messages(of, field)
        .ToImmutableDictionary(a => Text(a, 1), a => Messages(a, 2).Single() switch
        {
            var value when value.Contains(1) => Text(value, 1),
            var value => value[3].Single(),
        });

    private static string Hex(ILookup<int, object> of, int field) =>
        of[field].SingleOrDefault() is ByteString id ? Convert.ToHexStringLower(id.Span) : "";

    private static string Text(ILookup<int, object> of, int field) => ((ByteString)of[field].Single()).ToStringUtf8();

    private static DateTimeOffset Time(ILookup<int, object> of, int field) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)(ulong)of[field].Single() / 100);

    private static IEnumerable<ILookup<int, object>> Messages(ILookup<int, object> of, int field) =>
        of[field].Select(m => Fields(((ByteString)m).ToByteArray()));

    /// <summary>Values by field: a long, an ulong of fixed length, or bytes.</summary>
    private static ILookup<int, object> Fields(byte[] message)
    {
        var fields = new List<(int Field, object Value)>();
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            fields.Add((WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadInt64(),
                WireFormat.WireType.Fixed64 => input.ReadFixed64(),
                WireFormat.WireType.Fixed32 => (ulong)input.ReadFixed32(),
                _ => (object)input.ReadBytes(),
            }));
        }

        return fields.ToLookup(f => f.Field, f => f.Value);
    }
}

/// <param name="ParentId">Empty: it is the root.</param>
/// <param name="Kind">1: internal.</param>
/// <param name="Status">1: ok.</param>
internal sealed record OtlpSpan(
    string TraceId,
    string SpanId,
    string ParentId,
    string Name,
    long Kind,
    DateTimeOffset Start,
    DateTimeOffset End,
    ImmutableDictionary<string, object> Attributes,
    long Status);
