namespace MySqlHa.Hooks;

/// <summary>Where an operator's executables are and how long each may take.</summary>
/// <param name="Directory">
/// Absolute. What is not there, or is no file that this user may execute, is no hook; looked at anew each time.
/// </param>
/// <param name="Limit">Behind it a hook is killed, with all processes below it. 100 ms to 10 min.</param>
/// <param name="SuitabilityEvery">From the end of one <c>suitability</c> to the begin of the next. 1 s to 1 h.</param>
public sealed record HookOptions(string Directory, TimeSpan Limit, TimeSpan SuitabilityEvery);
