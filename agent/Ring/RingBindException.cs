namespace MySqlHa.Ring;

/// <summary>The ring's port cannot be used; the message says which address, port and protocol, and why.</summary>
public sealed class RingBindException(string message, Exception? inner = null) : Exception(message, inner);
