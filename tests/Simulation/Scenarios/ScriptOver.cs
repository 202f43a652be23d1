namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>A checker found a violation in the middle of a script.</summary>
internal sealed class ScriptOver : Exception;
