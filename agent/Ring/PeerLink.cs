using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>
/// The outgoing connection to one peer: frames leave in the order they were given, each at most once. Made when there is something to
/// send, made anew when it is lost or the peer has moved. What waited too long is dropped, never sent late:
/// Raft sends again, and a stale lease helps nobody.
/// </summary>
internal sealed class PeerLink : IAsyncDisposable
{
    private readonly NodeId _peer;
    private readonly LinkContext _context;
    private readonly FrameQueue _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly FrameWriter _writer;
    private readonly Task _work;
    private Target _target;
    private bool _lossLogged;

    internal PeerLink(NodeId peer, IPEndPoint address, LinkContext context)
    {
        _peer = peer;
        _context = context;
        _queue = new FrameQueue(TimeProvider.System);
        _writer = new FrameWriter(_queue, context.Counters);
        _target = new Target(address);
        // Off the caller's thread and its synchronization context: the caller must never wait for a socket.
        _work = Task.Run(RunAsync);
    }

    internal void Send(IPEndPoint address, ReadOnlyMemory<byte> payload)
    {
        var target = Volatile.Read(ref _target);
        if (!target.Address.Equals(address) && Interlocked.CompareExchange(ref _target, new Target(address), target) == target)
        {
            _ = target.Left.CancelAsync();
        }

        _context.Counters.FrameDropped(_queue.Add(payload));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var failures = 0;
        while (!_stop.IsCancellationRequested)
        {
            var target = Volatile.Read(ref _target);
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, target.Left.Token);
            try
            {
                await _queue.WaitAsync(attempt.Token);
                var worked = await ConnectAndPumpAsync(target.Address, attempt.Token);
                failures = worked ? 0 : failures + 1;
                await Task.Delay(LinkLimits.Backoff(failures), attempt.Token);
            }
            catch (OperationCanceledException)
            {
                // Stopped, or the peer moved: then at once to the new address.
                failures = 0;
            }
        }

        _context.Counters.FrameDropped(_queue.Close());
    }

    /// <summary>False where there was no connection, or none that lasted: then the next attempt waits longer.</summary>
    private async Task<bool> ConnectAndPumpAsync(IPEndPoint address, CancellationToken cancellation)
    {
        var (stream, failure) = await ConnectAsync(address, cancellation);
        if (stream is null)
        {
            cancellation.ThrowIfCancellationRequested();
            _context.Counters.FrameDropped(_queue.DropOlderThan(TimeSpan.Zero));
            LogLoss(address, failure);
            return false;
        }

        await using (stream)
        {
            _context.Counters.Connected();
            RingLog.LinkMade(_context.Logger, _peer, address);
            _lossLogged = false;
            _context.Counters.FrameDropped(_queue.DropOlderThan(LinkLimits.MaxAge));
            var since = Stopwatch.GetTimestamp();
            var reason = await PumpAsync(stream, cancellation);
            LogLoss(address, reason);
            return Stopwatch.GetElapsedTime(since) > LinkLimits.BackoffMax;
        }
    }

    private async Task<(SslStream? Stream, string Failure)> ConnectAsync(IPEndPoint address, CancellationToken cancellation)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            RingSocket.Tune(socket, LinkLimits.Stall);
            socket.Bind(new IPEndPoint(_context.Source, 0));
            using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
            {
                deadline.CancelAfter(LinkLimits.Connect);
                await socket.ConnectAsync(address, deadline.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket?.Dispose();
            return (null, e is SocketException ? e.Message : "no answer to the connection attempt");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(LinkLimits.Handshake);
        switch (await _context.Handshake.AsClientAsync(socket, _peer, limit.Token))
        {
            case HandshakeOutcome.Proven proven:
                return (proven.Stream, "");
            case HandshakeOutcome.Refused refused when !cancellation.IsCancellationRequested:
                _context.Refusals.Refuse(refused.Reason, address.Address, refused.Sentence);
                return (null, refused.Sentence);
            case HandshakeOutcome.Ended ended:
                return (null, ended.Reason);
            default:
                return (null, "stopped");
        }
    }

    /// <summary>Sends until the connection is lost, stalls or the token says so; the reason is for the log.</summary>
    private async Task<string> PumpAsync(SslStream stream, CancellationToken cancellation)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = WatchAsync(stream, lost);
        using var write = CancellationTokenSource.CreateLinkedTokenSource(lost.Token);
        var stalled = false;
        try
        {
            while (true)
            {
                await _queue.WaitAsync(lost.Token);
                stalled = true;
                await _writer.WriteQueuedAsync(stream, write);
                stalled = false;
            }
        }
        catch (OperationCanceledException)
        {
            return stalled && !lost.IsCancellationRequested
                ? $"it took nothing for {LinkLimits.Stall.TotalSeconds} s"
                : cancellation.IsCancellationRequested ? "stopped, or it moved" : "it hung up";
        }
        catch (Exception e)
        {
            return e.GetBaseException().Message;
        }
        finally
        {
            await lost.CancelAsync();
            await watch;
        }
    }

    /// <summary>The peer never writes here after its welcome: whatever a read returns, the connection is over.</summary>
    private static async Task WatchAsync(SslStream stream, CancellationTokenSource lost)
    {
        try
        {
            _ = await stream.ReadAsync(new byte[1], lost.Token);
        }
        catch (Exception)
        {
            // The same news, whatever it is.
        }

        await lost.CancelAsync();
    }

    private void LogLoss(IPEndPoint address, string reason)
    {
        // Once until it is made again: a peer that is down must not fill the log.
        if (!_lossLogged && !_stop.IsCancellationRequested)
        {
            _lossLogged = true;
            RingLog.LinkLost(_context.Logger, _peer, address, reason);
        }
    }

    /// <summary>Where the peer is, until it is somewhere else.</summary>
    private sealed class Target(IPEndPoint address)
    {
        internal IPEndPoint Address { get; } = address;

        internal CancellationTokenSource Left { get; } = new();
    }
}
