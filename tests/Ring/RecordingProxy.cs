using System.Net;
using System.Net.Sockets;

namespace MySqlHa.Tests.Ring;

/// <summary>Passes tcp on to a node and keeps every byte of both directions.</summary>
internal sealed class RecordingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly RingPeer _to;
    private readonly CancellationTokenSource _stop = new();
    private readonly MemoryStream _bytes = new();
    private readonly Task _work;

    internal RecordingProxy(string host, RingPeer to)
    {
        _to = to;
        _listener = new TcpListener(IPAddress.Parse(host), 0);
        _listener.Start();
        _work = Task.Run(RunAsync);
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal byte[] Recorded()
    {
        lock (_bytes)
        {
            return _bytes.ToArray();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _work;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            using var server = new TcpClient(_to.Host, _to.Port);
            await Task.WhenAll(PassAsync(client.GetStream(), server.GetStream()), PassAsync(server.GetStream(), client.GetStream()));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            lock (_bytes)
            {
                _bytes.Write(buffer, 0, count);
            }

            await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }
}
