using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MySqlHa.Ring;

/// <summary>
/// A certificate for a node's API, issued by the ring's authority at each start, its private key never on disk. It names no node, so
/// that it opens nothing on the ring.
/// </summary>
public static class ApiCertificate
{
    /// <summary>Who asks for this name in the handshake is shown this certificate, whatever other one the node has.</summary>
    public const string ServerName = "api.mysqlha-ring";

    private const string ServerUse = "1.3.6.1.5.5.7.3.1";

    /// <param name="hosts">Names and IP addresses by which clients reach the node.</param>
    public static X509Certificate2 Mint(RingKey key, IEnumerable<string> hosts)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=mysqlha api", own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerUse)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(key.Authority, true, false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(host, out var ip))
            {
                names.AddIpAddress(ip);
            }
            else if (Uri.CheckHostName(host) == UriHostNameType.Dns)
            {
                names.AddDnsName(host);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var issued = key.Issue(request, now.AddDays(-1), now.AddYears(10));
        return issued.CopyWithPrivateKey(own);
    }
}
