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

    /// <summary>TLS 1.3, an account whose hash the server does not know by heart: tickets, "send the password", then "welcome".</summary>
    [Fact]
    public async Task A_password_is_asked_for_before_the_leader_is_writable()
    {
        byte[] asked = [.. Record(60), .. Record(60), .. Record(23)], welcome = Record(28);
        var server = Server('a', async (socket, cancellation) =>
        {
            foreach (var said in (byte[][])["b"u8.ToArray(), asked, welcome])
            {
                _ = await socket.ReceiveAsync(new byte[64], cancellation);
                await GreetingServer.SendAllAsync(socket, said, cancellation);
            }

            _ = await socket.ReceiveAsync(new byte[64], cancellation); // what has ended is told at once
        });
        var proxy = Start(Options with { Patience = TimeSpan.FromSeconds(15) });
        proxy.Follow(new ClientRoutes(1, null, [], [server.Id]) { Next = server.Target });
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("a", await client.GreetedAsync());
        await GreetingServer.SendAllAsync(client.Socket, Request);
        Assert.Equal("b"u8.ToArray(), await client.ReadAsync(1));
        await GreetingServer.SendAllAsync(client.Socket, Record(40));
        Assert.Equal(asked, await client.ReadAsync(asked.Length));
        await GreetingServer.SendAllAsync(client.Socket, Record(30));
        var kept = client.ReadAsync(welcome.Length);
        Assert.NotSame(kept, await Task.WhenAny(kept, Task.Delay(300)));
        proxy.Follow(To(server));
        Assert.Equal(welcome, await kept);
    }

    /// <summary>What may pass of what a server says behind the handshake: lengths of records, and of what passes.</summary>
    [Theory]
    [InlineData(true, new[] { 74, 74 }, 79)] // the last of two might be the welcome
    [InlineData(true, new[] { 74, 74, 23 }, 186)]
    [InlineData(true, new[] { 23 }, 28)]
    [InlineData(true, new[] { 23, 28 }, 28)] // "I know it by heart", and the welcome
    [InlineData(true, new[] { 28 }, 0)]
    [InlineData(true, new[] { 24 }, 0)]
    [InlineData(false, new[] { 2 }, 6)]
    [InlineData(false, new[] { 2, 7 }, 6)]
    [InlineData(false, new[] { 7 }, 0)]
    public void What_may_end_a_login_is_kept(bool tls, int[] lengths, int passes)
    {
        byte[] said = [.. lengths.SelectMany(length => tls ? Record(length) : Packet(length))];
        var early = Behind(tls);
        Assert.Equal(said[..passes], early.Weigh(said).ToArray());
        Assert.Equal(said[passes..], early.TakeKept().ToArray());
        early = Behind(tls);
        byte[] heard = [.. said.SelectMany(one => early.Weigh([one]).ToArray())];
        Assert.Equal(said[..passes], heard);
    }

    /// <summary>What is no TLS, though TLS was asked for, waits; and so does what is not whole.</summary>
    [Fact]
    public void What_is_not_understood_is_kept()
    {
        Assert.True(Behind(tls: true).Weigh("anything at all"u8).IsEmpty);
        Assert.True(Behind(tls: true).Weigh(Record(23).AsSpan(..27)).IsEmpty);
        Assert.True(Behind(tls: false).Weigh(Packet(2).AsSpan(..5)).IsEmpty);
        Assert.True(Behind(tls: false).Weigh(new byte[16]).IsEmpty);
        var early = Behind(tls: true);
        Assert.True(early.Listens);
        Assert.True(early.Weigh(new byte[20_000]).IsEmpty);
        Assert.False(early.Listens);
    }

    private const int Hello = 1;

    /// <param name="type"><see cref="Hello"/>: a client's greeting, which is not sealed.</param>
    internal static byte[] Record(int length, int type = 23)
    {
        var record = new byte[5 + length];
        (record[0], record[1], record[2]) = ((byte)(type == Hello ? 22 : type), 3, 3);
        (record[3], record[4]) = ((byte)(length >> 8), (byte)length);
        if (length > 3)
        {
            (record[5], record[8]) = type == Hello ? ((byte)1, (byte)(length - 4)) : ((byte)0xA7, (byte)0x55);
        }

        return record;
    }

    /// <summary>A welcome is one of seven bytes, the first of them 0; "send me the password" is one of two.</summary>
    private static byte[] Packet(int length)
    {
        var packet = new byte[4 + length];
        (packet[0], packet[3], packet[4]) = ((byte)length, 2, (byte)(length == 7 ? 0 : 1));
        return packet;
    }

    /// <summary>What makes keys is heard, a second greeting too (RFC 8446, 4.1.4); who sends data may be logged in by the answer.</summary>
    [Theory]
    [InlineData(false, new[] { 22 })]
    [InlineData(false, new[] { 22, 20, 22 })] // TLS 1.2: its last word before the data is sealed, and no data
    [InlineData(true, new[] { 22, 20, 23 })]
    [InlineData(true, new[] { 23 })]
    [InlineData(true, new[] { 120 })]
    public void A_login_is_weighed_from_the_first_data_on(bool weighs, int[] types)
    {
        byte[] records = [.. types.SelectMany(type => Record(50, type))];
        var early = new EarlyLogin(announced: false);
        early.ClientSpoke([.. Request, .. records]);
        Assert.Equal(weighs, early.Weighs);
        early = new EarlyLogin(announced: false);
        early.ClientSpoke(Request);
        Assert.False(early.Weighs);
        early.ClientSpoke(records.AsSpan(..20));
        early.ClientSpoke(records.AsSpan(20..));
        Assert.Equal(weighs, early.Weighs);
        early = new EarlyLogin(announced: false);
        foreach (var one in Request)
        {
            early.ClientSpoke([one]);
            Assert.False(early.Weighs);
        }

        early.ClientSpoke(records);
        Assert.Equal(weighs, early.Weighs);
    }

    /// <summary>A client may be welcome when it has ended the handshake and told who it is. Types and lengths of its records.</summary>
    [Theory]
    [InlineData(new[] { 22, 22, 20, 22, 23 }, new[] { 90, 70, 1, 40, 110 })] // TLS 1.2
    [InlineData(new[] { 20, 23, 23 }, new[] { 1, 53, 110 })]
    [InlineData(new[] { 20, 23, 23, 23 }, new[] { 1, 25, 69, 110 })] // was asked for a certificate and has none
    [InlineData(new[] { 22, 20, Hello, 23, 23 }, new[] { 90, 1, 90, 53, 110 })] // a second greeting
    [InlineData(new[] { 120 }, new[] { 50 })] // is no TLS
    public void A_client_with_the_next_leader_is_held_when_it_may_be_welcome(int[] types, int[] lengths)
    {
        byte[][] records = [.. types.Zip(lengths, (type, length) => Record(length, type))];
        var (early, usual) = (new EarlyLogin(announced: true), new EarlyLogin(announced: false));
        foreach (var login in (EarlyLogin[])[early, usual])
        {
            login.ClientSpoke([.. Request, .. records[..^1].SelectMany(r => r)]);
            if (login.Weighs)
            {
                Assert.Equal(login == early ? Record(60) : [], login.Weigh(Record(60)).ToArray());
            }

            Assert.False(login.HoldsClient);
            login.ClientSpoke(records[^1]);
            _ = login.Weigh(Record(23));
            Assert.False(login.HoldsClient);
            Assert.Equal(login == early ? Record(28) : [], login.Weigh(Record(28)).ToArray());
        }

        Assert.True(early.HoldsClient);
        Assert.True(early.TakeKept().IsEmpty);
        Assert.False(usual.HoldsClient);
        Assert.Equal(Record(28), usual.TakeKept().ToArray());
    }

    /// <summary>A handshake whose end is not seen may have ended with its first sealed record: the login waits at the tickets.</summary>
    [Fact]
    public void A_client_whose_handshake_is_not_understood_is_held_early()
    {
        var early = new EarlyLogin(announced: true);
        early.ClientSpoke([.. Request, .. Record(900)]);
        Assert.False(early.HoldsClient);
        Assert.Equal(Record(60), early.Weigh(Record(60)).ToArray());
        Assert.True(early.HoldsClient);
    }

    /// <summary>A welcome that waits with a server that is gone is none; why it refuses a client, and ends with that, is told.</summary>
    [Theory]
    [InlineData(true, 28, false, false)]
    [InlineData(true, 28, true, true)]
    [InlineData(false, 7, true, false)]
    public void Of_a_server_that_ended_only_a_refusal_is_heard(bool tls, int length, bool lately, bool heard)
    {
        var early = Behind(tls);
        var said = tls ? Record(length) : Packet(length);
        Assert.True(early.Weigh(said).IsEmpty);
        Assert.Equal(heard ? said : [], early.TakeRefusal(lately).ToArray());
    }

    [Fact]
    public async Task Whose_server_ends_behind_its_welcome_hears_none()
    {
        using var gate = new SemaphoreSlim(0);
        var server = Server('a', async (socket, cancellation) =>
        {
            foreach (var said in (byte[][])["b"u8.ToArray(), Record(28)])
            {
                _ = await socket.ReceiveAsync(new byte[64], cancellation);
                await GreetingServer.SendAllAsync(socket, said, cancellation);
            }

            await gate.WaitAsync(cancellation);
        });
        var proxy = Start(Options with { Patience = TimeSpan.FromSeconds(15) });
        proxy.Follow(new ClientRoutes(1, null, [], [server.Id]) { Next = server.Target });
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("a", await client.GreetedAsync());
        await GreetingServer.SendAllAsync(client.Socket, Request);
        Assert.Equal("b"u8.ToArray(), await client.ReadAsync(1));
        await GreetingServer.SendAllAsync(client.Socket, Record(40));
        var rest = client.RestAsync();
        Assert.NotSame(rest, await Task.WhenAny(rest, Task.Delay(300)));
        _ = gate.Release();
        Assert.Empty(await rest);
    }

    internal static byte[] Request
    {
        get
        {
            var request = new byte[36];
            (request[0], request[3], request[5]) = (32, 1, 0x08);
            return request;
        }
    }

    private static EarlyLogin Behind(bool tls)
    {
        var early = new EarlyLogin(announced: false);
        early.ClientSpoke(tls ? Request : "login"u8);
        early.ClientSpoke(tls ? Record(40) : "more"u8);
        Assert.True(early.Weighs);
        return early;
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

    [Fact]
    public async Task Who_logs_in_early_with_one_that_is_not_to_lead_the_epoch_does_not_wait_there()
    {
        var (next, other, proxy) = (Server('a'), Server('b'), Start(Options with { Patience = TimeSpan.FromSeconds(15) }));
        proxy.Follow(new ClientRoutes(1, null, [], [next.Id]) { Successor = next.Target, SuccessorEpoch = 2 });
        using var begun = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("a", await begun.GreetedAsync());
        proxy.Follow(new ClientRoutes(2, null, [], [other.Id]) { Next = other.Target });
        Assert.Empty(await begun.RestAsync());
    }
}
