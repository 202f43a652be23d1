namespace MySqlHa.Configuration;

/// <summary>Who may ask a node over HTTP, and what it shows itself by. Paths are absolute; files are read again when they change.</summary>
/// <param name="Tokens">Lines of <c>mysqlha token new</c>; null: the ring's own token alone.</param>
/// <param name="ReadNeedsToken">Default: reading is free.</param>
/// <param name="TlsRequired">Default: plain HTTP is answered too.</param>
/// <param name="Certificate">PEM; null, as <paramref name="Key"/>: one that the ring's authority issues.</param>
public sealed record ApiSettings(
    string? Tokens = null, bool ReadNeedsToken = false, bool TlsRequired = false, string? Certificate = null, string? Key = null);
