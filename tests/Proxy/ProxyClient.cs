using System.Net.Sockets;
using System.Text;

namespace MySqlHa.Tests.Proxy;

/// <summary>A client of the proxy, with a deadline on all that it waits for.</summary>
internal sealed class ProxyClient : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    private ProxyClient(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    public static async Task<ProxyClient> ConnectAsync(int port, int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
        {
            socket.ReceiveBufferSize = size;
        }

        await socket.ConnectAsync("127.0.0.1", port);
        return new ProxyClient(socket);
    }

    /// <summary>The name of the server that it came to; empty where the connection ended before.</summary>
    public async Task<string> GreetedAsync() => Encoding.ASCII.GetString(await ReadAsync(1));

    public async Task<string> AskAsync(string text)
    {
        await SayAsync(text);
        return Encoding.UTF8.GetString(await ReadAsync(Encoding.UTF8.GetByteCount(text)));
    }

    public Task SayAsync(string text) => GreetingServer.SendAllAsync(Socket, Encoding.UTF8.GetBytes(text));

    /// <summary>So many bytes, or fewer where the connection ends.</summary>
    public async Task<byte[]> ReadAsync(int count)
    {
        using var late = new CancellationTokenSource(Deadline);
        var all = new byte[count];
        var read = 0;
        try
        {
            while (read < count && await Socket.ReceiveAsync(all.AsMemory(read), late.Token) is > 0 and var more)
            {
                read += more;
            }
        }
        catch (SocketException)
        {
            // Reset.
        }

        return all[..read];
    }

    /// <summary>All until the end.</summary>
    public async Task<byte[]> RestAsync()
    {
        var all = new MemoryStream();
        while (await ReadAsync(1024) is { Length: > 0 } piece)
        {
            all.Write(piece);
        }

        return all.ToArray();
    }

    public void Dispose() => Socket.Dispose();
}
