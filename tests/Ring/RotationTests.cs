using System.Net;
using System.Net.Sockets;
using MySqlHa.Ring;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Ring;

/// <summary>A ring gets another key while it runs: three passes over its nodes, in any order within each.</summary>
public sealed class RotationTests(ITestOutputHelper output)
{
    private static readonly RingKey Old = RingKey.Create("old");
    private static readonly RingKey New = RingKey.Create("new");

    /// <summary>A node's keys before the rotation, and behind each of its steps.</summary>
    private static readonly RingKeys[] States = [RingKeys.Of(Old), RingKeys.Of(Old, New), RingKeys.Of(New, Old), RingKeys.Of(New)];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Through_all_passes_no_frame_or_datagram_is_lost_and_none_comes_out_of_order(int nodes)
    {
        var peers = Enumerable.Range(1, nodes).Select(n => new RingPeer(States[0], $"127.0.31.{n}")).ToList();
        var pairs = (from a in peers from b in peers where a != b select (From: a, To: b)).ToList();
        try
        {
            foreach (var (from, to) in pairs)
            {
                await from.ReachAsync(to);
            }

            using var over = new CancellationTokenSource();
            var sent = 0;
            var sending = Task.Run(async () =>
            {
                for (; !over.IsCancellationRequested; sent++)
                {
                    pairs.ForEach(p => p.From.Send(p.To, $"{sent}"));
                    pairs.ForEach(p => p.From.SendDatagram(p.To, $"{sent}"));
                    await Task.Delay(1);
                }
            });
            foreach (var state in States[1..])
            {
                foreach (var peer in peers.OrderBy(_ => Random.Shared.Next()).ToList())
                {
                    peer.Transport.Use(state);
                    await peer.Transport.Renewing;
                    foreach (var (from, to) in pairs)
                    {
                        await from.ReachAsync(to);
                    }
                }
            }

            await over.CancelAsync();
            await sending;
            var expected = Enumerable.Range(0, sent).Select(i => $"{i}").ToList();
            await Eventually.HoldsAsync("all arrives", () => peers.All(
                p => p.Frames.Count >= sent * (nodes - 1) && p.Datagrams.Count >= sent * (nodes - 1)));
            foreach (var (from, to) in pairs)
            {
                Assert.Equal(expected, to.Frames.Where(f => f.From == from.Id).Select(f => f.Text));
                Assert.Equal(expected.Count, to.Datagrams.Where(d => d.Host == from.Host).Select(d => d.Text).Distinct().Count());
            }

            Assert.All(peers, p => Assert.Equal(
                (0, 0, 0), (p.Counters.FramesDropped, p.Counters.ConnectionsRefused, p.Counters.DatagramsRefused)));
            // Accepting closes nothing. Using makes a node's own connections anew, finishing those that the peer had proven by the old key.
            Assert.All(peers, p => Assert.InRange(p.Counters.Connects, (nodes - 1) + 1, (nodes - 1) * 3));
            var longest = pairs.Select(p => p.To.LongestSilence(p.From)).Max();
            output.WriteLine($"{nodes} nodes, {sent} frames each way, longest silence of a link {longest.TotalMilliseconds:0} ms");
            Assert.True(longest < TimeSpan.FromSeconds(1), $"nothing came for {longest.TotalMilliseconds:0} ms");
        }
        finally
        {
            foreach (var peer in peers)
            {
                await peer.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task What_a_slow_peer_has_not_read_yet_arrives_before_the_connection_is_made_anew()
    {
        const int Many = 200;
        await using var node = new RingPeer(States[1], "127.0.31.1");
        await using var slow = new RingPeer(States[1], "127.0.31.2");
        await node.ReachAsync(slow);
        using var goesOn = new ManualResetEventSlim();
        slow.Reading = () =>
        {
            Assert.True(goesOn.Wait(TimeSpan.FromSeconds(15)));
            Thread.SpinWait(20_000); // whoever cuts it short finds it in the middle
        };
        await node.CountedAsync();
        var (dropped, connects) = (node.Counters.FramesDropped, node.Counters.Connects);
        for (var i = 0; i < Many; i++)
        {
            node.Send(slow, $"{i}");
        }

        await node.CountedAsync();
        Assert.Equal(dropped, node.Counters.FramesDropped);
        node.Transport.Use(States[2]);
        var early = SpinWait.SpinUntil(() => node.Counters.Connects > connects, LinkLimits.Drain / 3);
        goesOn.Set();

        Assert.False(early, "the connection was made anew while the old one was not read to its end");
        await Eventually.HoldsAsync("all arrives", () => slow.Frames.Count == Many);
        Assert.Equal(Enumerable.Range(0, Many).Select(i => $"{i}"), slow.Frames.Select(f => f.Text));
        await node.Transport.Renewing;
        Assert.Equal(connects + 1, node.Counters.Connects);
    }

    /// <summary>By their steps: two that are one step apart talk, two that are further apart do not.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(1, 3)]
    [InlineData(2, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    public async Task Nodes_talk_that_are_at_most_a_step_apart(int one, int other)
    {
        await using var a = new RingPeer(States[one], "127.0.31.1");
        await using var b = new RingPeer(States[other], "127.0.31.2");
        if (other - one <= 1)
        {
            await a.ReachAsync(b);
            await b.ReachAsync(a);
            a.SendDatagram(b, "ping");
            b.SendDatagram(a, "pong");
            await Eventually.HoldsAsync("the datagrams arrive", () => a.Datagrams.Count == 1 && b.Datagrams.Count == 1);
            return;
        }

        // Who accepts less is who refuses, whoever connects; the other one is told to look.
        var (refuses, refused) = one == 0 ? (a, b) : (b, a);
        await Eventually.HoldsAsync("it is refused", () =>
        {
            a.Send(b, "let me in");
            b.Send(a, "let me in");
            return refuses.Counters.Refused(RingRefusal.OtherKey) > 1 && refused.Log.Lines.Any(l => Tells(l.Text));
        });
        Assert.Empty(a.Frames);
        Assert.Empty(b.Frames);
        Assert.Contains(refuses.Log.Lines, l => Tells(l.Text)
            && l.Text.Contains($"this node uses {States[one == 0 ? one : other]}", StringComparison.Ordinal));

        static bool Tells(string text) =>
            text.Contains("one of the two missed a step of a rotation: compare 'mysqlha ring show' on both", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_dropped_is_refused_at_once_also_where_a_connection_stands_on_it()
    {
        await using var node = new RingPeer(States[2], "127.0.31.1");
        await using var behind = new RingPeer(States[1], "127.0.31.2");
        await behind.ReachAsync(node);
        await node.ReachAsync(behind);
        behind.SendDatagram(node, "ping");
        await Eventually.HoldsAsync("the datagram arrives", () => !node.Datagrams.IsEmpty);

        node.Transport.Use(States[3]);
        await node.Transport.Renewing;
        var (frames, datagrams) = (node.Counters.FramesReceived, node.Counters.DatagramsReceived);
        await Eventually.HoldsAsync("it is refused", () =>
        {
            behind.Send(node, "still here?");
            behind.SendDatagram(node, "still here?");
            return node.Counters.Refused(RingRefusal.OtherKey) > 0 && node.Counters.Refused(RingRefusal.DatagramOtherKey) > 0;
        });
        Assert.Equal((frames, datagrams), (node.Counters.FramesReceived, node.Counters.DatagramsReceived));
        Assert.Contains(node.Log.Lines, l => l.Text.Contains("missed a step of a rotation", StringComparison.Ordinal));

        behind.Transport.Use(States[2]);
        await behind.ReachAsync(node);
        await node.ReachAsync(behind);
    }

    [Fact]
    public async Task A_stranger_stays_refused_in_every_state()
    {
        await using var node = new RingPeer(States[0], "127.0.31.1");
        await using var stranger = new RingPeer(RingKey.Create("old"), "127.0.31.99");
        foreach (var state in States)
        {
            node.Transport.Use(state);
            var (tcp, udp) = (node.Counters.Refused(RingRefusal.OtherKey), node.Counters.Refused(RingRefusal.DatagramOtherKey));
            await Eventually.HoldsAsync("it is refused", () =>
            {
                stranger.Send(node, "let me in");
                stranger.SendDatagram(node, "let me in");
                return node.Counters.Refused(RingRefusal.OtherKey) > tcp && node.Counters.Refused(RingRefusal.DatagramOtherKey) > udp;
            });
        }

        Assert.Equal((0, 0, 0), (node.Counters.Accepts, node.Counters.FramesReceived, node.Counters.DatagramsReceived));
    }

    [Fact]
    public async Task A_nonce_never_repeats_and_a_key_that_is_used_gets_a_salt_of_its_own()
    {
        await using var node = new RingPeer(States[0], "127.0.31.1");
        using var ear = new UdpClient(new IPEndPoint(IPAddress.Parse("127.0.31.2"), 0));
        var heard = new List<(string Key, string Salt, string Counter)>();
        foreach (var state in (RingKeys[])[.. States, .. States.Reverse()])
        {
            node.Transport.Use(state);
            for (var i = 0; i < 3; i++)
            {
                node.Transport.SendDatagram("127.0.31.2", ((IPEndPoint)ear.Client.LocalEndPoint!).Port, "x"u8);
                using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                var bytes = (await ear.ReceiveAsync(deadline.Token)).Buffer;
                heard.Add((
                    Convert.ToHexString(bytes[DatagramFormat.KeyIdAt..DatagramFormat.SaltAt]),
                    Convert.ToHexString(bytes[DatagramFormat.SaltAt..DatagramFormat.CounterAt]),
                    Convert.ToHexString(bytes[DatagramFormat.CounterAt..DatagramFormat.HeaderBytes])));
            }
        }

        Assert.Equal(heard.Count, heard.Distinct().Count());
        // The old key, the new one, and the old one again: back there, it draws another.
        Assert.Equal(3, heard.Select(h => h.Salt).Distinct().Count());
        Assert.All(heard.GroupBy(h => h.Salt), g => Assert.Single(g.Select(h => h.Key).Distinct()));
    }

    [Fact]
    public void What_was_heard_stays_heard_while_its_key_is_accepted()
    {
        using var old = new DatagramSealer(Old, RingPeer.NewId());
        using var next = new DatagramSealer(New, RingPeer.NewId());
        using var opener = new DatagramOpener(States[0], RingPeer.NewId());
        var (first, second) = (old.Seal("1"u8), next.Seal("2"u8));
        Assert.Null(opener.Open(first, out _));
        Assert.Equal(RingRefusal.DatagramOtherKey, opener.Open(second, out _));
        foreach (var state in States[1..3])
        {
            opener.Use(state);
            Assert.Equal(RingRefusal.DatagramReplayed, opener.Open(first, out _));
            Assert.Null(opener.Open(old.Seal("3"u8), out _));
            Assert.Null(opener.Open(next.Seal("4"u8), out _));
        }

        // Sealed by one key, and said to be by the other.
        var mixed = next.Seal("5"u8);
        DatagramFormat.KeyId(Old).CopyTo(mixed, DatagramFormat.KeyIdAt);
        Assert.Equal(RingRefusal.DatagramForged, opener.Open(mixed, out _));

        opener.Use(States[3]);
        Assert.Equal(RingRefusal.DatagramOtherKey, opener.Open(first, out _));
        Assert.Equal(RingRefusal.DatagramOtherKey, opener.Open(old.Seal("6"u8), out _));
        Assert.Null(opener.Open(second, out _));
    }
}
