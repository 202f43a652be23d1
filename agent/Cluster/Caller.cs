namespace MySqlHa.Cluster;

/// <summary>Who asks: by which token, and from where. Never the token itself.</summary>
/// <param name="Name">Of the token, as the file of tokens names it; <c>ring</c>: the ring's own.</param>
/// <param name="Role"><c>admin</c>, or <c>read</c>.</param>
/// <param name="From">The address that the request came from, as the node saw it that was asked.</param>
public sealed record Caller(string Name, string Role, string From)
{
    public const string Admin = "admin";
    public const string Reader = "read";

    /// <summary>The name that the ring's own token goes by.</summary>
    public const string Ring = "ring";
}
