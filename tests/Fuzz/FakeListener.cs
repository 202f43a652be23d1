using System.Net;
using System.Net.Sockets;

namespace MySqlHa.Tests.Fuzz;

/// <summary>Listens where a program of ours expects another, and has one caller after the other served until it is disposed of.</summary>
internal sealed class FakeListener : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    /// <param name="serve">One caller; cancelled when the test is over.</param>
    public FakeListener(string host, Func<TcpClient, CancellationToken, Task> serve)
    {
        _listener = new TcpListener(IPAddress.Parse(host), 0);
        _listener.Start();
        _serving = ServeAsync(serve);
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _serving;
        _end.Dispose();
    }

    private async Task ServeAsync(Func<TcpClient, CancellationToken, Task> serve)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                await serve(client, _end.Token);
            }
        }
        catch (Exception e) when (_end.IsCancellationRequested
            && e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
