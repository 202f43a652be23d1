using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>
/// This process's certificate (minted at each start, its private key never on disk) and the judgement of others': a peer is the
/// node its certificate names if the authority of one of this ring's keys issued it. No other root counts.
/// </summary>
/// <remarks>
/// Validity dates are not checked. Whoever holds the ring key can issue any date, so dates protect nothing, and a machine that
/// boots with a wrong clock must not fall out of the cluster. A key is revoked by giving the ring another one
/// (<see cref="RingRotation"/>): an identity never changes, other keys make another one.
/// </remarks>
internal sealed class RingIdentity : IDisposable
{
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2 _certificate;

    internal RingIdentity(RingKeys keys, NodeId self)
    {
        Self = self;
        Keys = keys;
        _certificate = Mint(keys.First, self);
        Certificate = SslStreamCertificateContext.Create(_certificate, additionalCertificates: null, offline: true);
    }

    internal NodeId Self { get; }

    internal RingKeys Keys { get; }

    /// <summary>Of the key that this node shows itself by.</summary>
    internal string Fingerprint => Keys.First.Fingerprint;

    internal SslStreamCertificateContext Certificate { get; }

    /// <summary>The node that the certificate proves, or why it proves none.</summary>
    internal (NodeId Peer, RingRefusal? Refusal) Judge(X509Certificate? presented) => Judge(presented, out _);

    /// <param name="fingerprint">Of the key that vouches for it; empty: none does.</param>
    internal (NodeId Peer, RingRefusal? Refusal) Judge(X509Certificate? presented, out string fingerprint)
    {
        fingerprint = "";
        if (presented is null)
        {
            return (default, RingRefusal.NoCertificate);
        }

        using var certificate = X509CertificateLoader.LoadCertificate(presented.GetRawCertData());
        if (Keys.VoucherOf(certificate) is not { } key)
        {
            return (default, RingRefusal.OtherKey);
        }

        fingerprint = key.Fingerprint;
        return NodeId.TryParse(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), out var peer)
            ? (peer, peer == Self ? RingRefusal.OwnId : null)
            : (default, RingRefusal.NotANode);
    }

    public void Dispose() => _certificate.Dispose();

    private static X509Certificate2 Mint(RingKey key, NodeId self)
    {
        using var nodeKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={self.Hex}", nodeKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerUse, ClientUse], false));
        var now = DateTimeOffset.UtcNow;
        using var issued = key.Issue(request, now.AddDays(-1), now.AddYears(10));
        return issued.CopyWithPrivateKey(nodeKey);
    }
}
