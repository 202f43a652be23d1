namespace MySqlHa.Replication;

/// <summary>A drill's clients cannot work; one sentence for the person.</summary>
public sealed class DrillClientsException(string message) : Exception(message);
