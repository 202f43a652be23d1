using System.Net;
using System.Net.Sockets;

namespace MySqlHa.Ring;

/// <summary>Sockets as the ring wants them.</summary>
internal static class RingSocket
{
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;

    /// <summary>
    /// Small frames leave at once; and what the peer's kernel does not acknowledge for so long ends the connection (Linux,
    /// TCP_USER_TIMEOUT), because retransmissions that back off for minutes would keep a healed link silent.
    /// </summary>
    internal static void Tune(Socket socket, TimeSpan silence)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 2);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes((int)silence.TotalMilliseconds));
        }
    }

    /// <summary>A pair of sockets on one port number, bound and listening. Port 0 takes a number that is free for both.</summary>
    internal static (Socket Datagrams, Socket Listener) BindBoth(string host, int port)
    {
        if (!IPAddress.TryParse(host, out var address))
        {
            throw new RingBindException($"ring cannot listen on '{host}': it is not an IP address");
        }

        if (port is < 0 or > IPEndPoint.MaxPort)
        {
            throw new RingBindException($"ring cannot listen on port {port} of {host}: ports go from 1 to 65535");
        }

        // A free tcp port may be taken for udp; with a fixed port there is nothing to try again.
        for (var attempt = port == 0 ? 20 : 1; ; attempt--)
        {
            var listener = Bind(address, port, ProtocolType.Tcp);
            try
            {
                listener.Listen(512);
                return (Bind(address, ((IPEndPoint)listener.LocalEndPoint!).Port, ProtocolType.Udp), listener);
            }
            catch (RingBindException) when (attempt > 1)
            {
                listener.Dispose();
            }
            catch
            {
                listener.Dispose();
                throw;
            }
        }
    }

    private static Socket Bind(IPAddress address, int port, ProtocolType protocol)
    {
        var socket = new Socket(address.AddressFamily, protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream, protocol);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            var why = e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "another process has it",
                SocketError.AddressNotAvailable => "this machine does not have that address",
                SocketError.AccessDenied => "this user may not use that port",
                _ => e.Message,
            };
            var name = protocol == ProtocolType.Udp ? "udp" : "tcp";
            throw new RingBindException($"ring cannot listen on {new IPEndPoint(address, port)}/{name}: {why}", e);
        }
    }
}
