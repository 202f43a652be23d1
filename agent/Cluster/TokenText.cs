using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MySqlHa.Cluster;

/// <summary>Tokens of the API as text: names, and the lines by which nodes know tokens without having them.</summary>
public static partial class TokenText
{
    public const string Names = "1 to 64 letters, digits, '.', '-' and '_', a letter or digit first, and not 'ring'";
    private const string Beginning = "mha_";

    /// <summary>Whether it may name a token.</summary>
    public static bool IsName(string name) => Name().IsMatch(name) && name != Caller.Ring;

    /// <param name="secret">32 bytes of the system's generator.</param>
    public static string Of(ReadOnlySpan<byte> secret) => Beginning + Convert.ToHexStringLower(secret);

    /// <summary>The line for the file of tokens; the token cannot be told from it.</summary>
    public static string Line(string name, string role, string token) =>
        $"{name} {role} sha256:{Convert.ToHexStringLower(Digest(token))}";

    /// <summary>SHA-256. A token has 256 random bits, so nothing slower is needed.</summary>
    public static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Name();
}
