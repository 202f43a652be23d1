using System.Collections.Concurrent;
using System.Text;
using MySqlHa.Cluster;
using MySqlHa.Proxy;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.Proxy;

/// <summary>A switchover is announced: half of the leader's clients log in with the next one while the others write on.</summary>
public sealed class SuccessorTests : ProxyRoom
{
    // One thread takes a new client by the routes that were given before, so a greeting tells that they are followed.
    private static readonly ProxyOptions OneThread = Options with { Threads = 1, Patience = TimeSpan.FromSeconds(15) };

    [Fact]
    public async Task Half_log_in_with_the_next_leader_and_are_let_in_when_it_leads()
    {
        var (leader, next, proxy) = (Server('a'), Server('b'), Start(Options with { Patience = TimeSpan.FromSeconds(15) }));
        var clients = await ClientsAsync(proxy, leader, 5);
        proxy.Follow(To(leader) with { Successor = next.Target, SuccessorEpoch = 2 });
        await Eventually.HoldsAsync("two of five are let go", () => proxy.Counters[ProxyCount.ClosedByEpoch] == 2);
        var (gone, stayed) = await WhoWasLetGoAsync(clients);
        Assert.Equal((2, 3), (gone.Count, stayed.Count));

        using var again = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("b", await again.GreetedAsync());
        Assert.Equal("password", await again.AskAsync("password"));
        await again.SayAsync("more");
        var statement = again.ReadAsync(4);
        foreach (var (client, answer) in stayed)
        {
            await client.SayAsync("x");
            Assert.Equal("x", Encoding.UTF8.GetString(await answer));
        }

        Assert.False(statement.IsCompleted);
        proxy.Follow(new ClientRoutes(2, null, [], [next.Id]) { Next = next.Target });
        foreach (var (client, _) in stayed)
        {
            Assert.Empty(await client.RestAsync());
        }

        Assert.False(statement.IsCompleted);
        proxy.Follow(To(next, epoch: 2));
        Assert.Equal("more", Encoding.UTF8.GetString(await statement));
        Assert.Equal("still more", await again.AskAsync("still more"));
        Assert.Equal(5, proxy.Counters[ProxyCount.ClosedByEpoch]);
        clients.ForEach(c => c.Dispose());
    }

    /// <summary>Its first statement waits in the kernel, and nobody asks for it.</summary>
    [Fact]
    public async Task Who_leaves_with_a_statement_before_the_leader_changes_is_let_go_and_the_statement_with_it()
    {
        var heard = new ConcurrentQueue<byte>();
        var (leader, proxy) = (Server('a'), Start(OneThread));
        var next = Server('b', async (socket, cancellation) =>
        {
            var said = new byte[1];
            while (await socket.ReceiveAsync(said, cancellation) > 0)
            {
                heard.Enqueue(said[0]);
                await GreetingServer.SendAllAsync(socket, said, cancellation);
            }
        });
        var routes = To(leader) with { Successor = next.Target, SuccessorEpoch = 2 };
        proxy.Follow(routes);
        using (var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort))
        {
            Assert.Equal("b", await client.GreetedAsync());
            Assert.Equal("login", await client.AskAsync("login"));
            await client.SayAsync("statement");
        }

