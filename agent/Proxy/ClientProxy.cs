using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Proxy;

/// <summary>
/// The address for clients: one port that leads to the leader, one that leads to followers. Bytes go through as they are, so TLS is
/// between client and server. It carries; who may write is not its to say.
/// </summary>
public sealed class ClientProxy : IDisposable
{
    // For Raft's log, the ring, HTTP and mysqld's sessions, whatever clients do.
    private const int DescriptorsForOthers = 1024;
    private readonly ILogger _logger;
    private readonly ProxyOptions _options;
    private readonly Socket _readWrite;
    private readonly Socket _readOnly;
    private readonly ProxyCrew _crew;
    private readonly Thread[] _threads;

    private ClientProxy(ProxyOptions options, Socket readWrite, Socket readOnly, ILogger logger)
    {
        (_options, _readWrite, _readOnly, _logger) = (options, readWrite, readOnly, logger);
        _crew = new ProxyCrew(options, Counters);
        _threads =
        [
            .. Enumerable.Range(0, options.Threads)
                .Select(number => new Thread(() => Run(number)) { Name = $"client-proxy-{number}", IsBackground = true }),
        ];
    }

    public int ReadWritePort => ((IPEndPoint)_readWrite.LocalEndPoint!).Port;

    public int ReadOnlyPort => ((IPEndPoint)_readOnly.LocalEndPoint!).Port;

    public ProxyCounters Counters { get; } = new();

    internal IReadOnlyList<int> ClientsByThread => _crew.Clients;

    /// <summary>
    /// Listens from now on; clients wait until <see cref="Follow"/> says where to go. Throws <see cref="ProxyListenException"/>.
    /// </summary>
    public static ClientProxy Start(ProxyOptions options, ILogger logger)
    {
        var room = (MostDescriptors() - DescriptorsForOthers) / 2;
        if (room < options.MostConnections)
        {
            room = Math.Max(room, 16);
            ProxyLog.FewDescriptors(logger, options.MostConnections, room);
            options = options with { MostConnections = room };
        }

        var readWrite = Listen(options.Host, options.ReadWritePort, "proxy.read-write");
        try
        {
            var proxy = new ClientProxy(options, readWrite, Listen(options.Host, options.ReadOnlyPort, "proxy.read-only"), logger);
            foreach (var thread in proxy._threads)
            {
                thread.Start();
            }

            ProxyLog.Listening(logger, options.Host, proxy.ReadWritePort, proxy.ReadOnlyPort);
            return proxy;
        }
        catch
        {
            readWrite.Dispose();
            throw;
        }
    }

    /// <summary>Where clients go from now on. Returns at once; the proxy's own threads do the rest.</summary>
    public void Follow(ClientRoutes routes) => _crew.Follow(routes);

    /// <summary>For people and programs; as many clients as configured, or fewer where this process may not open so many files.</summary>
    public ProxyView View() => new(
        _options.Host,
        new ProxyPortView(ReadWritePort, Counters[ProxyCount.ReadWriteNow], Counters[ProxyCount.ReadWriteAccepted]),
        new ProxyPortView(ReadOnlyPort, Counters[ProxyCount.ReadOnlyNow], Counters[ProxyCount.ReadOnlyAccepted]),
        _options.MostConnections)
    {
        Waited = Counters[ProxyCount.Waited],
        WaitedInVain = Counters[ProxyCount.WaitedInVain],
        TurnedAway = Counters[ProxyCount.TurnedAway],
        ClosedByEpoch = Counters[ProxyCount.ClosedByEpoch],
        ClosedByServing = Counters[ProxyCount.ClosedByServing],
        ConnectFailed = Counters[ProxyCount.ConnectFailed],
        Bytes = Counters[ProxyCount.Bytes],
    };

    /// <summary>Lets every client go.</summary>
    public void Dispose()
    {
        _crew.Stop();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _readWrite.Dispose();
        _readOnly.Dispose();
    }

    /// <summary>The first one accepts.</summary>
    private void Run(int number)
    {
        var listeners = number == 0 ? new ProxyListeners(Descriptor(_readWrite), Descriptor(_readOnly)) : null;
        while (true)
        {
            using var poller = new Poller();
            var loop = new ProxyLoop(_crew, poller, listeners);
            if (!_crew.Begin(number, loop))
            {
                return;
            }

            try
            {
                loop.Run();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                ProxyLog.Broke(_logger, e);
            }
            finally
            {
                _crew.End(number);
                loop.LetGo();
            }
        }
    }

    private static int Descriptor(Socket listener) => (int)listener.SafeHandle.DangerousGetHandle();

    private static Socket Listen(string host, int port, string key)
    {
        var address = IPAddress.Parse(host);
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            listener.Bind(new IPEndPoint(address, port));
            listener.Listen(4096);
            return listener;
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new ProxyListenException($"{key}: cannot listen on {new IPEndPoint(address, port)}/tcp: {e.Message}", e);
        }
    }

    /// <summary>The kernel's limit for this process (.NET asks for as many as it may have).</summary>
    private static int MostDescriptors()
    {
        var words = File.ReadLines("/proc/self/limits").First(l => l.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return int.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : int.MaxValue;
    }
}
