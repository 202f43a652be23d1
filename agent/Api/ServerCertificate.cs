using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MySqlHa.Api;

/// <summary>
/// What the API shows itself by: the configured certificate, read again when its files change, or the ring's. What cannot be used leaves
/// the last one in force. Any thread may call.
/// </summary>
internal sealed class ServerCertificate(AccessOptions options)
{
    private const int LongestFile = 256 * 1024;

    private readonly Lock _gate = new();
    private SslStreamCertificateContext? _ring = options.RingCertificate is { } own ? OfRing(own) : null;

    private byte[] _read = [];
    private SslStreamCertificateContext? _fromFile;

    /// <summary>What is wrong with the files; empty: nothing.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Null: there is none, and no TLS.</summary>
    /// <param name="name">The server that the client asks for.</param>
    public SslStreamCertificateContext? For(string name)
    {
        var ring = Volatile.Read(ref _ring);
        return name == options.RingServerName && ring is not null ? ring : Volatile.Read(ref _fromFile) ?? ring;
    }

    /// <summary>From here on this is the ring's.</summary>
    public void UseRing(X509Certificate2 certificate) => Volatile.Write(ref _ring, OfRing(certificate));

    /// <summary>Looks at the files.</summary>
    public void Refresh()
    {
        if (options is not { CertificatePath: { } path, KeyPath: { } keyPath })
        {
            return;
        }

        lock (_gate)
        {
            try
            {
                var (chain, key) = (FilePiece.Read(path, LongestFile), FilePiece.Read(keyPath, LongestFile));
                byte[] both = [.. chain, .. key];
                if (!both.AsSpan().SequenceEqual(_read) || Problem.Length > 0)
                {
                    Volatile.Write(ref _fromFile, Parse(Encoding.ASCII.GetString(chain), Encoding.ASCII.GetString(key)));
                    (_read, Problem) = (both, "");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException || IsNoCertificate(e))
            {
                var force = _fromFile is not null ? "the one from before" : _ring is not null ? "the ring's own" : "none";
                Problem = $"the certificate in {path} with the key in {keyPath} is not taken ({e.Message}); in force is {force}";
            }
        }
    }

    /// <summary>What the runtime says of PEM that is none, or not a server's.</summary>
    internal static bool IsNoCertificate(Exception e) =>
        e is CryptographicException or ArgumentException or NotSupportedException or InvalidOperationException;

    /// <summary>Throws (<see cref="IsNoCertificate"/>) where it is no PEM, or key and certificate differ.</summary>
    internal static SslStreamCertificateContext Parse(string chain, string key)
    {
        var certificate = X509Certificate2.CreateFromPem(chain, key);
        var more = new X509Certificate2Collection();
        more.ImportFromPem(chain);
        more.RemoveAt(0);
        return SslStreamCertificateContext.Create(certificate, more, offline: true);
    }

    private static SslStreamCertificateContext OfRing(X509Certificate2 certificate) =>
        SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
}
