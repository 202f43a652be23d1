using System.Net.Sockets;

namespace MySqlHa.Tests.Fuzz;

/// <summary>Listens where a mysqld should, and says its bytes to whoever comes.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly FakeListener _listener;

    public FakeServer() => _listener = new FakeListener("127.0.61.13", async (client, end) =>
    {
        _ = await client.Client.SendAsync(Bytes, end);
        client.Client.Shutdown(SocketShutdown.Send);
    });

    public byte[] Bytes { get; set; } = [];

    public int Port => _listener.Address.Port;

    public ValueTask DisposeAsync() => _listener.DisposeAsync();
}
