using MySqlHa.Proxy;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.Proxy;

/// <summary>New routes and a server's last word that reach a thread of the proxy at once.</summary>
public sealed class ChangeWhileGreetedTests : ProxyRoom
{
    /// <summary>What its server said and that it has none any more are found by one look of the thread.</summary>
    [Fact]
    public async Task A_client_whose_server_went_while_it_greeted_waits_for_the_next_one()
    {
        var (greets, greeted) = (new TaskCompletionSource(), new TaskCompletionSource());
        var server = Server('a', greets: false, serve: async (socket, cancellation) =>
        {
            await greets.Task.WaitAsync(cancellation);
            await GreetingServer.SendAllAsync(socket, "a"u8.ToArray(), cancellation);
            greeted.SetResult();
            await GreetingServer.EchoAsync(socket, cancellation);
        });
        var other = Server('b');
        using var stands = new ManualResetEventSlim();
        using var goesOn = new ManualResetEventSlim();
        var stop = false;
        bool Lease()
        {
            if (Volatile.Read(ref stop))
            {
                stands.Set();
                Assert.True(goesOn.Wait(TimeSpan.FromSeconds(15)));
            }

            return true;
        }

        var proxy = Start(Options with { Threads = 1, Self = other.Id, LeaseRuns = Lease });
        proxy.Follow(To(other));
        using var holdsUp = await ProxyClient.ConnectAsync(proxy.ReadWritePort);
        Assert.Equal("b", await holdsUp.GreetedAsync());
        proxy.Follow(To(other) with { Readers = [server.Target], Serving = [server.Id, other.Id] });
        using var client = await ProxyClient.ConnectAsync(proxy.ReadOnlyPort);
        await Eventually.HoldsAsync("it came to a server", () => server.Taken == 1);

        Volatile.Write(ref stop, true);
        await holdsUp.SayAsync("x");
        Assert.True(stands.Wait(TimeSpan.FromSeconds(15)));
        greets.SetResult();
        await greeted.Task.WaitAsync(TimeSpan.FromSeconds(15));
        proxy.Follow(To(other) with { Writer = null, Serving = [other.Id] });
        Volatile.Write(ref stop, false);
        goesOn.Set();

        await Eventually.HoldsAsync("it waits", () => proxy.Counters[ProxyCount.Waited] == 1);
        proxy.Follow(To(other) with { Readers = [other.Target], Serving = [other.Id] });
        Assert.Equal("b", await client.GreetedAsync());
    }
}
