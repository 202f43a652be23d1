using System.Net;
using System.Net.Sockets;

namespace MySqlHa.Tests.Fuzz;

/// <summary>Listens where a mysqld should, and says its bytes to whoever comes.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Parse("127.0.61.13"), 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    public FakeServer()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public byte[] Bytes { get; set; } = [];

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _serving;
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                _ = await client.Client.SendAsync(Bytes, _end.Token);
                client.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (_end.IsCancellationRequested
            && e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
