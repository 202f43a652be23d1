using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MySqlHa.Ring;

namespace MySqlHa.Tests.Ring;

/// <summary>Certificates that a member would not mint.</summary>
internal static class TestCertificates
{
    internal static X509Certificate2 OfRing(RingKey key, string subject)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = key.Issue(Request(subject, own), DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return issued.CopyWithPrivateKey(own);
    }

    internal static X509Certificate2 SelfSigned(string subject, bool authority = false)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request(subject, own, authority).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    internal static X509Certificate2 IssuedBy(X509Certificate2 issuer, string subject)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issuerKey = issuer.GetECDsaPrivateKey()!;
        using var issued = Request(subject, own).Create(
            issuer.SubjectName,
            X509SignatureGenerator.CreateForECDsa(issuerKey),
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddHours(1),
            [1, 2, 3, 4]);
        return issued.CopyWithPrivateKey(own);
    }

    private static CertificateRequest Request(string subject, ECDsa key, bool authority = false)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, true));
        return request;
    }
}
