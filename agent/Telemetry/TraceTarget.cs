using System.Collections.Immutable;

namespace MySqlHa.Telemetry;

/// <summary>Where traces are sent to.</summary>
/// <param name="Url">Over HTTP whole, with <c>/v1/traces</c>; for gRPC the server's, behind which the exporter puts the method.</param>
/// <param name="Grpc">By gRPC; else protobuf over HTTP.</param>
/// <param name="Headers">Sent with each, as a key of an account; never shown.</param>
/// <param name="Version">Of this agent.</param>
public sealed record TraceTarget(Uri Url, bool Grpc, ImmutableSortedDictionary<string, string> Headers, string Version);
