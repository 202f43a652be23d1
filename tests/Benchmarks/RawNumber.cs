namespace MySqlHa.Tests.Benchmarks;

/// <summary>One number that was measured.</summary>
/// <param name="Run">From 1.</param>
/// <param name="System">Short name of what was measured: <see cref="Contender.Id"/>, also of a way to the leader.</param>
/// <param name="Kind">
/// gap, return, stall (seconds), lost (rows), writes (a second), cpu (percent of a core), memory (MiB); what <see cref="ProxyRace"/> and
/// <see cref="CrowdedProxy"/> say.
/// </param>
/// <param name="Of">The event, the number of writers or connections, or the process.</param>
/// <param name="Value">Null: it could not be measured, and <paramref name="Note"/> says why.</param>
internal sealed record RawNumber(int Run, string System, string Kind, string Of, double? Value, string Note = "");
