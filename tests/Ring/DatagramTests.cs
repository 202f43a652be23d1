using System.Security.Cryptography;
using System.Text;
using MySqlHa.Cluster;
using MySqlHa.Ring;
using Xunit;

namespace MySqlHa.Tests.Ring;

public sealed class DatagramTests
{
    private static readonly RingKey Key = RingKey.Create("test");

    [Fact]
    public void A_sealed_datagram_opens_once()
    {
        using var sealer = new DatagramSealer(Key, RingPeer.NewId());
        using var opener = new DatagramOpener(RingKeys.Of(Key), RingPeer.NewId());
        var datagram = sealer.Seal("hello"u8);
        Assert.Null(opener.Open(datagram, out var payload));
        Assert.Equal("hello", Encoding.ASCII.GetString(payload));
        Assert.Equal(RingRefusal.DatagramReplayed, opener.Open(datagram, out payload));
        Assert.Empty(payload);
    }

    [Fact]
    public void Any_changed_bit_of_a_datagram_makes_it_refused_and_the_whole_one_still_opens()
    {
        using var sealer = new DatagramSealer(Key, RingPeer.NewId());
        using var opener = new DatagramOpener(RingKeys.Of(Key), RingPeer.NewId());
        Assert.Null(opener.Open(sealer.Seal("known"u8), out _));
        var datagram = sealer.Seal("hello"u8);
        for (var bit = 0; bit < datagram.Length * 8; bit++)
        {
            var changed = datagram.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(opener.Open(changed, out var payload) is not null, $"bit {bit} of {datagram.Length * 8}");
            Assert.Empty(payload);
        }

        for (var length = 0; length < datagram.Length; length++)
        {
            Assert.True(opener.Open(datagram.AsSpan(0, length), out _) is not null, $"the first {length} bytes");
        }

        Assert.Null(opener.Open(datagram, out _));
    }

    [Theory]
    [InlineData(0, 0xA2, RingRefusal.DatagramVersion)]
    [InlineData(0, 0x16, RingRefusal.DatagramGarbage)]
    [InlineData(1, -1, RingRefusal.DatagramOtherKey)]
    [InlineData(5, -1, RingRefusal.DatagramForged)]
    [InlineData(21, -1, RingRefusal.DatagramForged)]
    [InlineData(40, -1, RingRefusal.DatagramForged)]
    public void A_refusal_says_what_is_wrong(int at, int value, RingRefusal expected)
    {
        using var sealer = new DatagramSealer(Key, RingPeer.NewId());
        using var opener = new DatagramOpener(RingKeys.Of(Key), RingPeer.NewId());
        var datagram = sealer.Seal("hello"u8);
        datagram[at] = value < 0 ? (byte)~datagram[at] : (byte)value;
        Assert.Equal(expected, opener.Open(datagram, out _));
    }

    [Fact]
    public void A_datagram_with_this_nodes_own_id_is_refused()
    {
        var self = RingPeer.NewId();
        using var sealer = new DatagramSealer(Key, self);
        using var opener = new DatagramOpener(RingKeys.Of(Key), self);
        Assert.Equal(RingRefusal.DatagramOwnId, opener.Open(sealer.Seal("hello"u8), out _));
    }

    [Fact]
    public void No_key_and_nonce_of_two_processes_of_one_node_are_ever_the_same()
    {
        var self = RingPeer.NewId();
        using var before = new DatagramSealer(Key, self);
        using var after = new DatagramSealer(Key, self);
        var seen = new HashSet<string>();
        for (var i = 0; i < 100_000; i++)
        {
            var datagram = (i % 2 == 0 ? before : after).Seal("x"u8);
            var saltAndCounter = datagram[DatagramFormat.SaltAt..DatagramFormat.HeaderBytes];
            Assert.True(seen.Add(Convert.ToHexString(saltAndCounter)), $"datagram {i}");
        }
    }

    [Fact]
    public void Salts_lead_to_different_keys()
    {
        using var one = DatagramFormat.CipherOf(Key, new byte[16]);
        using var two = DatagramFormat.CipherOf(Key, [1, .. new byte[15]]);
        var (a, b, tag) = (new byte[32], new byte[32], new byte[16]);
        one.Encrypt(new byte[12], new byte[32], a, tag);
        two.Encrypt(new byte[12], new byte[32], b, tag);
        Assert.NotEqual(a, b);
    }

    [Fact]
    public void A_sender_out_of_more_than_are_remembered_still_gets_through()
    {
        using var opener = new DatagramOpener(RingKeys.Of(Key), RingPeer.NewId());
        using var first = new DatagramSealer(Key, RingPeer.NewId());
        Assert.Null(opener.Open(first.Seal("x"u8), out _));
        for (var i = 0; i < 5100; i++)
        {
            using var sealer = new DatagramSealer(Key, RingPeer.NewId());
            Assert.Null(opener.Open(sealer.Seal("x"u8), out _));
        }

        Assert.Null(opener.Open(first.Seal("x"u8), out _));
    }

    [Fact]
    public void The_window_takes_each_counter_once_in_any_order_and_nothing_older_than_itself()
    {
        var random = new Random(1);
        var window = new ReplayWindow();
        var taken = new HashSet<ulong>();
        var highest = 0UL;
        for (var i = 0; i < 200_000; i++)
        {
            var counter = (ulong)Math.Max(0, (long)highest + random.Next(-1200, random.Next(50) == 0 ? 3000 : 4));
            var tooOld = counter + ReplayWindow.Width <= highest;
            Assert.Equal(counter > 0 && !tooOld && taken.Add(counter), window.Accept(counter));
            highest = Math.Max(highest, counter);
        }
    }
}
