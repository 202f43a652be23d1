using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using MySqlHa.Cluster;
using MySqlHa.Ring;
using Xunit;

namespace MySqlHa.Tests.Ring;

/// <summary>What does not belong to the ring is refused, counted and logged once, while members go on talking.</summary>
#pragma warning disable CA1001 // xunit disposes of them by IAsyncLifetime
public sealed class RingRefusalTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const string StrangersHost = "127.0.31.99";
    private const string Protocol = "mysqlha-ring/1";

    private static readonly RingKey Key = RingKey.Create("test");
    private static readonly RingKey OtherKey = RingKey.Create("test");

    private readonly RingPeer _node = new(Key, "127.0.31.11");
    private readonly RingPeer _member = new(Key, "127.0.31.12");

    private string ServerName => $"{_node.Id.Hex}.{Key.Fingerprint}.mysqlha-ring";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _member.DisposeAsync();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task A_datagram_of_another_ring_is_refused_on_both_sides()
    {
        await using var stranger = new RingPeer(OtherKey, StrangersHost);
        for (var i = 0; i < 5; i++)
        {
            stranger.SendDatagram(_node, "let me in");
            _node.SendDatagram(stranger, "hello?");
        }

        await RefusedOnceInLogAsync(_node, RingRefusal.DatagramOtherKey, 5);
        await RefusedOnceInLogAsync(stranger, RingRefusal.DatagramOtherKey, 5);
        Assert.Empty(_node.Datagrams);
        Assert.Empty(stranger.Datagrams);
        await MembersStillTalkAsync();
    }

    [Fact]
    public async Task A_connection_of_another_ring_is_refused_on_both_sides_whoever_connects()
    {
        await using var stranger = new RingPeer(OtherKey, StrangersHost);
        await SendUntilAsync(stranger, _node, () => _node.Counters.Refused(RingRefusal.OtherKey) >= 3);
        await SendUntilAsync(_node, stranger, () => stranger.Counters.Refused(RingRefusal.OtherKey) >= 6);

        await RefusedOnceInLogAsync(_node, RingRefusal.OtherKey, 3);
        await RefusedOnceInLogAsync(stranger, RingRefusal.OtherKey, 6);
        Assert.Equal(0, _node.Counters.Connects + _node.Counters.Accepts + stranger.Counters.Connects + stranger.Counters.Accepts);
        Assert.Empty(_node.Frames);
        Assert.Empty(stranger.Frames);
        await MembersStillTalkAsync();
    }

    [Fact]
    public async Task Garbage_on_udp_is_refused()
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Parse(StrangersHost), 0));
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"), _node.Host, _node.Port);
        await socket.SendAsync(Array.Empty<byte>(), _node.Host, _node.Port);
        await socket.SendAsync(new byte[60_000], _node.Host, _node.Port);
        await RefusedOnceInLogAsync(_node, RingRefusal.DatagramGarbage, 3);
        await MembersStillTalkAsync();
    }

    [Fact]
    public async Task A_datagram_that_comes_twice_is_taken_once()
    {
        using var sealer = new DatagramSealer(Key, RingPeer.NewId());
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Parse(StrangersHost), 0));
        var datagram = sealer.Seal("once"u8);
        for (var i = 0; i < 3; i++)
        {
            await socket.SendAsync(datagram, _node.Host, _node.Port);
        }

        await RefusedOnceInLogAsync(_node, RingRefusal.DatagramReplayed, 2);
        Assert.Single(_node.Datagrams);
    }

    [Fact]
    public async Task Random_bytes_on_tcp_are_refused()
    {
        for (var i = 0; i < 3; i++)
        {
            using var stranger = new Stranger(_node, StrangersHost);
            var bytes = RandomNumberGenerator.GetBytes(4096);
            bytes[0] = 0x42;
            await stranger.Stream.WriteAsync(bytes);
            Assert.True(await stranger.IsHungUpOnAsync());
        }

        await RefusedOnceInLogAsync(_node, RingRefusal.NotTls, 3);
        await MembersStillTalkAsync();
    }

    [Fact]
    public async Task Random_bytes_that_start_like_TLS_are_refused()
    {
        using var stranger = new Stranger(_node, StrangersHost);
        await stranger.Stream.WriteAsync((byte[])[0x16, 3, 1, 0, 200, .. RandomNumberGenerator.GetBytes(200)]);
        Assert.True(await stranger.IsHungUpOnAsync());
        await RefusedOnceInLogAsync(_node, RingRefusal.HandshakeFailed, 1);
        await MembersStillTalkAsync();
    }

    [Fact]
    public async Task A_plain_HTTP_request_is_refused_and_called_by_its_name()
    {
        using var stranger = new Stranger(_node, StrangersHost);
        await stranger.Stream.WriteAsync(Encoding.ASCII.GetBytes("GET /census HTTP/1.1\r\nHost: db\r\n\r\n"));
        Assert.True(await stranger.IsHungUpOnAsync());
        await RefusedOnceInLogAsync(_node, RingRefusal.PlainHttp, 1);
        Assert.Contains(_node.Log.Lines, l => l.Text.Contains("plain HTTP", StringComparison.Ordinal));
        await MembersStillTalkAsync();
    }

    [Fact]
    public async Task A_connection_that_never_says_anything_is_closed_after_the_deadline()
    {
        using var stranger = new Stranger(_node, StrangersHost);
        await MembersStillTalkAsync();
        Assert.True(await stranger.IsHungUpOnAsync());
        await RefusedOnceInLogAsync(_node, RingRefusal.HandshakeTooSlow, 1);
    }

    [Fact]
    public async Task A_handshake_that_trickles_is_closed_after_the_deadline()
    {
        using var stranger = new Stranger(_node, StrangersHost);
        await stranger.Stream.WriteAsync((byte[])[0x16, 3, 1, 2, 0, 1, 0, 1]);
        Assert.True(await stranger.IsHungUpOnAsync());
        await RefusedOnceInLogAsync(_node, RingRefusal.HandshakeTooSlow, 1);
    }

    [Fact]
    public async Task A_crowd_that_says_nothing_does_not_keep_a_member_out()
    {
        var crowd = new List<Stranger>();
        try
        {
            for (var i = 0; i < 3 * PeerListener.MaxHandshakes; i++)
            {
                crowd.Add(new Stranger(_node, StrangersHost));
            }

            await Eventually.HoldsAsync(
                "the crowd is cut down",
                () => _node.Counters.Refused(RingRefusal.HandshakesTooMany) >= 2 * PeerListener.MaxHandshakes,
                seconds: 3);
            await MembersStillTalkAsync();
        }
        finally
        {
            crowd.ForEach(stranger => stranger.Dispose());
        }
    }

    [Fact]
    public async Task TLS_without_a_certificate_is_refused()
    {
        using var stranger = new Stranger(_node, StrangersHost);
        await using var tls = await stranger.SpeakTlsAsync(ServerName, Protocol, certificate: null);
        Assert.True(await stranger.IsHungUpOnAsync(tls));
        await RefusedOnceInLogAsync(_node, RingRefusal.NoCertificate, 1);
        await MembersStillTalkAsync();
    }

    [Fact]
    public async Task A_certificate_of_ones_own_making_is_refused_though_it_names_a_member()
    {
        using var stranger = new Stranger(_node, StrangersHost);
        using var certificate = TestCertificates.SelfSigned($"CN={_member.Id.Hex}");
        await using var tls = await stranger.SpeakTlsAsync(ServerName, Protocol, certificate);
        Assert.True(await stranger.IsHungUpOnAsync(tls));
        await RefusedOnceInLogAsync(_node, RingRefusal.OtherKey, 1);
        await MembersStillTalkAsync();
    }

    [Fact]
    public async Task A_certificate_of_the_ring_that_names_no_node_is_refused()
    {
        using var stranger = new Stranger(_node, StrangersHost);
        using var certificate = TestCertificates.OfRing(Key, "CN=db1");
        await using var tls = await stranger.SpeakTlsAsync(ServerName, Protocol, certificate);
        Assert.True(await stranger.IsHungUpOnAsync(tls));
        await RefusedOnceInLogAsync(_node, RingRefusal.NotANode, 1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("mysqlha-ring/2")]
    [InlineData("h2")]
    public async Task A_member_that_speaks_another_version_is_refused(string? protocol)
    {
        using var stranger = new Stranger(_node, StrangersHost);
        using var certificate = TestCertificates.OfRing(Key, $"CN={RingPeer.NewId().Hex}");
        try
        {
            await using var tls = await stranger.SpeakTlsAsync(ServerName, protocol, certificate);
            Assert.True(await stranger.IsHungUpOnAsync(tls));
        }
        catch (System.Security.Authentication.AuthenticationException)
        {
            // Told so within the handshake.
        }

        await RefusedOnceInLogAsync(_node, RingRefusal.HandshakeVersion, 1);
    }

    [Fact]
    public async Task Two_nodes_with_one_id_refuse_each_other()
    {
        await using var copy = new RingPeer(Key, StrangersHost, id: _node.Id);
        copy.Transport.Send(RingPeer.NewId(), _node.Host, _node.Port, "x"u8.ToArray());
        copy.SendDatagram(_node, "x");
        await RefusedOnceInLogAsync(copy, RingRefusal.OwnId, 1);
        await Eventually.HoldsAsync("the datagram is refused", () => _node.Counters.Refused(RingRefusal.DatagramOwnId) == 1);
        Assert.Contains(_node.Log.Lines, l => l.Text.Contains("was a data directory copied?", StringComparison.Ordinal));
        Assert.Empty(_node.Datagrams);
    }

    [Fact]
    public async Task A_member_that_is_not_the_node_wanted_is_refused_by_the_client_and_gets_nothing()
    {
        var wanted = RingPeer.NewId();
        await Eventually.HoldsAsync(
            "the wrong node is noticed",
            () =>
            {
                _member.Transport.Send(wanted, _node.Host, _node.Port, "not for you"u8.ToArray());
                return _member.Counters.Refused(RingRefusal.OtherNode) > 0;
            });
        Assert.Contains(_member.Log.Lines, l => l.Id == 2010 && l.Text.Contains(_node.Id.Short, StringComparison.Ordinal));
        Assert.Equal(0, _member.Counters.Connects);
        Assert.Equal(0, _member.Counters.FramesSent);
        Assert.Equal(0, _node.Counters.Accepts);
        await MembersStillTalkAsync();
        Assert.Empty(_node.Frames);
    }

    [Fact]
    public async Task A_frame_that_is_too_long_ends_the_connection_before_a_byte_of_it_is_kept()
    {
        using var stranger = new Stranger(_node, StrangersHost);
        using var certificate = TestCertificates.OfRing(Key, $"CN={RingPeer.NewId().Hex}");
        await using var tls = await stranger.SpeakTlsAsync(ServerName, Protocol, certificate);
        await tls.WriteAsync((byte[])[0, 0, 0, 2, (byte)'o', (byte)'k', 0, 0x80, 0, 1, 1, 2, 3]);
        Assert.True(await stranger.IsHungUpOnAsync(tls));
        await RefusedOnceInLogAsync(_node, RingRefusal.FrameTooLong, 1);
        Assert.Equal("ok", Assert.Single(_node.Frames).Text);
        await MembersStillTalkAsync();
    }

    private async Task MembersStillTalkAsync()
    {
        var frames = _node.Counters.FramesReceived;
        await _member.ReachAsync(_node);
        await _node.ReachAsync(_member);
        Assert.True(_node.Counters.FramesReceived > frames);
        var text = Guid.NewGuid().ToString();
        _member.SendDatagram(_node, text);
        await Eventually.HoldsAsync("a member's datagram arrives", () => _node.Datagrams.Any(d => d.Text == text));
    }

    private static Task SendUntilAsync(RingPeer from, RingPeer to, Func<bool> condition) => Eventually.HoldsAsync(
        $"{from.Host} is refused",
        () =>
        {
            from.Send(to, "let me in");
            return condition();
        });

    private static async Task RefusedOnceInLogAsync(RingPeer peer, RingRefusal reason, int atLeast)
    {
        await Eventually.HoldsAsync(
            $"{peer.Host} refuses {atLeast} times: {reason}",
            () => peer.Counters.Refused(reason) >= atLeast && peer.Log.Refusals > 0,
            seconds: 5);
        var line = Assert.Single(peer.Log.Lines, l => l.Id == 2010);
        Assert.Contains($"({reason})", line.Text, StringComparison.Ordinal);
    }
}
