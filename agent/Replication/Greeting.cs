using System.Net;
using System.Net.Sockets;

namespace MySqlHa.Replication;

/// <summary>
/// The first packet of a MySQL server, which it sends unasked: it shows that packets go both ways and that mysqld takes connections.
/// A refusal ("too many connections") shows it as well.
/// </summary>
public static class Greeting
{
    private const byte Protocol = 10;
    private const byte Refusal = 255;
    private const int Head = 5; // length, number, and the first byte of the packet

    /// <param name="from">An own IP address: where the receiver's connection would come from.</param>
    /// <param name="host">An IP address.</param>
    /// <param name="deadline">Later it counts as not come.</param>
    public static async Task<bool> ComesAsync(string from, string host, int port, TimeSpan deadline, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        try
        {
            var to = IPAddress.Parse(host);
            using var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(new IPEndPoint(to, port), limit.Token);
            await using var stream = new NetworkStream(socket);
            var head = new byte[Head];
            await stream.ReadExactlyAsync(head, limit.Token);
            return head[^1] is Protocol or Refusal;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or FormatException)
        {
            return false;
        }
    }
}
