using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using MySqlHa.Cluster;
using MySqlHa.Proxy;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.Proxy;

/// <summary>Where clients come to, what they notice of a change, and that no client costs another anything. Over real sockets.</summary>
public sealed class ClientProxyTests : ProxyRoom
{
    [Fact]
    public async Task Bytes_go_through_as_they_are_both_ways_at_once()
    {
        var proxy = Start(Options);
        proxy.Follow(To(Server('a')));
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("a", await client.GreetedAsync());
        var sent = RandomNumberGenerator.GetBytes(20_000_000);
        var sending = GreetingServer.SendAllAsync(client.Socket, sent);
        var received = await client.ReadAsync(sent.Length);
        Assert.True(sent.SequenceEqual(received));
        await sending;
        await Eventually.HoldsAsync("both ways are counted", () => proxy.Counters[ProxyCount.Bytes] == (2 * sent.Length) + 1);
    }

    [Fact]
    public async Task A_client_that_said_its_last_still_gets_its_answer()
    {
        var server = Server('a', async (socket, cancellation) =>
        {
            var asked = 0;
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, cancellation) is > 0 and var count)
            {
                asked += count;
            }

            await GreetingServer.SendAllAsync(socket, Encoding.ASCII.GetBytes($"{asked}"), cancellation);
        });
        var proxy = Start(Options);
        proxy.Follow(To(server));
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        _ = await client.GreetedAsync();
        await client.SayAsync(new string('x', 300_000));
        client.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("300000", Encoding.ASCII.GetString(await client.RestAsync()));
    }

    [Fact]
    public async Task A_client_waits_for_a_leader_and_comes_to_it()
    {
        var (server, proxy) = (Server('a'), Start(Options));
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        var greeted = client.GreetedAsync();
        await Eventually.HoldsAsync("it waits", () => proxy.Counters[ProxyCount.Waited] == 1);
        Assert.False(greeted.IsCompleted);
        proxy.Follow(To(server));
        Assert.Equal("a", await greeted);
    }

    [Fact]
    public async Task A_client_that_waits_in_vain_is_told_so_in_MySQLs_words()
    {
        var proxy = Start(Options with { Patience = TimeSpan.FromMilliseconds(300) });
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal((2003, "no writable leader for 0.3 s"), Error(await client.RestAsync()));
        Assert.Equal(1, proxy.Counters[ProxyCount.WaitedInVain]);
    }

    [Fact]
    public async Task More_than_may_wait_are_turned_away_at_once()
    {
        var proxy = Start(Options with { MostWaiting = 2, Patience = TimeSpan.FromMinutes(1) });
        using var first = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        using var second = await ProxyClient.ConnectAsync(proxy.ReadOnlyPort);
        await Eventually.HoldsAsync("both wait", () => proxy.Counters[ProxyCount.Waited] == 2);
        using var third = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal(2003, Error(await third.RestAsync()).Code);
        first.Dispose();
        await Eventually.HoldsAsync("who waited left", () => proxy.Counters[ProxyCount.ReadWriteNow] == 0);
        using var fourth = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        await Eventually.HoldsAsync("there was room to wait", () => proxy.Counters[ProxyCount.Waited] == 3);
    }

    [Fact]
    public async Task More_than_may_connect_are_told_that_there_are_too_many()
    {
        var proxy = Start(Options with { MostConnections = 1 });
        proxy.Follow(To(Server('a')));
        using var first = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("a", await first.GreetedAsync());
        using (var second = await ProxyClient.ConnectAsync(proxy.ReadWritePort))
        {
            Assert.Equal(1040, Error(await second.RestAsync()).Code);
        }

        first.Dispose();
        await Eventually.HoldsAsync("the first is gone", () => proxy.Counters[ProxyCount.ReadWriteNow] == 0);
        using var third = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("a", await third.GreetedAsync());
    }

    [Fact]
    public async Task When_the_epoch_closes_idle_connections_are_closed_at_once_and_the_next_go_to_the_new_leader()
    {
        var (old, next, proxy) = (Server('a'), Server('b'), Start(Options));
        proxy.Follow(To(old, epoch: 1));
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("a", await client.GreetedAsync());
        Assert.Equal("one", await client.AskAsync("one"));
        proxy.Follow(new ClientRoutes(2, null, [], [old.Id, next.Id]));
        Assert.Empty(await client.RestAsync());
        await Eventually.HoldsAsync("the server's side is closed too", () => old.Open == 0);
        using var again = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        var greeted = again.GreetedAsync();
        proxy.Follow(To(next, epoch: 2));
        Assert.Equal("b", await greeted);
    }

    [Fact]
    public async Task Who_waits_for_an_answer_when_the_epoch_closes_gets_it_first()
    {
        var closed = new TaskCompletionSource();
        var old = Server('a', async (socket, cancellation) =>
        {
            _ = await socket.ReceiveAsync(new byte[64], cancellation);
            await closed.Task.WaitAsync(cancellation);
            await GreetingServer.SendAllAsync(socket, "committed"u8.ToArray(), cancellation);
            await GreetingServer.EchoAsync(socket, cancellation);
        });
        var proxy = Start(Options with { LastAnswer = TimeSpan.FromSeconds(10) });
        proxy.Follow(To(old, epoch: 1));
        using var idle = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        using var asking = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        _ = (await idle.GreetedAsync(), await asking.GreetedAsync());
        await asking.SayAsync("COMMIT");
        await Eventually.HoldsAsync("the server was asked", () => proxy.Counters[ProxyCount.Bytes] == 2 + 6);
        proxy.Follow(ClientRoutes.None);
        Assert.Empty(await idle.RestAsync());
        closed.SetResult();
        Assert.Equal("committed", Encoding.ASCII.GetString(await asking.RestAsync()));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_not_waited_for()
    {
        var (old, proxy) = (Server('a', (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation)), Start(Options));
        proxy.Follow(To(old, epoch: 1));
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        _ = await client.GreetedAsync();
        await client.SayAsync("COMMIT");
        await Eventually.HoldsAsync("the server was asked", () => proxy.Counters[ProxyCount.Bytes] == 1 + 6);
        var since = Stopwatch.GetTimestamp();
        proxy.Follow(ClientRoutes.None);
        Assert.Empty(await client.RestAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 0.05, 10);
        Assert.Equal(1, proxy.Counters[ProxyCount.ClosedByEpoch]);
    }

    [Fact]
    public async Task Who_has_heard_nothing_yet_gets_the_next_leader_unnoticed()
    {
        var (mute, next, proxy) = (Server('a', greets: false), Server('b'), Start(Options));
        proxy.Follow(To(mute, epoch: 1));
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        await Eventually.HoldsAsync("the old leader has it", () => mute.Open == 1);
        proxy.Follow(To(next, epoch: 2));
        Assert.Equal("b", await client.GreetedAsync());
        Assert.Equal("two", await client.AskAsync("two"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_byte_goes_between_a_writer_and_this_nodes_server_once_its_lease_is_over(bool own)
    {
        var runs = true;
        var (server, reader) = (Server('a'), Server('b'));
        var proxy = Start(Options with { Self = own ? server.Id : reader.Id, LeaseRuns = () => Volatile.Read(ref runs) });
        proxy.Follow(new ClientRoutes(1, server.Target, [reader.Target], [server.Id, reader.Id]));
        using var writing = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        using var reading = await ProxyClient.ConnectAsync(proxy.ReadOnlyPort);
        Assert.Equal(("a", "b"), (await writing.GreetedAsync(), await reading.GreetedAsync()));
        Assert.Equal("before", await writing.AskAsync("before"));
        Volatile.Write(ref runs, false);
        await writing.SayAsync("after");
        Assert.Equal(own ? "" : "after", Encoding.UTF8.GetString(await writing.ReadAsync(5)));
        Assert.Equal("read", await reading.AskAsync("read"));
    }

    [Fact]
    public async Task A_leader_that_does_not_take_connections_yet_is_tried_again()
    {
        var late = new TcpListener(IPAddress.Loopback, 0);
        late.Start();
        var port = ((IPEndPoint)late.LocalEndpoint).Port;
        late.Stop();
        var target = new RouteTarget(NodeId.Parse(new string('a', 32)), "late", "127.0.0.1", port);
        var proxy = Start(Options with { Patience = TimeSpan.FromSeconds(15) });
        proxy.Follow(new ClientRoutes(1, target, [], [target.Node]));
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        await Eventually.HoldsAsync("it was refused", () => proxy.Counters[ProxyCount.ConnectFailed] > 2);
        late = new TcpListener(IPAddress.Loopback, target.Port);
        late.Start();
        using var served = await late.AcceptSocketAsync();
        await GreetingServer.SendAllAsync(served, "l"u8.ToArray());
        Assert.Equal("l", await client.GreetedAsync());
        late.Stop();
    }

    [Fact]
    public async Task A_leader_that_refuses_is_not_asked_more_often_because_others_talk()
    {
        var (b, proxy) = (Server('b'), Start(Options with { Patience = TimeSpan.FromMinutes(1) }));
        var refusing = new RouteTarget(NodeId.Parse(new string('c', 32)), "refusing", "127.0.0.1", 1);
        proxy.Follow(new ClientRoutes(1, refusing, [b.Target], [b.Id, refusing.Node]));
        var since = Stopwatch.GetTimestamp();
        using var waiting = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        using var talking = await ProxyClient.ConnectAsync(proxy.ReadOnlyPort);
        Assert.Equal("b", await talking.GreetedAsync());
        for (var i = 0; i < 5_000; i++)
        {
            Assert.Equal("x", await talking.AskAsync("x"));
        }

        // At first, then every 50 ms.
        var most = 2 + (Stopwatch.GetElapsedTime(since).TotalMilliseconds / 50);
        Assert.InRange(proxy.Counters[ProxyCount.ConnectFailed], 1, most);
    }

    [Fact]
    public async Task Readers_are_spread_over_the_followers_and_go_to_the_leader_only_where_there_is_none()
    {
        var (leader, b, c, proxy) = (Server('a'), Server('b'), Server('c'), Start(Options));
        ClientRoutes Routes(params GreetingServer[] readers) =>
            new(1, leader.Target, [.. readers.Select(r => r.Target)], [leader.Id, b.Id, c.Id]);
        proxy.Follow(Routes(b, c));
        var clients = new List<ProxyClient>();
        for (var i = 0; i < 10; i++)
        {
            clients.Add(await ProxyClient.ConnectAsync(proxy.ReadOnlyPort));
            _ = await clients[^1].GreetedAsync();
        }

        Assert.Equal((0, 5, 5), (leader.Open, b.Open, c.Open));

        // Those that are left on b are fewer: the next go there.
        foreach (var client in clients)
        {
            client.Dispose();
        }

        await Eventually.HoldsAsync("all left", () => b.Open + c.Open == 0);
        proxy.Follow(Routes(c));
        using var only = await ProxyClient.ConnectAsync(proxy.ReadOnlyPort);
        Assert.Equal("c", await only.GreetedAsync());
        proxy.Follow(Routes(b, c));
        using var fewest = await ProxyClient.ConnectAsync(proxy.ReadOnlyPort);
        Assert.Equal("b", await fewest.GreetedAsync());
        proxy.Follow(Routes());
        using var none = await ProxyClient.ConnectAsync(proxy.ReadOnlyPort);
        Assert.Equal("a", await none.GreetedAsync());
        Assert.Equal("still", await only.AskAsync("still"));
    }

    [Fact]
    public async Task A_follower_that_refuses_is_passed_over_and_one_that_serves_no_more_loses_its_readers()
    {
        var (b, proxy) = (Server('b'), Start(Options));
        var gone = new RouteTarget(NodeId.Parse(new string('c', 32)), "gone", "127.0.0.1", 1);
        proxy.Follow(new ClientRoutes(1, null, [gone, b.Target], [b.Id, gone.Node]));
        for (var i = 0; i < 4; i++)
        {
            using var client = await ProxyClient.ConnectAsync(proxy.ReadOnlyPort);
            Assert.Equal("b", await client.GreetedAsync());
        }

        Assert.True(proxy.Counters[ProxyCount.ConnectFailed] > 0);
        using var last = await ProxyClient.ConnectAsync(proxy.ReadOnlyPort);
        Assert.Equal("b", await last.GreetedAsync());
        await Eventually.HoldsAsync("the others left", () => proxy.Counters[ProxyCount.ReadOnlyNow] == 1);
        proxy.Follow(new ClientRoutes(1, null, [], []));
        Assert.Empty(await last.RestAsync());
        Assert.Equal(1, proxy.Counters[ProxyCount.ClosedByServing]);
    }

    [Fact]
    public async Task Clients_are_spread_over_the_threads()
    {
        var (server, proxy) = (Server('a', (socket, cancellation) => GreetingServer.EchoAsync(socket, cancellation)), Start(Options));
        proxy.Follow(To(server));
        var clients = new List<ProxyClient>();
        for (var i = 0; i < 3 * proxy.ClientsByThread.Count; i++)
        {
            clients.Add(await ProxyClient.ConnectAsync(proxy.ReadWritePort));
            Assert.Equal("a", await clients[^1].GreetedAsync());
            Assert.Equal("x", await clients[^1].AskAsync("x"));
        }

        Assert.Equal([3, 3, 3], proxy.ClientsByThread);
        clients.ForEach(client => client.Dispose());
        await Eventually.HoldsAsync("all left", () => proxy.ClientsByThread.All(count => count == 0));
    }

    [Fact]
    public async Task Thousands_of_idle_clients_cost_little_and_the_next_one_is_served()
    {
        // As each takes four of this process' descriptors here: its own, the proxy's two and the server's.
        const int Many = 4_000;
        var server = Server('a', (socket, cancellation) => GreetingServer.EchoAsync(socket, cancellation));
        var proxy = Start(Options);
        proxy.Follow(To(server));
        var clients = new ProxyClient[Many];
        await Parallel.ForAsync(0, Many, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            clients[i] = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
            Assert.Equal("a", await clients[i].GreetedAsync());
        });
        Assert.Equal(Many, proxy.Counters[ProxyCount.ReadWriteNow]);
        Assert.Equal("all", await clients[Many / 2].AskAsync("all"));
        proxy.Follow(ClientRoutes.None);
        foreach (var client in clients)
        {
            Assert.Empty(await client.RestAsync());
            client.Dispose();
        }

        Assert.Equal(0, proxy.Counters[ProxyCount.ReadWriteNow]);
    }

    [Fact]
    public void A_port_that_is_taken_is_named_with_its_key()
    {
        var taken = Start(Options);
        var e = Assert.Throws<ProxyListenException>(() => Start(Options with { ReadOnlyPort = taken.ReadWritePort }));
        Assert.StartsWith($"proxy.read-only: cannot listen on 127.0.0.1:{taken.ReadWritePort}/tcp: ", e.Message, StringComparison.Ordinal);
    }

    private static (int Code, string Text) Error(byte[] packet)
    {
        Assert.Equal(packet.Length - 4, packet[0] | (packet[1] << 8) | (packet[2] << 16));
        Assert.Equal((0, 0xff), (packet[3], packet[4]));
        return (BinaryPrimitives.ReadUInt16LittleEndian(packet.AsSpan(5)), Encoding.UTF8.GetString(packet, 7, packet.Length - 7));
    }
}
