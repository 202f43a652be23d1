using System.Net;
using System.Net.Sockets;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// Clients that connected, read the beginning of the server's greeting, and say nothing: each a login that never comes to its end.
/// </summary>
internal sealed class IdleClients : IDisposable
{
    private const int AtOnce = 64;
    private readonly List<Socket> _sockets = [];

    /// <param name="from">The address they have; null: whichever.</param>
    /// <exception cref="IOException">One was not greeted by a server within ten seconds.</exception>
    public static async Task<IdleClients> OpenAsync(string host, int port, int count, string? from = null)
    {
        var clients = new IdleClients();
        try
        {
            for (var left = count; left > 0; left -= AtOnce)
            {
                clients._sockets.AddRange(await Task.WhenAll(
                    Enumerable.Range(0, Math.Min(left, AtOnce)).Select(_ => OpenOneAsync(host, port, from))));
            }

            return clients;
        }
        catch
        {
            clients.Dispose();
            throw;
        }
    }

    public void Dispose() => _sockets.ForEach(s => s.Dispose());

    private static async Task<Socket> OpenOneAsync(string host, int port, string? from)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (from is not null)
            {
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            }

            await socket.ConnectAsync(host, port, late.Token);
            // Length and number of the packet, then 10: a greeting. 255 would be an error.
            var head = new byte[5];
            for (var read = 0; read < head.Length;)
            {
                var count = await socket.ReceiveAsync(head.AsMemory(read), late.Token);
                read += count > 0 ? count : throw new IOException($"{host}:{port} closed the connection before it greeted");
            }

            return head[4] == 10 ? socket : throw new IOException($"{host}:{port} did not greet, but refuse");
        }
        catch (Exception e) when (e is not IOException)
        {
            socket.Dispose();
            throw new IOException($"{host}:{port} did not greet: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
