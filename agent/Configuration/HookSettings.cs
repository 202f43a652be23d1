namespace MySqlHa.Configuration;

/// <summary>Executables of the operator that are run on events.</summary>
/// <param name="Directory">Absolute.</param>
/// <param name="Timeout">100 ms to 10 min; default 30 s.</param>
/// <param name="SuitabilityEvery">1 s to 1 h; default 5 s.</param>
public sealed record HookSettings(string Directory, TimeSpan Timeout, TimeSpan SuitabilityEvery);
