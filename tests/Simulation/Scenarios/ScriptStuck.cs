namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>A script's next step did not come about: the course is not the one that it tells of.</summary>
internal sealed class ScriptStuck(string message) : Exception(message);
