using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlHa.Cluster;
using MySqlHa.Proxy;
using Xunit;

namespace MySqlHa.Tests.Proxy;

/// <summary>Proxies and servers of a test, ended with it.</summary>
public abstract class ProxyRoom : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _servers = [];
    private readonly List<ClientProxy> _proxies = [];

    private protected static ProxyOptions Options { get; } = new("127.0.0.1", 0, 0) { Threads = 3 };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _proxies.ForEach(p => p.Dispose());
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    private protected ClientProxy Start(ProxyOptions options)
    {
        var proxy = ClientProxy.Start(options, NullLogger.Instance);
        _proxies.Add(proxy);
        return proxy;
    }

    private protected GreetingServer Server(char name, Func<Socket, CancellationToken, Task>? serve = null, bool greets = true)
    {
        var server = new GreetingServer(name, serve, greets);
        _servers.Add(server);
        return server;
    }

    private protected static ClientRoutes To(GreetingServer leader, long epoch = 1) => new(epoch, leader.Target, [], [leader.Id]);
}
