namespace MySqlHa.Ring;

/// <summary>The fingerprints of the keys that a connection was made with.</summary>
/// <param name="Own">By which this node showed itself.</param>
/// <param name="Peers">By which the peer did.</param>
internal readonly record struct LinkKeys(string Own, string Peers);
