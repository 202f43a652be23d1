namespace MySqlHa.Ring;

/// <summary>A ring key's file cannot be read, written or trusted; the message names the path and what is wrong with it.</summary>
public sealed class RingKeyException(string message, Exception? inner = null) : Exception(message, inner);
