using System.Collections.Immutable;

namespace MySqlHa.Telemetry;

/// <summary>Where traces are posted to.</summary>
/// <param name="Url">Whole, with <c>/v1/traces</c>.</param>
/// <param name="Headers">Sent with each, as a key of an account; never shown.</param>
/// <param name="Version">Of this agent.</param>
public sealed record TraceTarget(Uri Url, ImmutableSortedDictionary<string, string> Headers, string Version);
