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
    private readonly SslStreamCertificateContext? _ring =
        options.RingCertificate is { } own ? SslStreamCertificateContext.Create(own, additionalCertificates: null, offline: true) : null;

    private byte[] _read = [];
    private SslStreamCertificateContext? _fromFile;

    /// <summary>What is wrong with the files; empty: nothing.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Null: there is none, and no TLS.</summary>
    /// <param name="name">The server that the client asks for.</param>
    public SslStreamCertificateContext? For(string name) =>
        name == options.RingServerName && _ring is not null ? _ring : Volatile.Read(ref _fromFile) ?? _ring;

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
}
