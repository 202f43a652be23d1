namespace MySqlHa.Tests.Consensus.Simulation;

/// <summary>A checker saw something that Raft forbids.</summary>
internal sealed class Violation(string sentence) : Exception(sentence);
