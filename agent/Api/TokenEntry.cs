namespace MySqlHa.Api;

/// <summary>A token that is known: never itself, only what it hashes to.</summary>
/// <param name="Name">For the audit.</param>
/// <param name="Role"><c>admin</c> or <c>read</c>.</param>
/// <param name="Sha256">Of the token's text.</param>
internal sealed record TokenEntry(string Name, string Role, byte[] Sha256);
