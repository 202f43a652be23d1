using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>
/// The one secret of a ring: who has it is a member. It holds a random seed, from which the gossip key is derived, and the
/// ring's own certificate authority, by which every process issues itself a certificate. Written as a text file of mode 0600;
/// <see cref="ToString"/> shows nothing secret.
/// </summary>
public sealed partial class RingKey
{
    /// <summary>How the first line of each key begins.</summary>
    internal const string Format = "MYSQLHA-RING-KEY-";

    private const string Version = "1";
    private const int SeedBytes = 32;

    private readonly byte[] _seed;
    private readonly ECDsa _authorityKey;

    private RingKey(string nameAndRevision, byte[] seed, ECDsa authorityKey, X509Certificate2 authority)
    {
        NameAndRevision = nameAndRevision;
        _seed = seed;
        _authorityKey = authorityKey;
        Authority = authority;
        Fingerprint = Convert.ToHexStringLower(Derive("mysqlha ring fingerprint 1", 8));
        GossipKey = Derive("mysqlha ring gossip 1", 32);
    }

    /// <summary>Like Habitat's: the ring's name and when the key was made, <c>production-20260101120000</c>.</summary>
    public string NameAndRevision { get; }

    /// <summary>16 hex digits that tell keys apart and reveal nothing of them.</summary>
    public string Fingerprint { get; }

    /// <summary>The authority's certificate, without its private key.</summary>
    internal X509Certificate2 Authority { get; }

    internal byte[] GossipKey { get; }

    /// <summary>
    /// A new key. The name has 1 to 48 letters, digits, <c>-</c> or <c>_</c>; anything else throws <see cref="ArgumentException"/>.
    /// </summary>
    public static RingKey Create(string name)
    {
        if (!NamePattern().IsMatch(name))
        {
            throw new ArgumentException($"'{name}' cannot name a ring: 1 to 48 letters, digits, '-' or '_' can", nameof(name));
        }

        var now = DateTimeOffset.UtcNow;
        var revision = $"{name}-{now.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}";
        var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={revision}", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        // The dates are for tools that show certificates; peers do not check them (see RingIdentity).
        using var issued = request.CreateSelfSigned(now.AddYears(-1), now.AddYears(100));
        return new RingKey(
            revision,
            RandomNumberGenerator.GetBytes(SeedBytes),
            authorityKey,
            X509CertificateLoader.LoadCertificate(issued.RawData));
    }

    /// <summary>
    /// Reads what <see cref="ToFileText"/> wrote. Throws <see cref="FormatException"/> with a sentence; the text's own lines are
    /// never quoted in it, because they are secrets.
    /// </summary>
    public static RingKey Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || !lines[0].StartsWith(Format, StringComparison.Ordinal))
        {
            throw new FormatException($"not a ring key: the first line of one is '{Format}{Version}'");
        }

        var version = lines[0][Format.Length..];
        if (version != Version)
        {
            throw new FormatException($"a ring key of format '{version}'; this program reads format '{Version}'");
        }

        if (lines.Length != 6)
        {
            throw new FormatException($"not a whole ring key: it has {lines.Length} lines that are not empty instead of 6");
        }

        if (!RevisionPattern().IsMatch(lines[1]))
        {
            throw new FormatException("not a ring key: its second line is no name and revision like 'production-20260101120000'");
        }

        if (lines[5] != Check(lines[..5]))
        {
            throw new FormatException($"ring key {lines[1]} is damaged: its last line does not fit the lines before it");
        }

        return FromSecrets(lines[1], lines[2], lines[3], lines[4]);
    }

    /// <summary>
    /// Reads a file with one key. Throws <see cref="RingKeyException"/> naming the path where it is missing, open to others or no key.
    /// </summary>
    public static RingKey Load(string path) => RingKeyFile.Parse(path, RingKeyFile.Read(path), Parse);

    /// <summary>
    /// Writes the key to a new file of mode 0600. Throws <see cref="RingKeyException"/> where it cannot, or where the file exists:
    /// a key that is overwritten takes its ring along.
    /// </summary>
    public void Save(string path)
    {
        if (Path.Exists(path))
        {
            throw new RingKeyException($"{path} exists; a ring key is never written over another file");
        }

        var created = false;
        try
        {
#pragma warning disable CA1416 // the agent runs on Linux
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = RingKeyFile.OwnerOnly };
#pragma warning restore CA1416
            using var file = new FileStream(path, options);
            created = true;
            file.Write(Encoding.ASCII.GetBytes(ToFileText()));
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (created)
            {
                File.Delete(path);
            }

            throw new RingKeyException($"ring key {path} cannot be written: {FileTrouble.Of(e)}", e);
        }
    }

    /// <summary>The whole key, secrets included, as the text of its file.</summary>
    public string ToFileText()
    {
        string[] lines =
        [
            Format + Version,
            NameAndRevision,
            Convert.ToBase64String(_seed),
            Convert.ToBase64String(_authorityKey.ExportPkcs8PrivateKey()),
            Convert.ToBase64String(Authority.RawData),
        ];
        return $"{lines[0]}\n{lines[1]}\n\n{lines[2]}\n{lines[3]}\n{lines[4]}\n{Check(lines)}\n";
    }

    public override string ToString() => $"{NameAndRevision} ({Fingerprint})";

    /// <summary>
    /// The token by which whoever has this key asks a node's API for changes: derived, so that it opens nothing else. A secret.
    /// </summary>
    public string ApiToken => "mhr_" + Convert.ToHexStringLower(Derive("mysqlha api ring token 1", 32));

    /// <summary>The certificate of the ring's authority, which is no secret: <c>curl --cacert</c> knows every node's API by it.</summary>
    public string AuthorityPem => Authority.ExportCertificatePem() + "\n";

    /// <summary>Whether exactly this ring's authority issued the certificate. Names and dates do not count (see RingIdentity).</summary>
    public bool Vouches(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        _ = chain.ChainPolicy.CustomTrustStore.Add(Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(certificate)
            && chain.ChainElements.Count == 2
            && chain.ChainElements[1].Certificate.RawDataMemory.Span.SequenceEqual(Authority.RawDataMemory.Span);
    }

    internal X509Certificate2 Issue(CertificateRequest request, DateTimeOffset from, DateTimeOffset until) =>
        request.Create(
            Authority.SubjectName,
            X509SignatureGenerator.CreateForECDsa(_authorityKey),
            from,
            until,
            RandomNumberGenerator.GetBytes(16));

    private static RingKey FromSecrets(string nameAndRevision, string seedText, string keyText, string certificateText)
    {
        var authorityKey = ECDsa.Create();
        try
        {
            var seed = Convert.FromBase64String(seedText);
            authorityKey.ImportPkcs8PrivateKey(Convert.FromBase64String(keyText), out _);
            var authority = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(certificateText));
            if (seed.Length == SeedBytes
                && authority.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(authorityKey.ExportSubjectPublicKeyInfo()))
            {
                return new RingKey(nameAndRevision, seed, authorityKey, authority);
            }
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            authorityKey.Dispose();
            throw new FormatException($"ring key {nameAndRevision} is damaged: {e.Message}", e);
        }

        authorityKey.Dispose();
        throw new FormatException($"ring key {nameAndRevision} is damaged: its parts do not belong together");
    }

    private static string Check(IEnumerable<string> lines) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines)))[..12]);

    private byte[] Derive(string purpose, int length) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _seed, length, info: Encoding.ASCII.GetBytes(purpose));

    [GeneratedRegex("^[A-Za-z0-9_-]{1,48}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[A-Za-z0-9_-]{1,48}-[0-9]{14}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex RevisionPattern();
}
