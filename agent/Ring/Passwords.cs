using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace MySqlHa.Ring;

/// <summary>
/// Passwords of the cluster's own accounts, derived from the cluster's secret so that every member knows them and none is kept.
/// Independent of the ring key, which may be changed without touching an account.
/// </summary>
public static class Passwords
{
    private const int Bytes = 24;

    /// <summary>
    /// 32 characters of <c>A-Z a-z 0-9 - _</c>, the first a letter, with at least one of each kind (what MySQL's
    /// validate_password asks at MEDIUM). The same secret and purpose always give the same password; nothing about one
    /// follows from another. The secret has at least 16 bytes, the purpose is not empty: else <see cref="ArgumentException"/>.
    /// </summary>
    public static string Derive(ReadOnlySpan<byte> clusterSecret, string purpose)
    {
        if (clusterSecret.Length < 16)
        {
            throw new ArgumentException($"a cluster secret has at least 16 bytes, not {clusterSecret.Length}", nameof(clusterSecret));
        }

        ArgumentException.ThrowIfNullOrWhiteSpace(purpose);
        Span<byte> bytes = stackalloc byte[Bytes];
        // About half of all candidates will do, so 1,000 in a row that do not is not chance.
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var info = Encoding.UTF8.GetBytes($"mysqlha password 1\0{purpose}\0{attempt}");
            HKDF.DeriveKey(HashAlgorithmName.SHA256, clusterSecret, bytes, salt: [], info);
            var password = Base64Url.EncodeToString(bytes);
            if (HasEveryKind(password))
            {
                return password;
            }
        }

        throw new CryptographicException("no password came out of the key derivation");
    }

    private static bool HasEveryKind(string password) =>
        char.IsAsciiLetter(password[0])
        && password.Any(char.IsAsciiLetterUpper)
        && password.Any(char.IsAsciiLetterLower)
        && password.Any(char.IsAsciiDigit)
        && password.Any(c => c is '-' or '_');
}
