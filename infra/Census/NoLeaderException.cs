using Pulumi;

namespace MySqlHa.Infra.Census;

/// <summary>Nobody leads; the message says what the nodes said last. Shown without a stack trace.</summary>
public sealed class NoLeaderException(string message) : RunException(message);
