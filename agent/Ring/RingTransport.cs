using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>
/// Everything between nodes, on one port of udp and tcp, authenticated and encrypted with the ring's key. Best effort: datagrams
/// and frames may be lost, frames of one peer never change their order and never come twice. What is not of this ring is refused,
/// counted, logged once, and has no other effect. Keys may be replaced while it runs. Any thread may call; no call waits for the network.
/// </summary>
public sealed class RingTransport : IAsyncDisposable
{
    private readonly ConcurrentDictionary<NodeId, Lazy<PeerLink>> _links = [];
    private readonly ConcurrentDictionary<string, IPAddress?> _addresses = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly NodeId _self;
    private readonly Lock _using = new();
    private readonly Socket _listener;
    private readonly DatagramPort _datagrams;
    private readonly LinkContext _context;
    private readonly PeerListener _incoming;
    private readonly Task _work;
    private Task _renewing = Task.CompletedTask;
    private int _disposed;

    private RingTransport(RingOptions options, IRingReceiver receiver, ILogger logger)
    {
        _self = options.Self;
        var (datagrams, listener) = RingSocket.BindBoth(options.BindHost, options.Port);
        var bound = (IPEndPoint)listener.LocalEndPoint!;
        Port = bound.Port;
        var refusals = new RefusalBook(Counters, logger, TimeProvider.System);
        var handshake = new RingHandshake(new RingIdentity(options.Keys, _self));
        _context = new LinkContext(bound.Address, options.Quiet, handshake, receiver, Counters, refusals, logger);
        _listener = listener;
        _datagrams = new DatagramPort(datagrams, options, receiver, Counters, refusals, logger);
        _incoming = new PeerListener(listener, _context);
        // Off the caller's thread and its synchronization context: a socket with much to read would never give it back.
        _work = Task.WhenAll(
            Task.Run(() => _datagrams.ReceiveAsync(_stop.Token)),
            Task.Run(() => _incoming.RunAsync(_stop.Token)));
        RingLog.Listened(logger, bound, options.Keys.ToString());
    }

    /// <summary>The longest payload of a frame: 8 MiB.</summary>
    public static int MaxFrame => Frames.MaxPayload;

    /// <summary>The longest payload of a datagram: 1,400 bytes.</summary>
    public static int MaxDatagram => DatagramFormat.MaxPayload;

    /// <summary>The port in use, udp and tcp.</summary>
    public int Port { get; }

    public RingCounters Counters { get; } = new();

    /// <summary>Ends when the connections are as the last <see cref="Use"/> wanted them.</summary>
    internal Task Renewing
    {
        get
        {
            lock (_using)
            {
                return _renewing;
            }
        }
    }

    /// <summary>Binds both sockets and starts. Throws <see cref="RingBindException"/> where the address or port cannot be used.</summary>
    public static RingTransport Start(RingOptions options, IRingReceiver receiver, ILogger logger) => new(options, receiver, logger);

    /// <summary>
    /// From here on these keys count: what is new is made and judged by them. Connections that stand and were made with others are made
    /// anew one after the other, without losing a frame; those of a peer that proved itself by a key that is gone end.
    /// </summary>
    public void Use(RingKeys keys)
    {
        lock (_using)
        {
            // The identity before is left to handshakes that are under way.
            _context.Handshake.Use(new RingIdentity(keys, _self));
            _datagrams.Use(keys);
            var before = _renewing;
            _renewing = Task.Run(() => RenewAsync(before));
        }

        RingLog.KeysTaken(_context.Logger, keys);
    }

    /// <summary>
    /// Sends one datagram, or drops and counts it where the kernel will not take it. A payload over 1,400 bytes is an
    /// <see cref="ArgumentException"/>.
    /// </summary>
    public void SendDatagram(string host, int port, ReadOnlySpan<byte> payload)
    {
        if (AddressOf(host, port, "a peer") is { } address)
        {
            _datagrams.Send(address, payload);
        }
        else
        {
            Counters.DatagramDropped();
        }
    }

    /// <summary>
    /// Queues one frame for the peer at this address; the link is made anew where the address has changed. At most 1,024 frames
    /// and 16 MiB wait, the oldest are dropped; all are dropped where the peer cannot be connected. The payload must not be
    /// changed afterwards. Over 8 MiB is an <see cref="ArgumentException"/>.
    /// </summary>
    public void Send(NodeId to, string host, int port, ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > Frames.MaxPayload)
        {
            throw new ArgumentException($"a frame of {payload.Length} bytes; at most {Frames.MaxPayload} are allowed", nameof(payload));
        }

        if (_stop.IsCancellationRequested || AddressOf(host, port, to.Short) is not { } address)
        {
            Counters.FrameDropped(1);
            return;
        }

        _links.GetOrAdd(to, peer => new Lazy<PeerLink>(() => new PeerLink(peer, address, _context))).Value.Send(address, payload);
    }

    /// <summary>Whether an agent of this ring answers at the address (tcp). Null: one does; else what is there, or that nobody is.</summary>
    public Task<Reason?> ProbeAsync(string host, int port, CancellationToken cancellation) => AddressOf(host, port, "who is to be added") is { } address
        ? RingProbe.LookAsync(_context, address, cancellation)
        : Task.FromResult<Reason?>(new Reason("no-answer", $"{host}:{port} is no address that this node could reach from {_context.Source}"));

    /// <summary>Closes every connection and both sockets; returns when nothing of the transport runs any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        _listener.Dispose();
        await Task.WhenAll(_links.Values.Select(link => link.Value.DisposeAsync().AsTask()));
        await _work;
        await Renewing;
        _datagrams.Dispose();
        _context.Handshake.Identity.Dispose();
        _stop.Dispose();
    }

    private async Task RenewAsync(Task before)
    {
        await before;
        await _incoming.EndUnacceptedAsync();
        foreach (var link in _links.Values)
        {
            await link.Value.RenewAsync();
        }
    }

    private IPEndPoint? AddressOf(string host, int port, string peer)
    {
        if (!_addresses.TryGetValue(host, out var address))
        {
            address = IPAddress.TryParse(host, out var parsed) && parsed.AddressFamily == _context.Source.AddressFamily ? parsed : null;
            if (_addresses.Count < 4096)
            {
                _ = _addresses.TryAdd(host, address);
            }

            if (address is null)
            {
                RingLog.AddressUnusable(_context.Logger, peer, host, port, $"not an address of the same family as {_context.Source}");
            }
        }

        return address is not null && port is > 0 and <= IPEndPoint.MaxPort ? new IPEndPoint(address, port) : null;
    }
}
