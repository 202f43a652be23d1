namespace MySqlHa.Api;

/// <summary>The API cannot listen where it was told to. The message is one sentence for the operator, with address and port.</summary>
public sealed class ApiListenException(string message, Exception inner) : Exception(message, inner);
