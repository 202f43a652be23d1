using System.Net;
using System.Net.Sockets;
using System.Text;
using MySqlHa.Ring;
using Xunit;

namespace MySqlHa.Tests.Ring;

public sealed class RingSecrecyTests
{
    private static readonly RingKey Key = RingKey.Create("test");
    private static readonly byte[] Payload = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("the secret of the cluster ", 40)));

    [Fact]
    public async Task Frames_are_not_readable_on_the_wire()
    {
        await using var one = new RingPeer(Key, "127.0.31.21");
        await using var two = new RingPeer(Key, "127.0.31.22");
        await using var proxy = new RecordingProxy("127.0.31.23", two);
        await Eventually.HoldsAsync(
            "a frame arrives",
            () =>
            {
                one.Transport.Send(two.Id, "127.0.31.23", proxy.Port, Payload);
                return !two.Frames.IsEmpty;
            });

        Assert.Equal(Encoding.ASCII.GetString(Payload), two.Frames.First().Text);
        var wire = proxy.Recorded();
        Assert.True(wire.Length > Payload.Length, $"{wire.Length} bytes were recorded");
        Assert.Equal(-1, wire.AsSpan().IndexOf("secret"u8));
    }

    [Fact]
    public async Task Datagrams_are_not_readable_on_the_wire_and_show_neither_sender_nor_repetition()
    {
        await using var one = new RingPeer(Key, "127.0.31.21");
        using var wiretap = new UdpClient(new IPEndPoint(IPAddress.Parse("127.0.31.23"), 0));
        var port = ((IPEndPoint)wiretap.Client.LocalEndPoint!).Port;
        one.Transport.SendDatagram("127.0.31.23", port, Payload);
        one.Transport.SendDatagram("127.0.31.23", port, Payload);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        var first = (await wiretap.ReceiveAsync(deadline.Token)).Buffer;
        var second = (await wiretap.ReceiveAsync(deadline.Token)).Buffer;

        Assert.Equal(-1, first.AsSpan().IndexOf("secret"u8));
        Assert.Equal(-1, first.AsSpan().IndexOf(Convert.FromHexString(one.Id.Hex)));
        Assert.False(first.AsSpan(DatagramFormat.HeaderBytes).SequenceEqual(second.AsSpan(DatagramFormat.HeaderBytes)));
        // And the tap did hold the message: a member can open it.
        using var opener = new DatagramOpener(RingKeys.Of(Key), RingPeer.NewId());
        Assert.Null(opener.Open(first, out var payload));
        Assert.Equal(Payload, payload);
    }
}
