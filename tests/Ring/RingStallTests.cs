using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MySqlHa.Ring;
using Xunit;

namespace MySqlHa.Tests.Ring;

/// <summary>A peer that does not take what it is sent costs this node neither time nor memory.</summary>
public sealed class RingStallTests
{
    private static readonly RingKey Key = RingKey.Create("test");

    [Fact]
    public async Task A_peer_that_stalls_loses_frames_and_its_connection_but_never_holds_up_the_caller()
    {
        await using var one = new RingPeer(Key, "127.0.31.31");
        await using var good = new RingPeer(Key, "127.0.31.32");
        await using var silent = new SilentNode(Key, "127.0.31.33");
        var frame = new byte[256 * 1024];
        one.Transport.Send(silent.Id, silent.Host, silent.Port, frame);
        await Eventually.HoldsAsync("it is connected", () => one.Counters.FramesSent > 0);

        var since = Stopwatch.GetTimestamp();
        for (var i = 0; i < 400; i++)
        {
            one.Transport.Send(silent.Id, silent.Host, silent.Port, frame);
        }

        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 0, 1);
        // 100 MiB were given, 16 MiB wait, and the kernel holds a few more.
        Assert.InRange(one.Counters.FramesDropped, 200, 400);
        await one.ReachAsync(good);
        await Eventually.HoldsAsync(
            "the connection is dropped",
            () => one.Log.Lines.Any(l => l.Id == 2002 && l.Text.Contains("it took nothing for 2 s", StringComparison.Ordinal)),
            seconds: 30);
        Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds >= 1.5, "it was dropped before its two seconds were over");
        await one.ReachAsync(good);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_costs_only_its_own_frames()
    {
        await using var one = new RingPeer(Key, "127.0.31.31");
        await using var good = new RingPeer(Key, "127.0.31.32");
        // Listens, and its queue of connections is full: the kernel ignores further attempts, as a filter does.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Parse("127.0.31.34"), 0));
        deaf.Listen(0);
        using var filler = new TcpClient();
        await filler.ConnectAsync((IPEndPoint)deaf.LocalEndPoint!);

        one.Transport.Send(RingPeer.NewId(), "127.0.31.34", ((IPEndPoint)deaf.LocalEndPoint!).Port, "x"u8.ToArray());
        await one.ReachAsync(good);
        await Eventually.HoldsAsync("the frame is given up", () => one.Counters.FramesDropped > 0, seconds: 5);
        Assert.Contains(one.Log.Lines, l => l.Id == 2002 && l.Text.Contains("no answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_transport_ends_while_a_peer_stalls_and_drops_what_comes_after()
    {
        await using var silent = new SilentNode(Key, "127.0.31.33");
        var one = new RingPeer(Key, "127.0.31.31");
        for (var i = 0; i < 100; i++)
        {
            one.Transport.Send(silent.Id, silent.Host, silent.Port, new byte[256 * 1024]);
        }

        await Eventually.HoldsAsync("it is connected", () => one.Counters.FramesSent > 0);
        var since = Stopwatch.GetTimestamp();
        await one.DisposeAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 0, 1.5);
        var dropped = one.Counters.FramesDropped;
        one.Transport.Send(silent.Id, silent.Host, silent.Port, new byte[1]);
        one.Transport.SendDatagram(silent.Host, silent.Port, new byte[1]);
        Assert.Equal(dropped + 1, one.Counters.FramesDropped);
        Assert.Equal(1, one.Counters.DatagramsDropped);
        // The port is free again.
        await using var next = new RingPeer(Key, "127.0.31.31", one.Port);
    }

    [Fact]
    public async Task The_queue_keeps_the_newest_frames_within_its_bounds()
    {
        var queue = new FrameQueue(TimeProvider.System);
        Assert.Equal(10, Enumerable.Range(0, FrameQueue.MaxFrames + 10).Sum(i => queue.Add(BitConverter.GetBytes(i))));
        await queue.WaitAsync(CancellationToken.None);
        Assert.True(queue.TryTake(int.MaxValue, out var oldest));
        Assert.Equal(10, BitConverter.ToInt32(oldest.Span));
        Assert.Equal(FrameQueue.MaxFrames - 1, queue.DropOlderThan(TimeSpan.Zero));

        Assert.Equal(0, queue.Add(new byte[Frames.MaxPayload]) + queue.Add(new byte[Frames.MaxPayload]));
        Assert.Equal(1, queue.Add(new byte[1]));
        Assert.False(queue.TryTake(100, out _));
        Assert.Equal(0, queue.DropOlderThan(TimeSpan.FromMinutes(1)));
        Assert.Equal(2, queue.Close());
        Assert.Equal(1, queue.Add(new byte[1]));
    }
}
