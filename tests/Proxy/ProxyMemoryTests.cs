using System.Net.Sockets;
using MySqlHa.Cluster;
using MySqlHa.Proxy;
using MySqlHa.Tests.House;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.Proxy;

/// <summary>What the proxy keeps for clients, measured on this process: so nothing else runs in it meanwhile.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class ProxyMemoryTests : ProxyRoom
{
    [Fact]
    public async Task A_client_that_stops_reading_holds_up_its_own_server_only_and_little_memory()
    {
        var sent = 0L;
        var flood = Server('a', async (socket, cancellation) =>
        {
            var piece = new byte[64 * 1024];
            while (true)
            {
                _ = Interlocked.Add(ref sent, await socket.SendAsync(piece, cancellation));
            }
        });
        var echo = Server('b');
        var proxy = Start(Options with { MostHeld = 512 * 1024 });
        proxy.Follow(new ClientRoutes(1, flood.Target, [echo.Target], [flood.Id, echo.Id]));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var deaf = new List<ProxyClient>();
        for (var i = 0; i < 200; i++)
        {
            deaf.Add(await ProxyClient.ConnectAsync(proxy.ReadWritePort, receiveBuffer: 4096));
        }

        // The server cannot send any more: what it sent is in the kernel's buffers.
        var last = -1L;
        await Eventually.HoldsAsync("the flood stands", async () =>
        {
            var was = last;
            await Task.Delay(300);
            last = Interlocked.Read(ref sent);
            return last == was && proxy.Counters[ProxyCount.ReadWriteNow] == 200;
        });
        using var reader = await ProxyClient.ConnectAsync(proxy.ReadOnlyPort);
        Assert.Equal("b", await reader.GreetedAsync());
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("undisturbed", await reader.AskAsync("undisturbed"));
        }

        // Held back: half a MiB, then at most 4 KiB each; the rest is this test's own.
        var held = GC.GetTotalMemory(forceFullCollection: true) - before - (200 * 64 * 1024);
        Assert.InRange(held, long.MinValue, 8 * 1024 * 1024);

        // One that begins to read again gets all.
        Assert.Equal("a", await deaf[0].GreetedAsync());
        Assert.Equal(8_000_000, (await deaf[0].ReadAsync(8_000_000)).Length);
        deaf.ForEach(d => d.Dispose());
        await Eventually.HoldsAsync("the flood's connections are closed", () => flood.Open == 0);
    }
}
