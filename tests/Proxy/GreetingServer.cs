using System.Net;
using System.Net.Sockets;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Tests.Proxy;

/// <summary>
/// Stands in for a mysqld: says its name in one byte, as a server greets first, then does with each connection what the test wants.
/// </summary>
internal sealed class GreetingServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly Task _accepting;
    private int _open;
    private int _taken;

    /// <param name="serve">After the greeting; null: sends back what comes.</param>
    public GreetingServer(char name, Func<Socket, CancellationToken, Task>? serve = null, bool greets = true)
    {
        _serve = serve ?? EchoAsync;
        Name = name;
        Id = NodeId.Parse(new string(char.IsAsciiHexDigit(name) ? name : 'f', 32));
        _listener.Start(4096);
        _accepting = AcceptAsync(greets);
    }

    public char Name { get; }

    public NodeId Id { get; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public RouteTarget Target => new(Id, $"node-{Name}", "127.0.0.1", Port);

    /// <summary>Connections that are open, and that ever were.</summary>
    public int Open => Volatile.Read(ref _open);

    public int Taken => Volatile.Read(ref _taken);

    public static async Task EchoAsync(Socket socket, CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        while (await socket.ReceiveAsync(buffer, cancellation) is > 0 and var count)
        {
            await SendAllAsync(socket, buffer.AsMemory(0, count), cancellation);
        }
    }

    public static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellation = default)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellation)..];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync(bool greets)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(_end.Token), greets);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket, bool greets)
    {
        _ = Interlocked.Increment(ref _taken);
        _ = Interlocked.Increment(ref _open);
        try
        {
            if (greets)
            {
                await SendAllAsync(socket, Encoding.ASCII.GetBytes([Name]), _end.Token);
            }

            await _serve(socket, _end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The other side went.
        }
        finally
        {
            socket.Dispose();
            _ = Interlocked.Decrement(ref _open);
        }
    }
}
