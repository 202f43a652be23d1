using MySqlHa.Cluster;
using MySqlHa.Ring;
using Xunit;

namespace MySqlHa.Tests.Ring;

public sealed class RingIdentityTests
{
    private static readonly RingKey Key = RingKey.Create("test");
    private static readonly NodeId Peer = RingPeer.NewId();

    [Fact]
    public void A_certificate_of_the_ring_proves_the_node_it_names()
    {
        using var identity = new RingIdentity(RingKeys.Of(Key), RingPeer.NewId());
        using var peer = new RingIdentity(RingKeys.Of(RingKey.Parse(Key.ToFileText())), Peer);
        Assert.Equal((Peer, null), identity.Judge(peer.Certificate.TargetCertificate));
    }

    [Fact]
    public void Any_other_certificate_proves_nothing()
    {
        using var identity = new RingIdentity(RingKeys.Of(Key), RingPeer.NewId());
        Assert.Equal(RingRefusal.NoCertificate, identity.Judge(null).Refusal);
        Assert.Equal(RingRefusal.OwnId, identity.Judge(identity.Certificate.TargetCertificate).Refusal);

        using var otherRing = new RingIdentity(RingKeys.Of(RingKey.Create("test")), Peer);
        Assert.Equal(RingRefusal.OtherKey, identity.Judge(otherRing.Certificate.TargetCertificate).Refusal);

        using var selfSigned = TestCertificates.SelfSigned($"CN={Peer.Hex}");
        Assert.Equal(RingRefusal.OtherKey, identity.Judge(selfSigned).Refusal);

        // An authority that has the ring's name, and its certificate.
        using var impostor = TestCertificates.SelfSigned(Key.Authority.Subject, authority: true);
        using var issuedByImpostor = TestCertificates.IssuedBy(impostor, $"CN={Peer.Hex}");
        Assert.Equal(RingRefusal.OtherKey, identity.Judge(issuedByImpostor).Refusal);

        // A member's certificate is no authority.
        using var member = TestCertificates.OfRing(Key, $"CN={RingPeer.NewId().Hex}");
        using var issuedByMember = TestCertificates.IssuedBy(member, $"CN={Peer.Hex}");
        Assert.Equal(RingRefusal.OtherKey, identity.Judge(issuedByMember).Refusal);

        // The authority itself is no node.
        Assert.NotNull(identity.Judge(Key.Authority).Refusal);

        using var nameless = TestCertificates.OfRing(Key, "CN=db1");
        Assert.Equal(RingRefusal.NotANode, identity.Judge(nameless).Refusal);
    }
}
