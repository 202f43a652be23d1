using System.Text;
using MySqlHa.Cluster;
using MySqlHa.Ring;
using Xunit;

namespace MySqlHa.Tests.Ring;

public sealed class RingExchangeTests
{
    private static readonly RingKey Key = RingKey.Create("test");

    [Fact]
    public async Task Frames_arrive_in_order_with_the_id_of_their_sender_in_both_directions()
    {
        await using var one = new RingPeer(Key, "127.0.31.1");
        await using var two = new RingPeer(Key, "127.0.31.2");
        await one.ReachAsync(two);
        await two.ReachAsync(one);

        var texts = Enumerable.Range(0, 1000).Select(i => $"frame {i}").ToList();
        foreach (var text in texts)
        {
            one.Send(two, text);
            two.Send(one, text);
        }

        await Eventually.HoldsAsync("all frames arrive", () => one.Frames.Count >= 1000 && two.Frames.Count >= 1000);
        Assert.Equal(texts.Select(t => (one.Id, t)), two.Frames);
        Assert.Equal(texts.Select(t => (two.Id, t)), one.Frames);
        Assert.Equal(1, one.Counters.Connects);
        Assert.Equal(1, two.Counters.Accepts);
        Assert.Equal(0, one.Counters.FramesDropped);
        Assert.Equal(0, one.Counters.ConnectionsRefused + two.Counters.ConnectionsRefused);
    }

    [Fact]
    public async Task A_connection_with_nothing_to_say_ends_and_is_made_anew_for_the_next_frame_without_a_word_in_the_log()
    {
        await using var one = new RingPeer(Key, "127.0.31.1", quiet: TimeSpan.FromMilliseconds(300));
        await using var two = new RingPeer(Key, "127.0.31.2");
        await one.ReachAsync(two);
        await Eventually.HoldsAsync("the connection ends", () => two.Log.Lines.Any(l => l.Id == 2004));
        one.Send(two, "later");
        await Eventually.HoldsAsync("the next frame arrives", () => two.Frames.Any(f => f.Text == "later"));
        Assert.Equal(2, one.Counters.Connects);
        Assert.Single(one.Log.Lines, l => l.Id == 2001);
        Assert.DoesNotContain(one.Log.Lines, l => l.Id == 2002);
    }

    [Fact]
    public async Task Datagrams_arrive_from_the_ring_port_of_their_sender()
    {
        await using var one = new RingPeer(Key, "127.0.31.1");
        await using var two = new RingPeer(Key, "127.0.31.2");

        one.SendDatagram(two, "ping");
        one.SendDatagram(two, "");
        await Eventually.HoldsAsync("the datagrams arrive", () => two.Datagrams.Count == 2);

        Assert.Equal([("127.0.31.1", one.Port, "ping"), ("127.0.31.1", one.Port, "")], two.Datagrams);
        Assert.Equal(2, two.Counters.DatagramsReceived);
        Assert.Equal(0, two.Counters.DatagramsRefused);
    }

    [Fact]
    public async Task Frames_from_empty_to_the_longest_arrive_whole()
    {
        await using var one = new RingPeer(Key, "127.0.31.1");
        await using var two = new RingPeer(Key, "127.0.31.2");
        await one.ReachAsync(two);

        int[] lengths = [0, 1, 65531, 65532, 65533, 200_000, RingTransport.MaxFrame, 3];
        var texts = lengths.Select((length, i) => new string((char)('a' + i), length)).ToList();
        texts.ForEach(text => one.Send(two, text));

        await Eventually.HoldsAsync("all frames arrive", () => two.Frames.Count == lengths.Length);
        Assert.True(texts.SequenceEqual(two.Frames.Select(f => f.Text)));
    }

    [Fact]
    public async Task A_payload_that_is_too_long_is_an_error_of_the_caller()
    {
        await using var one = new RingPeer(Key, "127.0.31.1");
        one.Transport.SendDatagram("127.0.31.2", 9, new byte[RingTransport.MaxDatagram]);
        var datagram = Assert.Throws<ArgumentException>(() => one.Transport.SendDatagram("127.0.31.2", 9, new byte[1401]));
        Assert.Contains("1401", datagram.Message, StringComparison.Ordinal);
        var frame = new byte[RingTransport.MaxFrame + 1];
        _ = Assert.Throws<ArgumentException>(() => one.Transport.Send(RingPeer.NewId(), "127.0.31.2", 9, frame));
    }

    [Fact]
    public async Task A_peer_that_restarts_on_its_port_is_reached_again()
    {
        await using var one = new RingPeer(Key, "127.0.31.1");
        var two = new RingPeer(Key, "127.0.31.2");
        await one.ReachAsync(two);
        var (id, port) = (two.Id, two.Port);
        await two.DisposeAsync();
        await Eventually.HoldsAsync(
            "the loss is noticed",
            () =>
            {
                one.Send(two, "to nobody");
                return one.Counters.FramesDropped > 0;
            });

        await using var again = new RingPeer(Key, "127.0.31.2", port, id);
        await one.ReachAsync(again);
        Assert.Equal(2, one.Counters.Connects);
        Assert.Single(one.Log.Lines, l => l.Id == 2002);
    }

    [Fact]
    public async Task A_peer_that_moved_is_reached_at_its_new_address()
    {
        await using var one = new RingPeer(Key, "127.0.31.1");
        var id = RingPeer.NewId();
        await using var before = new RingPeer(Key, "127.0.31.2", id: id);
        await using var after = new RingPeer(Key, "127.0.31.3", id: id);
        await one.ReachAsync(before);
        await one.ReachAsync(after);
        one.Send(after, "to the new address");
        await Eventually.HoldsAsync("the frame arrives", () => !after.Frames.IsEmpty);
        Assert.Empty(before.Frames);
    }

    [Fact]
    public async Task Outgoing_connections_come_from_the_bound_address()
    {
        await using var one = new RingPeer(Key, "127.0.31.77");
        await using var two = new RingPeer(Key, "127.0.31.2");
        await one.ReachAsync(two);
        Assert.Contains(two.Log.Lines, l => l.Id == 2003 && l.Text.Contains("127.0.31.77:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_is_no_address_is_dropped_and_counted_and_logged_once()
    {
        await using var one = new RingPeer(Key, "127.0.31.1");
        for (var i = 0; i < 3; i++)
        {
            one.Transport.SendDatagram("db1.example", 9638, "x"u8);
            one.Transport.Send(RingPeer.NewId(), "db1.example", 9638, Encoding.UTF8.GetBytes("x"));
        }

        Assert.Equal(3, one.Counters.DatagramsDropped);
        Assert.Equal(3, one.Counters.FramesDropped);
        Assert.Single(one.Log.Lines, l => l.Id == 2020);
    }

    [Fact]
    public async Task A_port_that_is_taken_and_an_address_of_another_machine_are_named()
    {
        await using var one = new RingPeer(Key, "127.0.31.1");
        var taken = Assert.Throws<RingBindException>(() => new RingPeer(Key, "127.0.31.1", one.Port));
        Assert.Contains($"127.0.31.1:{one.Port}/tcp: another process has it", taken.Message, StringComparison.Ordinal);
        var foreign = Assert.Throws<RingBindException>(() => new RingPeer(Key, "192.0.2.1"));
        Assert.Contains("192.0.2.1:0/tcp: this machine does not have that address", foreign.Message, StringComparison.Ordinal);
        Assert.Contains("'db1'", Assert.Throws<RingBindException>(() => new RingPeer(Key, "db1")).Message, StringComparison.Ordinal);
    }
}
