using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace MySqlHa.Ring;

/// <summary>The ring's udp socket, both directions: seals what leaves, opens what arrives, never answers what it refuses.</summary>
internal sealed class DatagramPort : IDisposable
{
    // The longest datagram there is, so that none is cut short and taken for another.
    private const int ReceiveBytes = 65536;

    private readonly Socket _socket;
    private readonly RingOptions _options;
    private readonly IRingReceiver _receiver;
    private readonly RingCounters _counters;
    private readonly RefusalBook _refusals;
    private readonly ILogger _logger;
    private DatagramSealer _sealer;
    private RingKeys _keys;

    internal DatagramPort(
        Socket socket, RingOptions options, IRingReceiver receiver, RingCounters counters, RefusalBook refusals, ILogger logger)
    {
        _socket = socket;
        // A full send buffer drops the datagram instead of holding up the caller.
        _socket.Blocking = false;
        _socket.ReceiveBufferSize = 1024 * 1024;
        _options = options;
        _receiver = receiver;
        _counters = counters;
        _refusals = refusals;
        _logger = logger;
        _keys = options.Keys;
        _sealer = new DatagramSealer(_keys.First, options.Self);
    }

    /// <summary>From here on these keys count, for what comes and for what leaves. One caller at a time.</summary>
    internal void Use(RingKeys keys)
    {
        if (keys.First.Fingerprint != Volatile.Read(ref _keys).First.Fingerprint)
        {
            // A fresh salt. The one before is left to who may be sealing with it just now.
            Volatile.Write(ref _sealer, new DatagramSealer(keys.First, _options.Self));
        }

        Volatile.Write(ref _keys, keys);
    }

    internal void Send(IPEndPoint to, ReadOnlySpan<byte> payload)
    {
        try
        {
            _ = _socket.SendTo(Volatile.Read(ref _sealer).Seal(payload), SocketFlags.None, to);
            _counters.DatagramSent();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // No route, a filter, no room: to gossip all of these are a lost packet.
            _counters.DatagramDropped();
        }
    }

    internal async Task ReceiveAsync(CancellationToken stopping)
    {
        var keys = Volatile.Read(ref _keys);
        using var opener = new DatagramOpener(keys, _options.Self);
        var buffer = new byte[ReceiveBytes];
        var any = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, any, stopping);
                if (keys != Volatile.Read(ref _keys))
                {
                    keys = Volatile.Read(ref _keys);
                    opener.Use(keys);
                }

                Take(opener, buffer.AsSpan(0, received.ReceivedBytes), (IPEndPoint)received.RemoteEndPoint);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // An error that the kernel reports for an earlier packet. Without the pause a lasting one would spin.
                await Task.Delay(TimeSpan.FromMilliseconds(1), CancellationToken.None);
            }
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _sealer.Dispose();
    }

    private void Take(DatagramOpener opener, ReadOnlySpan<byte> datagram, IPEndPoint from)
    {
        try
        {
            if (opener.Open(datagram, out var payload) is { } refusal)
            {
                _refusals.Refuse(refusal, from.Address, SentenceOf(refusal));
                return;
            }

            _counters.DatagramReceived();
            _receiver.OnDatagram(from.Address.ToString(), from.Port, payload);
        }
        catch (Exception e)
        {
            // One message that the receiver fails on must not end the ring.
            RingLog.ReceiverFailed(_logger, e, from);
        }
    }

    private string SentenceOf(RingRefusal refusal) => refusal switch
    {
        RingRefusal.DatagramVersion => "its datagram is of another version of the ring's protocol",
        RingRefusal.DatagramOtherKey => $"its datagram is sealed with the key of another ring; {RingLog.IfRotated(Volatile.Read(ref _keys))}",
        RingRefusal.DatagramForged => "its datagram claims this ring's key but is forged or damaged",
        RingRefusal.DatagramReplayed => "its datagram came before, or much too late",
        RingRefusal.DatagramOwnId => $"its datagram carries this node's own id {_options.Self}: was a data directory copied?",
        _ => "it sent something that is no datagram of the ring",
    };
}