        await Eventually.HoldsAsync("it is let go", () => next.Open == 0 && proxy.Counters[ProxyCount.ReadWriteNow] == 0);
        Assert.Equal("login"u8.ToArray(), heard);
    }

    /// <summary>
    /// As with TLS 1.3: tickets come behind the handshake, before the client has told who it is; a question comes behind them; the welcome
    /// comes last.
    /// </summary>
    [Fact]
    public async Task A_client_is_heard_until_it_may_be_welcome()
    {
        byte[] ticket = EarlyLoginTests.Record(60), question = EarlyLoginTests.Record(23), welcome = EarlyLoginTests.Record(28);
        byte[][] turns = [ticket, [.. ticket, .. question], welcome];
        var next = Server('b', async (socket, cancellation) =>
        {
            foreach (var said in (byte[][])[.. turns, "x"u8.ToArray()])
            {
                _ = await socket.ReceiveAsync(new byte[200], cancellation);
                await GreetingServer.SendAllAsync(socket, said, cancellation);
            }
        });
        var (leader, proxy) = (Server('a'), Start(OneThread));
        proxy.Follow(To(leader) with { Successor = next.Target, SuccessorEpoch = 2 });
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("b", await client.GreetedAsync());
        byte[] begin = [.. EarlyLoginTests.Request, .. EarlyLoginTests.Record(53)];
        foreach (var (said, answer) in ((byte[][])[begin, EarlyLoginTests.Record(40), EarlyLoginTests.Record(30)]).Zip(turns))
        {
            await GreetingServer.SendAllAsync(client.Socket, said);
            Assert.Equal(answer, await client.ReadAsync(answer.Length));
        }

        await GreetingServer.SendAllAsync(client.Socket, EarlyLoginTests.Record(50));
        var last = client.ReadAsync(1);
        Assert.NotSame(last, await Task.WhenAny(last, Task.Delay(300)));
        proxy.Follow(To(next, epoch: 2));
        Assert.Equal("x"u8.ToArray(), await last);
    }

    [Fact]
    public async Task A_client_that_waits_for_an_answer_gets_it_before_it_is_let_go()
    {
        using var gate = new SemaphoreSlim(0);
        var (leader, next, proxy) = (Slow(gate), Server('b'), Start(OneThread));
        var clients = await TwoThatAskAsync(proxy, leader);
        proxy.Follow(To(leader) with { Successor = next.Target, SuccessorEpoch = 2 });
        using var later = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("b", await later.GreetedAsync());
        Assert.Equal(0, proxy.Counters[ProxyCount.ClosedByEpoch]);
        _ = gate.Release(2);
        foreach (var client in clients)
        {
            Assert.Equal("q", Encoding.UTF8.GetString(await client.ReadAsync(1)));
        }

        await Eventually.HoldsAsync("one of the two is let go", () => proxy.Counters[ProxyCount.ClosedByEpoch] == 1);
        Assert.Single((await WhoWasLetGoAsync(clients)).Stayed);
        clients.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task A_switchover_that_comes_to_nothing_costs_only_those_who_left_for_it()
    {
        using var gate = new SemaphoreSlim(0);
        var (leader, next, proxy) = (Slow(gate), Server('b'), Start(OneThread));
        var clients = await TwoThatAskAsync(proxy, leader);
        proxy.Follow(To(leader) with { Successor = next.Target, SuccessorEpoch = 2 });
        using var early = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("b", await early.GreetedAsync());
        proxy.Follow(To(leader));
        Assert.Empty(await early.RestAsync());
        using var later = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("a", await later.GreetedAsync());
        _ = gate.Release(4);
        foreach (var client in clients)
        {
            Assert.Equal("q", Encoding.UTF8.GetString(await client.ReadAsync(1)));
            Assert.Equal("r", await client.AskAsync("r"));
        }

        clients.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task Who_the_next_leader_does_not_take_stays_with_this_one()
    {
        var (leader, proxy) = (Server('a'), Start(OneThread));
        await using var gone = new GreetingServer('b');
        await gone.DisposeAsync();
        proxy.Follow(To(leader) with { Successor = gone.Target, SuccessorEpoch = 2 });
        using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("a", await client.GreetedAsync());
        Assert.Equal("x", await client.AskAsync("x"));
    }

    [Fact]
    public async Task Who_logs_in_with_the_next_leader_stays_there_when_this_one_has_stopped_before_the_next_epoch_is_known()
    {
        var (leader, next, proxy) = (Server('a'), Server('b'), Start(OneThread));
        var routes = To(leader) with { Successor = next.Target, SuccessorEpoch = 2 };
        proxy.Follow(routes);
        using var early = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("b", await early.GreetedAsync());
        proxy.Follow(routes with { Epoch = 0, Writer = null });
        using var later = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("b", await later.GreetedAsync());
        proxy.Follow(new ClientRoutes(2, null, [], [next.Id]) { Next = next.Target });
        proxy.Follow(To(next, epoch: 2));
        Assert.Equal("x", await early.AskAsync("x"));
        Assert.Equal("x", await later.AskAsync("x"));
        Assert.Equal(0, proxy.Counters[ProxyCount.ClosedByEpoch]);
    }

    [Fact]
    public async Task A_switchover_that_stands_still_draws_no_more_clients_from_who_takes_writes()
    {
        var (leader, next, proxy) = (Server('a'), Server('b'), Start(OneThread));
        proxy.Follow(To(leader) with { Successor = next.Target, SuccessorEpoch = 2 });
        await Eventually.HoldsAsync("a new client comes to who leads", async () =>
        {
            using var client = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
            return await client.GreetedAsync() == "a" && await client.AskAsync("x") == "x";
        });
        Assert.InRange(next.Taken, 1, int.MaxValue);
    }

    [Fact]
    public async Task Readers_are_left_where_they_are()
    {
        var (leader, next, proxy) = (Server('a'), Server('b'), Start(OneThread));
        var routes = new ClientRoutes(1, leader.Target, [next.Target], [leader.Id, next.Id]);
        proxy.Follow(routes);
        using var reader = await ProxyClient.ConnectAsync(proxy.ReadOnlyPort);
        Assert.Equal("b", await reader.GreetedAsync());
        proxy.Follow(routes with { Successor = next.Target, SuccessorEpoch = 2 });
        using var other = await ProxyClient.ConnectAsync(proxy.ReadOnlyPort);
        Assert.Equal("b", await other.GreetedAsync());
        Assert.Equal("x", await other.AskAsync("x"));
        Assert.Equal("x", await reader.AskAsync("x"));
        Assert.Equal(0, proxy.Counters[ProxyCount.ClosedByEpoch]);
    }

    /// <summary>Sends back each byte when the gate lets it.</summary>
    private GreetingServer Slow(SemaphoreSlim gate) => Server('a', async (socket, cancellation) =>
    {
        var asked = new byte[1];
        while (await socket.ReceiveAsync(asked, cancellation) > 0)
        {
            await gate.WaitAsync(cancellation);
            await GreetingServer.SendAllAsync(socket, asked, cancellation);
        }
    });

    private static async Task<List<ProxyClient>> TwoThatAskAsync(ClientProxy proxy, GreetingServer leader)
    {
        var clients = await ClientsAsync(proxy, leader, 2);
        foreach (var client in clients)
        {
            await client.SayAsync("q");
        }

        await Eventually.HoldsAsync("both have asked", () => proxy.Counters[ProxyCount.Bytes] == 4);
        return clients;
    }

    private static async Task<List<ProxyClient>> ClientsAsync(ClientProxy proxy, GreetingServer leader, int count)
    {
        proxy.Follow(To(leader));
        var clients = new List<ProxyClient>();
        for (var i = 0; i < count; i++)
        {
            clients.Add(await ProxyClient.ConnectAsync(proxy.ReadWritePort));
            Assert.Equal($"{leader.Name}", await clients[i].GreetedAsync());
        }

        return clients;
    }

    /// <summary>Of clients none of which has anything to hear: the half that ended, and what the others hear next.</summary>
    private static async Task<(List<ProxyClient> Gone, List<(ProxyClient Client, Task<byte[]> Answer)> Stayed)> WhoWasLetGoAsync(
        List<ProxyClient> clients)
    {
        var heard = clients.Select(c => (Client: c, Answer: c.ReadAsync(1))).ToList();
        await Eventually.HoldsAsync("those that were let go hear of it", () => heard.Count(h => h.Answer.IsCompleted) == clients.Count / 2);
        var gone = heard.Where(h => h.Answer.IsCompleted).ToList();
        foreach (var (_, answer) in gone)
        {
            Assert.Empty(await answer);
        }

        return ([.. gone.Select(h => h.Client)], [.. heard.Where(h => !gone.Contains(h))]);
    }
}
