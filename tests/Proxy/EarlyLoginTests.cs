using System.Text;
using MySqlHa.Cluster;
using MySqlHa.Proxy;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.Proxy;

/// <summary>Clients that come while the leader changes.</summary>
public sealed class EarlyLoginTests : ProxyRoom
{
    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task Who_comes_before_the_leader_is_writable_logs_in_with_it_but_for_the_last_word(bool tls, int turns)
    {
        // Each turn of the server is one letter, after one message of the client.
        var server = Server('a', async (socket, cancellation) =>
        {
            var said = "bcd"u8.ToArray();
            for (var turn = 0; turn < said.Length && await socket.ReceiveAsync(new byte[64], cancellation) > 0; turn++)
            {
                await GreetingServer.SendAllAsync(socket, said.AsMemory(turn, 1), cancellation);
            }
        });
        var proxy = Start(Options with { Patience = TimeSpan.FromSeconds(15) });
        proxy.Follow(new ClientRoutes(1, null, [], [server.Id]) { Next = server.Target });
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("a", await client.GreetedAsync());
        var request = new byte[36];
        (request[0], request[3], request[5]) = (32, 1, (byte)(tls ? 0x08 : 0));
        for (var turn = 1; turn < turns; turn++)
        {
            await GreetingServer.SendAllAsync(client.Socket, turn == 1 ? request : "more"u8.ToArray());
            Assert.Equal("abcd"[turn..(turn + 1)], Encoding.ASCII.GetString(await client.ReadAsync(1)));
        }

        // This one is kept back, however long the server waits with it.
        await GreetingServer.SendAllAsync(client.Socket, turns == 1 ? request : "more"u8.ToArray());
        var kept = client.ReadAsync(1);
        await Eventually.HoldsAsync("the server has said it", () => Arrived(proxy, turns) && proxy.Counters[ProxyCount.Waited] == 1);
        Assert.NotSame(kept, await Task.WhenAny(kept, Task.Delay(300)));
        proxy.Follow(To(server));
        Assert.Equal("abcd"[turns..(turns + 1)], Encoding.ASCII.GetString(await kept));
        Assert.Equal(0, proxy.Counters[ProxyCount.ClosedByEpoch]);

        // All of the client's messages, and the turns that it heard.
        static bool Arrived(ClientProxy proxy, int turns) => proxy.Counters[ProxyCount.Bytes] == turns + 36 + (4 * (turns - 1));
    }

    [Fact]
    public async Task Who_logs_in_early_with_one_that_does_not_become_the_leader_is_let_go()
    {
        var (next, other, proxy) = (Server('a'), Server('b'), Start(Options));
        proxy.Follow(new ClientRoutes(1, null, [], [next.Id]) { Next = next.Target });
        using var begun = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("a", await begun.GreetedAsync());
        proxy.Follow(To(other, epoch: 2));
        Assert.Empty(await begun.RestAsync());
        using var again = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("b", await again.GreetedAsync());
    }
}
